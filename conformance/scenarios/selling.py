"""Sales that go well, and what may be called paid."""

import json

from conformance.between import Line, Reply, Trouble
from conformance.customer import eventually
from conformance.port import Screen
from conformance.recording import Exchange
from conformance.scenario import scenario
from conformance.stage import NotPlayed, Sale, Stage, need
from conformance.troubles import Refusing

# What a float makes of these when it is multiplied by a hundred is a little too little.
TREACHEROUS = (29, 115, 1999, 6410)
CONFIRM_MINOR, CONSENT_MINOR = 9933, 9932
ASKED_WITHIN_SECONDS = 15.0


@scenario(
    "approved",
    title="A sale that is approved",
    rule="Show paid, and hand the goods over, once `safe_to_release_goods` is true; the money is then taken.",
    section="the-first-payment-in-ten-minutes",
    advice="Capture what is authorised, then read `safe_to_release_goods` of the answer.",
)
def approved(stage: Stage) -> None:
    sale = stage.sale()
    stage.need_paid(stage.sell(sale), sale)


@scenario(
    "offline_phone",
    title="A code made in flight mode",
    rule="The phone needs no network: `code` is exactly what the scanner typed, whoever made it and wherever.",
    section="post-payments",
    advice="Send the scanned characters as they are: do not trim, change case, decode or look into them.",
)
def offline_phone(stage: Stage) -> None:
    sale = stage.sale()
    screen = stage.sell(sale)
    sent = stage.between.recording.calls("POST", "payments")
    need(bool(sent), "it sent no payment")
    need(all(each.asked.get("code") == sale.code for each in sent), "it sent another text than the scanner typed")
    stage.need_paid(screen, sale)


@scenario(
    "receipt",
    title="The receipt",
    rule="Print the lines of `receipt.customer` (or `receipt.merchant`) as they are.",
    section="receipts",
    advice="The lines are at most 42 characters wide and complete; print them, and your own above or below.",
)
def receipt(stage: Stage) -> None:
    sale = stage.sale()
    screen = stage.sell(sale)
    stage.need_paid(screen, sale)
    printed = {line.rstrip() for line in screen.receipt}
    (payment,) = stage.truth.payments(sale.reference)
    missing = {
        name: [line for line in lines if line.strip() and line.rstrip() not in printed]
        for name, lines in payment["receipt"].items()
    }
    need(
        any(not lines for lines in missing.values()),
        f"its receipt lacks {len(missing['customer'])} of the server's lines, such as {missing['customer'][:1]}",
    )


@scenario(
    "exact_amounts",
    title="Amounts that floating point gets wrong",
    rule="Amounts are whole numbers of minor units: 19.99 is 1999, written without a point.",
    section="rules-for-every-call",
    advice="Keep amounts as integers or decimals from the keyboard to the request; never multiply a float by 100.",
)
def exact_amounts(stage: Stage) -> None:
    for minor in TREACHEROUS:
        sale = stage.sale(minor)
        screen = stage.sell(sale)
        for sent in stage.posts(sale):
            amount = sent.asked.get("amount")
            need(type(amount) is int, f"it sent {amount!r} for {sale.shown}: not a whole number")
            need(amount == minor, f"it sent {amount} for {sale.shown}")
        stage.need_paid(screen, sale)


@scenario(
    "authorised_is_not_paid",
    title="The money is held, and cannot be taken",
    rule="`authorised` is not paid: without a captured answer that says `safe_to_release_goods` the goods stay.",
    section="statuses",
    advice="Decide by `safe_to_release_goods` alone. If the capture does not get through, wait or cancel.",
    patience_seconds=1.5,
)
def authorised_is_not_paid(stage: Stage) -> None:
    sale = stage.sale()
    stage.between.order("POST", "payments/*/capture", Refusing(503, "unavailable", 1), times=None)
    screen = stage.sell(sale)
    stage.need_no_goods(screen)
    stage.between.clear()
    stage.need_not_paid(called_off(stage, screen, sale.reference), sale)


class _GivenBackMeanwhile(Trouble):
    """A supervisor gives the money back in the moment in which the till captures it."""

    name = "captured, and at once given back from elsewhere"

    def meet(self, exchange: Exchange, line: Line) -> Reply | None:
        captured = line.forward(exchange)
        path = exchange.path.removesuffix("/capture") + "/refunds"
        headers = exchange.headers | {"idempotency-key": f"meanwhile-{exchange.key}"}
        refund = json.loads(line.send("POST", path, headers, b"{}").body)
        return captured.with_body(json.dumps(refund["payment"], ensure_ascii=False).encode())


