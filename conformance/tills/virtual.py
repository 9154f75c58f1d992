"""The virtual till behind the cashier port: `python -m conformance.tills.virtual`."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from conformance import VERSION
from conformance.port import Screen, serve
from simulators.caller import Fields, NoAnswer, Refused
from simulators.till import Till

# Nothing was changed, and nothing is known beyond that: the sale is still open.
STILL_OPEN = frozenset({429, 500, 502, 503, 504})
NO_ANSWER = "Keine Antwort. Bitte warten oder abbrechen."


@dataclass
class Rung:
    """A sale that was rung up. Its keys are made before anything is sent, and stay until it is over."""

    reference: str
    minor: int
    code: str
    captures: bool
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    capture_key: str = field(default_factory=lambda: str(uuid.uuid4()))
    payment: Fields | None = None
    refunded: int = 0

    @property
    def is_open(self) -> bool:
        """Whether nobody may ring it up again yet."""
        return self.payment is None or not self.payment["safe_to_retry"]


def minor_units(amount: str) -> int:
    """Return what the cashier typed in minor units, exactly."""
    return int(Decimal(amount).scaleb(2))


class VirtualTill:
    """A cashier's till on `simulators.till.Till`. Each step is a method, so that a test can break just one."""

    def start(self, server: str, key: str, currency: str, patience_seconds: float, clock_offset_seconds: int) -> Screen:
        self.key, self.patience_seconds = key, patience_seconds
        self.clock_offset = timedelta(seconds=clock_offset_seconds)
        self.till = self.make_till(server, key, currency, patience_seconds)
        self.rung: dict[str, Rung] = {}
        self.off: list[str] = []
        return Screen("ready", till={"vendor": "mpayment", "name": "Virtual till", "version": VERSION})

    def sell(self, reference: str, amount: str, code: str, capture: bool = True) -> Screen:
        before = self.rung.get(reference)
        if before is not None and before.is_open and (open_screen := self.before_another_try(before)) is not None:
            return open_screen
        sale = self.rung[reference] = Rung(reference, self.minor_units(amount), code, capture)
        return self.go_on(sale)

    def wait(self, reference: str) -> Screen:
        return self.go_on(self.rung[reference])

    def confirm(self, reference: str, another: bool) -> Screen:
        sale = self.rung[reference]
        if not another or sale.payment is None:
            return self.cancel(reference)
        sale.payment = self.till.confirm(sale.payment["id"])
        return self.go_on(sale)

    def cancel(self, reference: str) -> Screen:
        sale = self.rung[reference]
        try:
            answer = self.call_off(sale)
        except NoAnswer:
            return Screen("wait", message=NO_ANSWER)
        except Refused as refused:
            if refused.code == "use_refund":
                return Screen("not_refunded", message="Der Tag ist abgeschlossen: bitte als Rückgabe buchen.")
            return self.refused(refused)
        if answer["object"] != "payment":
            return Screen("not_paid", message="Abgebrochen.", may_retry=bool(answer["safe_to_retry"]))
        sale.payment = answer
        return self.screen(sale, answer)

    def look(self, reference: str) -> Screen:
        sale = self.rung[reference]
        if sale.payment is None:
            found = self.till.by_reference(reference)
            sale.payment = found[0] if found else None
        else:
            sale.payment = self.till.get(sale.payment["id"])
        return Screen("not_paid") if sale.payment is None else self.screen(sale, sale.payment)

    def capture(self, reference: str, amount: str) -> Screen:
        sale = self.rung[reference]
        if sale.payment is None:
            return Screen("not_paid")
        sale.payment = self.till.capture(sale.payment["id"], self.minor_units(amount), key=sale.capture_key)
        return self.screen(sale, sale.payment)

    def refund(self, reference: str, amount: str) -> Screen:
        sale = self.rung[reference]
        if sale.payment is None:
            return Screen("not_refunded")
        return self.give_back(sale, sale.payment["id"], self.minor_units(amount))

    def take_back(self, code: str, reference: str, amount: str) -> Screen:
        returned = self.till.start_return(code)
        if returned["decline"]:
            return Screen("not_refunded", message=returned["decline"]["cashier_message"])
        for sold in returned["sales"]:
            if sold["reference"] == reference:
                return self.give_back(self.rung.get(reference), sold["id"], self.minor_units(amount))
        return Screen("not_refunded", message="Dieser Kauf ist nicht dabei.")

    def close_day(self) -> Screen:
        paid = [sale for sale in self.rung.values() if sale.payment is not None and sale.payment["captured"]]
        lines: list[Fields] = []
        for sale in paid:
            captured = (sale.payment or {})["captured"]
            lines.append({"reference": sale.reference, "amount": captured, "type": "payment"})
            if sale.refunded:
                lines.append({"reference": sale.reference, "amount": sale.refunded, "type": "refund"})
        amounts = {kind: [line["amount"] for line in lines if line["type"] == kind] for kind in ("payment", "refund")}
        closed = self.till.close_day(
            self.business_date(), payments=amounts["payment"], refunds=amounts["refund"], lines=lines
        )
        return Screen("day_closed", differences=tuple(self.differences(closed)))

    # The steps that a test may break.

    def make_till(self, server: str, key: str, currency: str, patience_seconds: float) -> Till:
        return Till(server, key, patience_seconds=patience_seconds, currency=currency)

    def minor_units(self, amount: str) -> int:
        return minor_units(amount)

    def before_another_try(self, before: Rung) -> Screen | None:
        """Call the open sale off first; a screen if that did not work."""
        screen = self.cancel(before.reference)
        return None if not before.is_open else screen

    def go_on(self, sale: Rung) -> Screen:
        """Carry the sale as far as it goes without anybody."""
        try:
            payment = self.authorised(sale)
            sale.payment = payment = self.awaited(payment)
            if payment["status"] == "authorised" and sale.captures:
                sale.payment = payment = self.captured(sale, payment)
        except NoAnswer:
            return self.without_answer(sale)
        except Refused as refused:
            return self.refused(refused)
        return self.screen(sale, payment)

    def authorised(self, sale: Rung) -> Fields:
        if sale.payment is not None:
            return sale.payment
        # Kept before anything is waited for: whoever knows the id can call the sale off.
        sale.payment = self.till.authorise(
            sale.code, sale.minor, sale.reference, key=sale.key, pos_time=self.now().isoformat()
        )
        return sale.payment

    def awaited(self, payment: Fields) -> Fields:
        return self.till.await_outcome(payment, self.patience_seconds)

    def captured(self, sale: Rung, payment: Fields) -> Fields:
        return self.till.capture(payment["id"], key=sale.capture_key)

    def without_answer(self, sale: Rung) -> Screen:
        return Screen("wait", message=NO_ANSWER)

    def refused(self, refused: Refused) -> Screen:
        decline = refused.problem.get("decline")
        if decline:
            return self.declined(decline, may_retry=True)
        if refused.status in STILL_OPEN or refused.code == "idempotency_in_progress":
            return Screen("wait", message=NO_ANSWER)
        return Screen("not_paid", message=f"{refused.code} ({refused.problem.get('request_id', '')})")

    def screen(self, sale: Rung, payment: Fields) -> Screen:
        if self.may_hand_over(payment):
            return Screen("paid", receipt=tuple(self.receipt(payment)))
        if payment["decline"]:
            return self.declined(payment["decline"], may_retry=payment["safe_to_retry"])
        if payment["status"] == "action_required" and payment["action"]["type"] == "cashier_confirm":
            return Screen("ask_cashier", message="Ist das ein weiterer Verkauf?")
        if payment["poll_after_ms"] is not None:
            return Screen("wait", message="Bitte warten oder abbrechen.", may_retry=self.may_retry(payment))
        if payment["status"] == "authorised":
            return Screen("wait" if sale.captures else "held", may_retry=self.may_retry(payment))
        return Screen("not_paid", message="Abgebrochen.", may_retry=self.may_retry(payment))

    def may_hand_over(self, payment: Fields) -> bool:
        return bool(payment["safe_to_release_goods"])

    def may_retry(self, payment: Fields) -> bool:
        return bool(payment["safe_to_retry"])

    def declined(self, decline: Fields, *, may_retry: bool) -> Screen:
        return Screen(
            "not_paid",
            message=decline["cashier_message"],
            customer_message=decline["customer_message"],
            may_retry=may_retry,
        )

    def receipt(self, payment: Fields) -> list[str]:
        return [*payment["receipt"]["customer"]]

    def call_off(self, sale: Rung) -> Fields:
        if sale.payment is None:
            return self.till.cancel_lost(sale.key, sale.reference)
        return self.till.cancel(sale.payment["id"])

    def give_back(self, sale: Rung | None, payment_id: str, minor: int) -> Screen:
        try:
            refund = self.refunded(payment_id, minor)
        except NoAnswer:
            return Screen("wait", message=NO_ANSWER)
        except Refused as refused:
            return Screen("not_refunded", message=refused.code)
        if sale is not None:
            sale.refunded += refund["amount"]
        return Screen("refunded")

    def refunded(self, payment_id: str, minor: int) -> Fields:
        return self.till.refund(payment_id, minor, reason="Rückgabe")

    def now(self) -> datetime:
        """The till's own clock."""
        return datetime.now(UTC) + self.clock_offset

    def business_date(self) -> str:
        """The merchant's day by the server's clock: the till's own may be wrong."""
        me = self.till.whoami()
        zone = ZoneInfo(me["merchant"]["time_zone"])
        return datetime.fromisoformat(me["server_time"]).astimezone(zone).date().isoformat()

    # Any: JSON as it came.
    def differences(self, closed: Fields) -> list[dict[str, Any]]:
        return [{name: each[name] for name in ("type", "reference", "told", "ours")} for each in closed["differences"]]


if __name__ == "__main__":
    serve(VirtualTill())
