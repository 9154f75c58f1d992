"""Tills that are broken on purpose: each breaks one rule, and is otherwise the virtual till."""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from conformance.port import Screen
from conformance.tills.virtual import Rung, VirtualTill
from simulators.caller import Answer, Fields, NoAnswer, Refused
from simulators.till import Till

SHORT_SECONDS = 0.3


@dataclass(frozen=True)
class Broken:
    """A broken till, what it does in a few words of the report, and the scenarios that must see it."""

    make: Callable[[], VirtualTill]
    does: str
    fails: tuple[str, ...]
    # What it must still pass.
    passes: tuple[str, ...] = ("approved",)


class NeverCaptures(VirtualTill):
    def screen(self, sale: Rung, payment: Fields) -> Screen:
        return Screen("paid") if payment["status"] == "authorised" else super().screen(sale, payment)

    def captured(self, sale: Rung, payment: Fields) -> Fields:
        return payment


class LooksIntoTheCode(VirtualTill):
    def authorised(self, sale: Rung) -> Fields:
        sale.code = sale.code.lower()
        return super().authorised(sale)


class OwnReceipt(VirtualTill):
    def receipt(self, payment: Fields) -> list[str]:
        return ["Danke für Ihren Einkauf", f"{payment['captured'] / 100:.2f}"]


class Floats(VirtualTill):
    def minor_units(self, amount: str) -> int:
        return int(float(amount) * 100)


class SendsFloats(VirtualTill):
    def minor_units(self, amount: str) -> int:
        return super().minor_units(amount) / 1  # type: ignore[return-value]  # 19.99 becomes 1999.0


class HeldIsGoodEnough(VirtualTill):
    def captured(self, sale: Rung, payment: Fields) -> Fields:
        try:
            return super().captured(sale, payment)
        except Refused:
            return {**payment, "safe_to_release_goods": True}


class PaidByStatus(VirtualTill):
    def may_hand_over(self, payment: Fields) -> bool:
        return bool(payment["status"] == "captured")


class CapturesAll(VirtualTill):
    def capture(self, reference: str, amount: str) -> Screen:
        return super().capture(reference, self.amounts[reference])

    def sell(self, reference: str, amount: str, code: str, capture: bool = True) -> Screen:
        self.amounts = {reference: amount}
        return super().sell(reference, amount, code, capture)


class ConfirmsByItself(VirtualTill):
    def awaited(self, payment: Fields) -> Fields:
        payment = super().awaited(payment)
        return self.till.confirm(payment["id"]) if payment["status"] == "action_required" else payment


class LeavesTheQuestion(VirtualTill):
    def confirm(self, reference: str, another: bool) -> Screen:
        return super().confirm(reference, another) if another else Screen("not_paid")


class NeedsNoConsent(VirtualTill):
    def awaited(self, payment: Fields) -> Fields:
        return payment

    def screen(self, sale: Rung, payment: Fields) -> Screen:
        return Screen("not_paid") if payment["status"] == "action_required" else super().screen(sale, payment)


class HidesTheRefusal(VirtualTill):
    def declined(self, decline: Fields, *, may_retry: bool) -> Screen:
        is_refusal = decline["code"] == "customer_refused"
        return Screen("wait") if is_refusal else super().declined(decline, may_retry=may_retry)


class NothingForTheCashier(VirtualTill):
    def declined(self, decline: Fields, *, may_retry: bool) -> Screen:
        return Screen("not_paid", "Fehler 05", customer_message=decline["customer_message"], may_retry=may_retry)


class NothingForTheCustomer(VirtualTill):
    def declined(self, decline: Fields, *, may_retry: bool) -> Screen:
        return Screen("not_paid", message=decline["cashier_message"], may_retry=may_retry)


class OneKeyForAReceipt(VirtualTill):
    def authorised(self, sale: Rung) -> Fields:
        sale.key = f"key-of-{sale.reference}"
        return super().authorised(sale)


class SellsAgainWhileOpen(VirtualTill):
    def before_another_try(self, before: Rung) -> Screen | None:
        return None


class OffersAnotherTry(VirtualTill):
    def may_retry(self, payment: Fields) -> bool:
        return True


