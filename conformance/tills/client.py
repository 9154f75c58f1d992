"""A till on the Python client behind the cashier port: `python -m conformance.tills.client`.

What a vendor writes around a library of his own: the client repeats and waits, the till decides what is shown.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from conformance.port import Screen, serve
from stack.services import CHECKOUT

# The client is one file to copy; it is not installed here.
sys.path.insert(0, str(CHECKOUT / "clients" / "python"))

from mpayment_till import Client, Decline, Json, NoAnswer, Payment, Refused, new_key  # the line above

STILL_OPEN = Screen("wait", message="Keine Antwort. Bitte warten oder abbrechen.")
# After one of these nothing was changed, and the call may be made again.
LATER = frozenset({429, 500, 502, 503, 504})


@dataclass
class Sale:
    """A sale that was rung up, with its keys."""

    reference: str
    minor: int
    code: str
    captures: bool
    key: str = field(default_factory=new_key)
    capture_key: str = field(default_factory=new_key)
    payment: Payment | None = None
    refunded: int = 0


def minor_units(amount: str) -> int:
    """Return what the cashier typed in minor units, exactly."""
    return int(Decimal(amount).scaleb(2))


class ClientTill:
    """A cashier's till on `mpayment_till.Client`."""

    def start(self, server: str, key: str, currency: str, patience_seconds: float, clock_offset_seconds: int) -> Screen:
        self.client = Client(server, key, currency=currency, patience_seconds=patience_seconds)
        self.patience_seconds, self.clock_offset = patience_seconds, timedelta(seconds=clock_offset_seconds)
        self.sales: dict[str, Sale] = {}
        return Screen("ready", till={"vendor": "mpayment", "name": "Till on mpayment_till", "version": "1.0"})

    def sell(self, reference: str, amount: str, code: str, capture: bool = True) -> Screen:
        before = self.sales.get(reference)
        if before is not None and not (before.payment and before.payment.safe_to_retry):
            screen = self.cancel(reference)
            if not (before.payment and before.payment.safe_to_retry):
                return screen
        self.sales[reference] = Sale(reference, minor_units(amount), code, capture)
        return self.wait(reference)

    def wait(self, reference: str) -> Screen:
        sale = self.sales[reference]

        def go_on() -> None:
            if sale.payment is None:
                pos_time = (datetime.now(UTC) + self.clock_offset).isoformat()
                self._keep(
                    sale, self.client.authorise(sale.code, sale.minor, reference, key=sale.key, pos_time=pos_time)
                )
            self._keep(sale, self.client.wait(self._payment(sale), within_seconds=self.patience_seconds))
            if sale.captures and self._payment(sale).status == "authorised":
                self._keep(sale, self.client.capture(self._payment(sale).id, key=sale.capture_key))

        return self._shown(sale, go_on)

    def cancel(self, reference: str) -> Screen:
        sale = self.sales[reference]

        def call_off() -> None:
            if sale.payment is not None:
                self._keep(sale, self.client.cancel(sale.payment.id))
            elif (found := self.client.cancel_lost(sale.key, reference)) is not None:
                self._keep(sale, found)

        return self._shown(sale, call_off)

    def confirm(self, reference: str, another: bool) -> Screen:
        sale = self.sales[reference]
        if not another:
            return self.cancel(reference)
        self._keep(sale, self.client.confirm(self._payment(sale).id))
        return self.wait(reference)

    def look(self, reference: str) -> Screen:
        sale = self.sales[reference]

        def ask() -> None:
            found = [self.client.get(sale.payment.id)] if sale.payment else self.client.find(reference)
            if found:
                self._keep(sale, found[0])

        return self._shown(sale, ask)

    def capture(self, reference: str, amount: str) -> Screen:
        sale = self.sales[reference]

        def take() -> None:
            taken = self.client.capture(self._payment(sale).id, minor_units(amount), key=sale.capture_key)
            self._keep(sale, taken)

        return self._shown(sale, take)

    def refund(self, reference: str, amount: str) -> Screen:
        sale = self.sales[reference]
        return self._give_back(sale, self._payment(sale).id, minor_units(amount))

    def take_back(self, code: str, reference: str, amount: str) -> Screen:
        returned = self.client.start_return(code)
        if returned.decline:
            return Screen("not_refunded", message=returned.decline.cashier_message)
        for sold in returned.sales:
            if sold.payment.reference == reference:
                return self._give_back(self.sales.get(reference), sold.payment.id, minor_units(amount))
        return Screen("not_refunded")

    def close_day(self) -> Screen:
        me = self.client.whoami()
        zone = ZoneInfo(me["merchant"]["time_zone"])
        today = datetime.fromisoformat(me["server_time"]).astimezone(zone).date().isoformat()
        counted = {
            "payment": [(sale.reference, sale.payment.captured) for sale in self.sales.values() if sale.payment],
            "refund": [(sale.reference, sale.refunded) for sale in self.sales.values()],
        }
        lines: list[Json] = [
            {"reference": reference, "amount": amount, "type": kind}
            for kind, pairs in counted.items()
            for reference, amount in pairs
            if amount
        ]
        sums = {kind: [line["amount"] for line in lines if line["type"] == kind] for kind in counted}
        payments, refunds = ((len(sums[kind]), sum(sums[kind])) for kind in ("payment", "refund"))
        closed = self.client.close_day(today, payments=payments, refunds=refunds, lines=lines)
        names = ("type", "reference", "told", "ours")
        return Screen("day_closed", differences=tuple({n: each[n] for n in names} for each in closed.differences))

    def _give_back(self, sale: Sale | None, payment_id: str, minor: int) -> Screen:
        try:
            refund = self.client.refund(payment_id, minor, reason="Rückgabe")
        except NoAnswer:
            return STILL_OPEN
        except Refused as refused:
            return Screen("not_refunded", message=refused.code)
        if sale is not None:
            sale.refunded += refund.amount
            self._keep(sale, refund.payment)
        return Screen("refunded")

    def _keep(self, sale: Sale, payment: Payment) -> None:
        # Answers may overtake one another: an older one never undoes a newer.
        if sale.payment is None or sale.payment.id != payment.id or payment.version >= sale.payment.version:
            sale.payment = payment

    def _payment(self, sale: Sale) -> Payment:
        if sale.payment is None:
            raise LookupError(f"nothing is known of {sale.reference}")
        return sale.payment

    def _shown(self, sale: Sale, work: Callable[[], None]) -> Screen:
        """Do it, and return the sale as it is then."""
        try:
            work()
        except NoAnswer:
            return STILL_OPEN
        except Refused as refused:
            return _refused(refused)
        if (payment := sale.payment) is None:
            return Screen("not_paid", may_retry=True)
        if payment.safe_to_release_goods:
            return Screen("paid", receipt=tuple(payment.raw["receipt"]["customer"]))
        if payment.decline:
            return _declined(payment.decline, may_retry=payment.safe_to_retry)
        if payment.action == "cashier_confirm":
            return Screen("ask_cashier")
        if payment.status == "authorised":
            return Screen("wait" if sale.captures else "held")
        return Screen("wait" if payment.is_waiting else "not_paid", may_retry=payment.safe_to_retry)


def _declined(decline: Decline, *, may_retry: bool) -> Screen:
    return Screen(
        "not_paid",
        message=decline.cashier_message,
        customer_message=decline.customer_message,
        may_retry=may_retry,
    )


def _refused(refused: Refused) -> Screen:
    if decline := refused.problem.get("decline"):
        words = {name: decline[name] for name in ("code", "cashier_message", "customer_message", "action")}
        return _declined(Decline(**words), may_retry=True)
    if refused.status in LATER:
        return STILL_OPEN
    return Screen("not_refunded" if refused.code == "use_refund" else "not_paid", message=refused.code)


if __name__ == "__main__":
    serve(ClientTill())