@scenario(
    "captured_but_not_safe",
    title="Captured, and no longer safe",
    rule="`captured` alone is not paid either: it may have been given back meanwhile. `safe_to_release_goods` decides.",
    section="the-first-payment-in-ten-minutes",
    advice="Never derive paid from `status`, from the HTTP status, or from the absence of an error.",
)
def captured_but_not_safe(stage: Stage) -> None:
    sale = stage.sale()
    stage.between.order("POST", "payments/*/capture", _GivenBackMeanwhile())
    screen = stage.sell(sale)
    posts = stage.posts(sale)
    if any(each.asked.get("capture") == "automatic" for each in posts):
        raise NotPlayed("the till lets the server capture, so that there is no capture to disturb")
    stage.need_no_goods(screen)


@scenario(
    "partial_capture",
    title="Less is taken than was held",
    rule="A capture takes its `amount` of what is held, in minor units with `currency`.",
    section="post-paymentsidcapture",
    advice="Send the smaller amount as a whole number of minor units, and show what was captured.",
)
def partial_capture(stage: Stage) -> None:
    sale = stage.sale(stage.random.randint(4000, 8999))
    held = stage.sell(sale, capture=False)
    need(held.shows == "held", f"it shows {held.shows} for a sale that is only held")
    stage.need_no_goods(held)
    part = sale.minor - 1501
    screen = stage.driver.ask("capture", reference=sale.reference, amount=f"{part // 100}.{part % 100:02d}")
    for sent in stage.between.recording.calls("POST", "payments/*/capture"):
        amount = sent.asked.get("amount")
        need(type(amount) is int and amount == part, f"it captured {amount!r} instead of {part}")
    stage.need_paid(screen, sale, part)


@scenario(
    "confirm_another_sale",
    title="It looks like a duplicate, and is another sale",
    rule="`action_required` with `cashier_confirm`: ask the cashier, and `confirm` another sale.",
    section="the-first-payment-in-ten-minutes",
    advice="Show the question, send `POST payments/{id}/confirm` on yes, then go on as with any outcome.",
)
def confirm_another_sale(stage: Stage) -> None:
    sale = stage.sale(CONFIRM_MINOR)
    asked = stage.sell(sale)
    stage.need_no_goods(asked)
    need(asked.shows == "ask_cashier", f"it shows {asked.shows} and does not ask the cashier")
    need(not stage.between.recording.calls("POST", "payments/*/confirm"), "it confirmed without asking the cashier")
    stage.need_paid(stage.driver.ask("confirm", reference=sale.reference, another=True), sale)


@scenario(
    "cancel_a_duplicate",
    title="It looks like a duplicate, and is one",
    rule="`action_required` with `cashier_confirm`: if the cashier says that it is the same sale, `cancel`.",
    section="the-first-payment-in-ten-minutes",
    advice="Send `POST payments/{id}/cancel` on no; never leave the question open until its deadline.",
)
def cancel_a_duplicate(stage: Stage) -> None:
    sale = stage.sale(CONFIRM_MINOR + 10_000)
    asked = stage.sell(sale)
    need(asked.shows == "ask_cashier", f"it shows {asked.shows} and does not ask the cashier")
    stage.need_not_paid(stage.driver.ask("confirm", reference=sale.reference, another=False), sale)


@scenario(
    "customer_consent",
    title="The customer is asked in the app, and agrees",
    rule="`action_required` with `customer_consent`: wait, until the customer has agreed, and then go on.",
    section="the-first-payment-in-ten-minutes",
    advice="Treat it as `processing`: ask again as `poll_after_ms` says, and offer only to cancel.",
    patience_seconds=20.0,
)
def customer_consent(stage: Stage) -> None:
    sale = stage.sale(CONSENT_MINOR)
    stage.need_paid(_consented(stage, sale, is_yes=True), sale)


@scenario(
    "customer_refuses",
    title="The customer is asked in the app, and refuses",
    rule="After `customer_refused` the sale is not paid: show both messages.",
    section="declines",
    advice="A refusal is a decline like any other: `cashier_message` and `customer_message`.",
    patience_seconds=20.0,
)
def customer_refuses(stage: Stage) -> None:
    sale = stage.sale(CONSENT_MINOR + 10_000)
    screen = _consented(stage, sale, is_yes=False)
    stage.need_not_paid(screen, sale)


def _consented(stage: Stage, sale: Sale, *, is_yes: bool) -> Screen:
    selling = stage.begin_sale(sale)

    def asked() -> bool:
        return any(each.payment.get("status") == "action_required" for each in stage.posts(sale))

    if not eventually(lambda: asked() or selling.is_over, ASKED_WITHIN_SECONDS) or not asked():
        raise NotPlayed("the customer was never asked")
    payment = next(each.payment for each in stage.posts(sale) if each.payment)
    stage.customers.agree(payment["id"], is_yes)
    screen = selling.screen()
    stage.learn_reference(sale)
    if screen.shows == "wait":
        screen = stage.driver.ask("wait", reference=sale.reference)
    return screen


def called_off(stage: Stage, screen: Screen, reference: str) -> Screen:
    """Let the cashier call off what is still open; a till may have done so by itself."""
    return (
        stage.driver.ask("cancel", reference=reference) if screen.shows in ("wait", "ask_cashier", "held") else screen
    )