class NewKeys(VirtualTill):
    """Makes a new key for every attempt, of a sale and of a refund."""

    def make_till(self, server: str, key: str, currency: str, patience_seconds: float) -> Till:
        return Till(server, key, patience_seconds=0, currency=currency)

    def authorised(self, sale: Rung) -> Fields:
        try:
            return super().authorised(sale)
        except NoAnswer:
            sale.key += "-again"
            return super().authorised(sale)

    def refunded(self, payment_id: str, minor: int) -> Fields:
        try:
            return self.till.refund(payment_id, minor)
        except NoAnswer:
            return self.till.refund(payment_id, minor)


class FirstAnswersOnly(Till):
    def _until_answered(self, *call: Any) -> Answer:
        answer = super()._until_answered(*call)
        if "idempotent-replayed" in answer.headers:
            return Answer(500, answer.headers, {"code": "replayed"})
        return answer


class BelievesFirstAnswersOnly(VirtualTill):
    def make_till(self, server: str, key: str, currency: str, patience_seconds: float) -> Till:
        return FirstAnswersOnly(server, key, patience_seconds=SHORT_SECONDS, currency=currency)


class LostIsNotPaid(VirtualTill):
    """Takes no answer for a no, and leaves it at that."""

    def without_answer(self, sale: Rung) -> Screen:
        return Screen("not_paid")


class GivesUpAtOnce(VirtualTill):
    """Sends the capture once, and takes a lost answer for a no."""

    def captured(self, sale: Rung, payment: Fields) -> Fields:
        hasty = Till(self.server, self.key, patience_seconds=0)
        try:
            return hasty.capture(payment["id"], key=sale.capture_key)
        except NoAnswer:
            return {**payment, "status": "cancelled"}

    def make_till(self, server: str, key: str, currency: str, patience_seconds: float) -> Till:
        self.server = server
        return super().make_till(server, key, currency, patience_seconds)


class AsksByReferenceOnly(VirtualTill):
    def call_off(self, sale: Rung) -> Fields:
        found = self.till.by_reference(sale.reference)
        return self.till.cancel(found[0]["id"]) if found else {"object": "cancellation", "safe_to_retry": True}


class NeverPolls(VirtualTill):
    def awaited(self, payment: Fields) -> Fields:
        return payment


class PollsShortly(VirtualTill):
    def awaited(self, payment: Fields) -> Fields:
        while payment["status"] == "processing":
            payment = self.till.get(payment["id"])
            time.sleep(0.5)
        return payment


class Hammers(VirtualTill):
    def awaited(self, payment: Fields) -> Fields:
        for _ in range(5):
            if payment["status"] == "processing":
                payment = self.till.get(payment["id"], wait=5)
        return payment


class CancelsOnTheScreenOnly(VirtualTill):
    def call_off(self, sale: Rung) -> Fields:
        return {"object": "cancellation", "safe_to_retry": True}


class FinalIsPaid(VirtualTill):
    def may_hand_over(self, payment: Fields) -> bool:
        return bool(payment["final"] and not payment["decline"])

    def receipt(self, payment: Fields) -> list[str]:
        return []


class HeldLaterIsPaid(VirtualTill):
    def look(self, reference: str) -> Screen:
        screen, payment = super().look(reference), self.rung[reference].payment
        return Screen("paid") if payment and payment["authorised"] else screen


class TakenBackIsPaid(VirtualTill):
    def cancel(self, reference: str) -> Screen:
        screen, payment = super().cancel(reference), self.rung[reference].payment
        return Screen("paid") if payment and payment["captured"] else screen


class RefundsAll(VirtualTill):
    def refund(self, reference: str, amount: str) -> Screen:
        payment = self.rung[reference].payment
        return Screen("not_refunded") if payment is None else self.give_back(None, payment["id"], payment["captured"])


class RefundsTheNewest(VirtualTill):
    def take_back(self, code: str, reference: str, amount: str) -> Screen:
        newest = self.till.start_return(code)["sales"][0]
        return self.give_back(None, newest["id"], min(self.minor_units(amount), newest["refundable"]))


class SwallowsDifferences(VirtualTill):
    def differences(self, closed: Fields) -> list[dict[str, Any]]:
        return []


