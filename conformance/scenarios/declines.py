"""Every no: the till shows it to both people, keeps the goods, and offers another try only where that is safe."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from apps.paycode.claims import Purpose
from conformance.customer import WRONG_PIN
from conformance.port import Screen
from conformance.recording import Fields
from conformance.scenario import add, scenario
from conformance.stage import NotPlayed, Sale, Stage, need
from conformance.troubles import Early

RULE = "A no is shown to the cashier (`cashier_message`) and to the customer (`customer_message`); the goods stay."
ADVICE = "Show both messages of `decline` as they are, in a problem of 422 as in a payment, and nothing else."
REVIEW_MINOR = 9931
# A consumer-presented code, as EMVCo defines them, with the name of an application that is not ours.
OTHER_APP = base64.b64encode(b"\x85\x05CPV01\x61\x09\x4f\x07\xa0\x00\x00\x00\x04\x10\x10").decode("ascii")
OLD_SECONDS, EARLY_SECONDS = -3600.0, 3600.0


@dataclass(frozen=True)
class _No:
    """A decline, and how it comes about."""

    code: str
    title: str
    sale: Callable[[Stage], Sale]


def _bank(minor: int) -> Callable[[Stage], Sale]:
    return lambda stage: stage.sale(minor)


# Any: what `Stage.sale` takes.
def _code(**options: Any) -> Callable[[Stage], Sale]:
    return lambda stage: stage.sale(**options)


def _wrong_clock(seconds: float) -> Callable[[Stage], Sale]:
    def made(stage: Stage) -> Sale:
        phone = stage.customers.phone
        with phone.wrong_clock(seconds):
            return stage.sale()

    return made


def _spent(stage: Stage) -> Sale:
    first = stage.sale()
    stage.need_paid(stage.sell(first), first)
    return stage.sale(code=first.code)


def _too_much(stage: Stage) -> Sale:
    limit = stage.truth.till()["limits"]["per_payment"]
    if limit is None:
        raise NotPlayed("this merchant has no limit per payment")
    return stage.sale(limit + 10_001)


def _damaged(stage: Stage) -> Sale:
    code = stage.customers.code()
    # One character in the middle, so that the frame is right and the seal is not.
    middle = len(code) // 2
    other = "A" if code[middle] != "A" else "B"
    damaged = code[:middle] + other + code[middle + 1 :]
    stage.mask.add_code(damaged)
    return stage.sale(code=damaged)


def _swapped(stage: Stage) -> Sale:
    code = stage.customers.code().translate(str.maketrans("YZyz", "ZYzy"))
    stage.mask.add_code(code)
    return stage.sale(code=code)


NOS = (
    _No("pin_wrong", "The wrong PIN, with tries left", _code(pin=WRONG_PIN)),
    _No("already_used", "A code that is shown twice", _spent),
    _No("expired", "A code that is too old", _wrong_clock(OLD_SECONDS)),
    _No("not_yet_valid", "A code from a clock that is fast", _wrong_clock(EARLY_SECONDS)),
    _No("wrong_mode", "A real code at a training till", _code(is_training=False)),
    _No("wrong_purpose", "A code for a return", _code(purpose=Purpose.RETURN)),
    _No("over_cap", "Above what the customer allowed for this code", lambda stage: stage.sale(4321, cap=1000)),
    _No("over_limit", "Above a limit", _too_much),
    _No("rejected", "A phone that was given up", lambda stage: stage.sale(phone=stage.customers.gone())),
    _No("unreadable", "A code that was damaged", _damaged),
    _No("scanner_layout", "A scanner that swaps Y and Z", _swapped),
    _No("malformed", "A text that is no code", lambda stage: stage.sale(code=f"https://shop.example/{stage.run}")),
    _No("unknown_scheme", "The code of another app", lambda stage: stage.sale(code=OTHER_APP)),
    _No("insufficient_funds", "Too little money in the account", _bank(9911)),
    _No("limit_exceeded", "The bank's limit", _bank(9912)),
    _No("blocked_instrument", "A blocked account", _bank(9913)),
    _No("suspected_fraud", "The bank suspects fraud", _bank(9914)),
    _No("do_not_honour", "The bank says no without a reason", _bank(9915)),
    _No("expired_instrument", "A means of payment that has expired", _bank(9916)),
    _No("provider_unavailable", "A bank that cannot be reached", _bank(9920)),
)


def _play(no: _No, stage: Stage) -> None:
    sale = no.sale(stage)
    screen = stage.sell(sale)
    sent = stage.posts(sale)[-1:]
    need(bool(sent), "it sent no payment")
    decline = sent[0].answered.get("decline") or {}
    if decline.get("code") != no.code:
        raise NotPlayed(f"the server answered {sent[0].status} {decline.get('code')} instead of {no.code}")
    need_decline_shown(screen, decline)
    need(not stage.between.recording.calls("POST", "payments/*/capture") or no.code == "already_used", "it captured")
    if sent[0].payment:
        stage.need_not_paid(screen, sale)


def need_decline_shown(screen: Screen, decline: Fields) -> None:
    """Both people read their words."""
    need(screen.shows == "not_paid", f"it shows {screen.shows} for a decline ({decline['code']})")
    need(not screen.releases_goods, "it hands the goods over")
    need(
        _words(decline["cashier_message"]) in _words(screen.message),
        f"it shows the cashier {screen.message!r} instead of {decline['cashier_message']!r}",
    )
    for_customer = _words(" ".join((screen.customer_message, *screen.receipt)))
    need(
        _words(decline["customer_message"]) in for_customer,
        f"the customer does not read {decline['customer_message']!r}",
    )


def _words(text: str) -> str:
    # A receipt breaks lines.
    return " ".join(text.split())


for _no in NOS:
    add(
        f"declined_{_no.code}",
        title=_no.title,
        rule=RULE,
        section="declines",
        advice=ADVICE,
        play=partial(_play, _no),
    )


@scenario(
    "retry_after_decline",
    title="Another try after a no",
    rule="After `safe_to_retry: true` the same receipt number may be tried again: a new code, a new Idempotency-Key.",
    section="the-first-payment-in-ten-minutes",
    advice="One key for one intention: the second try is another one. Keep the receipt number, scan a new code.",
)
def retry_after_decline(stage: Stage) -> None:
    refused = stage.sale(pin=WRONG_PIN)
    screen = stage.sell(refused)
    need(screen.shows == "not_paid", f"it shows {screen.shows} after a wrong PIN")
    need(screen.may_retry, "it offers no other try, though `safe_to_retry` is true")
    again = stage.sale(reference=refused.reference)
    paid = stage.sell(again)
    first, second = stage.posts(refused), stage.posts(again)
    need(bool(second), f"it did not send the second try, and shows {paid.shows}")
    need(not {each.key for each in first} & {each.key for each in second}, "it sent the second try with the first key")
    stage.need_paid(paid, again)


@scenario(
    "no_retry_while_open",
    title="Another try while the first is open",
    rule="Offer another try only when `safe_to_retry` is true; otherwise cancel first.",
    section="the-first-payment-in-ten-minutes",
    advice="While a sale is open, offer waiting and cancelling only; sell again once the cancel has been answered.",
    patience_seconds=1.0,
)
def no_retry_while_open(stage: Stage) -> None:
    first = stage.sale(REVIEW_MINOR)
    stage.between.order("POST", "payments", Early())
    waiting = stage.sell(first)
    stage.need_no_goods(waiting)
    if waiting.shows == "wait":
        need(not waiting.may_retry, "it offers another try while the first is open")
    again = stage.sale(first.minor - 31, reference=first.reference)
    stage.sell(again)
    for sent in stage.posts(again):
        before = [
            each
            for each in stage.between.recording.exchanges
            if each.answered_at is not None and each.answered_at <= sent.asked_at
        ]
        need(
            any(each.answered.get("safe_to_retry") for each in before),
            "it sold again before it had been told that the first sale is off",
        )
    open_sales = [each for each in stage.truth.payments(first.reference) if not each["safe_to_retry"]]
    need(len(open_sales) <= 1, f"{len(open_sales)} sales are open or paid under one receipt number")
    stage.driver.ask("cancel", reference=again.reference)