class ShowsSumsOnly(VirtualTill):
    def differences(self, closed: Fields) -> list[dict[str, Any]]:
        return [each for each in super().differences(closed) if each["reference"] is None]


class OwnDay(VirtualTill):
    def business_date(self) -> str:
        return self.now().date().isoformat()


class TrustsItsClock(VirtualTill):
    def authorised(self, sale: Rung) -> Fields:
        off = self.now() - datetime.fromisoformat(self.till.whoami()["server_time"])
        if abs(off.total_seconds()) > 300:
            raise Refused(0, {"code": "clock", "decline": None})
        return super().authorised(sale)


class CorrectsItsClock(VirtualTill):
    def now(self) -> datetime:
        return datetime.now(UTC)


class Impatient(Till):
    """Comes again at once, whatever it is told."""

    def _until_answered(self, *call: Any) -> Answer:
        answer = super()._until_answered(*call)
        while answer.status in (429, 503):
            answer = super()._until_answered(*call)
        return answer


class IgnoresRetryAfter(VirtualTill):
    def make_till(self, server: str, key: str, currency: str, patience_seconds: float) -> Till:
        return Impatient(server, key, patience_seconds=0, currency=currency)


class ChokesAtNews(VirtualTill):
    def screen(self, sale: Rung, payment: Fields) -> Screen:
        known = {"id", "object", "version", "status", "final", "safe_to_release_goods", "safe_to_retry", "amount"}
        known |= {"currency", "authorised", "captured", "remaining", "refunded", "refund_status", "capture_status"}
        known |= {"reference", "till", "instrument", "expires_at", "decline", "action", "poll_after_ms", "receipt"}
        if strange := payment.keys() - known - {"created_at"}:
            raise TypeError(f"unexpected {sorted(strange)}")
        return super().screen(sale, payment)


class BelievesTheLast(Till):
    def _newest(self, payment: Fields) -> Fields:
        return payment


class OlderWins(VirtualTill):
    def make_till(self, server: str, key: str, currency: str, patience_seconds: float) -> Till:
        return BelievesTheLast(server, key, patience_seconds=patience_seconds, currency=currency)


class TrustsAnybody(VirtualTill):
    def make_till(self, server: str, key: str, currency: str, patience_seconds: float) -> Till:
        anybody = ssl.create_default_context()
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        tls = anybody if server.startswith("https:") else None
        return Till(server, key, patience_seconds=patience_seconds, currency=currency, tls=tls)


class KeyOnReceipt(VirtualTill):
    def receipt(self, payment: Fields) -> list[str]:
        return [*super().receipt(payment), f"Terminal {self.key}"]


class KeyInReference(VirtualTill):
    def authorised(self, sale: Rung) -> Fields:
        self.till.by_reference(self.key)
        return super().authorised(sale)


class KeyOnScreen(VirtualTill):
    def declined(self, decline: Fields, *, may_retry: bool) -> Screen:
        screen = super().declined(decline, may_retry=may_retry)
        return Screen("not_paid", f"{screen.message} {self.key}", screen.customer_message, may_retry)


DECLINES = (
    *("pin_wrong", "already_used", "expired", "not_yet_valid", "wrong_mode", "wrong_purpose", "over_cap"),
    *("over_limit", "rejected", "unreadable", "scanner_layout", "malformed", "unknown_scheme", "insufficient_funds"),
    *("limit_exceeded", "blocked_instrument", "suspected_fraud", "do_not_honour", "expired_instrument"),
    "provider_unavailable",
)
_DECLINED = tuple(f"declined_{code}" for code in DECLINES)

BROKEN: dict[str, Broken] = {
    "never captures": Broken(NeverCaptures, "instead of CHF", ("approved",), ("declined_insufficient_funds",)),
    "looks into the code": Broken(LooksIntoTheCode, "another text than the scanner typed", ("offline_phone",), ()),
    "prints its own receipt": Broken(OwnReceipt, "lacks", ("receipt",)),
    "multiplies floats": Broken(
        Floats, "it sent 28 for CHF 0.29", ("exact_amounts",), ("declined_insufficient_funds",)
    ),
    "sends floats": Broken(SendsFloats, "not a whole number", ("exact_amounts",), ()),
    "takes held for paid": Broken(HeldIsGoodEnough, "it shows paid", ("authorised_is_not_paid",)),
    "reads the status alone": Broken(PaidByStatus, "it shows paid", ("captured_but_not_safe",)),
    "captures all": Broken(CapturesAll, "instead of", ("partial_capture",)),
    "confirms by itself": Broken(ConfirmsByItself, "it shows paid", ("confirm_another_sale",)),
    "leaves the question": Broken(LeavesTheQuestion, "paid, held or open", ("cancel_a_duplicate",)),
    "needs no consent": Broken(NeedsNoConsent, "it shows not_paid", ("customer_consent",)),
    "hides the refusal": Broken(HidesTheRefusal, "it shows wait", ("customer_refuses",)),
    "says nothing to the cashier": Broken(NothingForTheCashier, "Fehler 05", _DECLINED),
    "says nothing to the customer": Broken(
        NothingForTheCustomer, "the customer does not read", ("declined_pin_wrong", "declined_malformed")
    ),
    "has one key for a receipt": Broken(OneKeyForAReceipt, "with the first key", ("retry_after_decline",)),
    "sells again while open": Broken(SellsAgainWhileOpen, "sold again before", ("no_retry_while_open",)),
    "offers another try": Broken(OffersAnotherTry, "offers another try", ("no_retry_while_open",)),
    "makes new keys": Broken(
        NewKeys,
        "2 different Idempotency-Keys",
        ("answer_lost", "request_lost", "answer_torn", "refund_answer_lost"),
    ),
    "believes first answers only": Broken(BelievesFirstAnswersOnly, "it shows wait", ("repetition",)),
    "takes a lost capture for a no": Broken(GivesUpAtOnce, "it shows not_paid", ("capture_answer_lost",)),
    "takes a lost answer for a no": Broken(LostIsNotPaid, "paid, held or open", ("cancel_a_lost_sale",)),
    "asks by reference only": Broken(
        AsksByReferenceOnly, "called it off by its key", ("cancel_what_never_arrived",), ("cancel_a_lost_sale",)
    ),
    "never polls": Broken(NeverPolls, "it never asked", ("processing",)),
    "polls without wait": Broken(PollsShortly, "asks without `wait`", ("processing",)),
    "hammers": Broken(Hammers, "with poll_after_ms 1200", ("poll_pause",)),
    "cancels on the screen only": Broken(CancelsOnTheScreenOnly, "paid, held or open", ("cancel_while_processing",)),
    "takes final for paid": Broken(FinalIsPaid, "it shows paid", ("nobody_ever_knows",)),
    "takes a late hold for paid": Broken(HeldLaterIsPaid, "it shows paid", ("late_approval",)),
    "takes taken back for paid": Broken(TakenBackIsPaid, "it shows paid", ("cancel_after_sale",)),
    "refunds all": Broken(RefundsAll, "instead of 1115", ("partial_refund",)),
    "refunds the newest": Broken(RefundsTheNewest, "which was brought back", ("return_by_scan",)),
    "swallows differences": Broken(SwallowsDifferences, "it does not show that", ("day_close_difference",)),
    "shows sums only": Broken(ShowsSumsOnly, "it does not show that", ("day_close_difference",)),
    "closes its own day": Broken(OwnDay, "and today is", ("business_day",)),
    "trusts its clock": Broken(TrustsItsClock, "it did not send the code", ("clock_skew",)),
    "corrects its clock": Broken(CorrectsItsClock, "not what its clock says", ("clock_skew",)),
    "ignores Retry-After": Broken(IgnoresRetryAfter, "it was told to wait", ("rate_limited", "unavailable")),
    "chokes at news": Broken(ChokesAtNews, "TypeError", ("unknown_members",)),
    "believes the last answer": Broken(OlderWins, "it shows paid", ("older_answer",)),
    "trusts anybody": Broken(TrustsAnybody, "a server that it could not know", ("wrong_certificate",)),
    "prints its key": Broken(KeyOnReceipt, "its screen or receipt has the key", ("key_stays_secret",)),
    "puts its key into an address": Broken(KeyInReference, "the key stands in an address", ("key_stays_secret",)),
    "shows its key": Broken(
        KeyOnScreen, "its screen or receipt has the key", ("key_stays_secret",), ("declined_pin_wrong",)
    ),
}
