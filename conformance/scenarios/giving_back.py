"""Money on its way back, and the end of the day."""

from apps.paycode.claims import Purpose
from conformance.scenario import scenario
from conformance.stage import Broke, NotPlayed, Sale, Stage, need
from conformance.troubles import CutAfter

DAY_SECONDS = 86_400
DIFFERENCE = ("type", "reference", "told", "ours")


def _paid(stage: Stage, minor: int | None = None) -> Sale:
    sale = stage.sale(minor)
    screen = stage.sell(sale)
    if screen.shows != "paid":
        raise NotPlayed(f"the sale that was to be given back shows {screen.shows}")
    return sale


@scenario(
    "cancel_after_sale",
    title="The cashier takes a paid sale back at once",
    rule="After the capture a cancel gives the money back; once the day is closed, `409 use_refund` undoes nothing.",
    section="post-paymentsidcancel",
    advice="`status` stays `captured`: read `safe_to_release_goods`. At `use_refund` offer a refund.",
)
def cancel_after_sale(stage: Stage) -> None:
    sale = _paid(stage)
    screen = stage.driver.ask("cancel", reference=sale.reference)
    stage.need_no_goods(screen)
    if day_is_closed(stage):
        need(screen.shows in ("refunded", "not_refunded"), f"it shows {screen.shows}, and the customer has paid")
        need(
            (screen.shows == "refunded") == (stage.truth.taken(sale.reference) == 0),
            f"it shows {screen.shows}, which is not what the server says",
        )
        return
    need(screen.shows in ("not_paid", "refunded"), f"it shows {screen.shows} instead of not paid")
    need(stage.truth.is_off(sale.reference), f"it shows {screen.shows}, and the customer still pays")


def day_is_closed(stage: Stage) -> bool:
    """Say whether the server has refused a cancel because the till has closed the day of the sale."""
    cancels = stage.between.recording.calls("POST", "payments/*/cancel")
    return any(each.answered.get("code") == "use_refund" for each in cancels)


@scenario(
    "partial_refund",
    title="A part is given back",
    rule="A refund has its `amount` in minor units with `currency`, and a key of its own.",
    section="post-paymentsidrefunds",
    advice="Send `POST payments/{id}/refunds` with the part as a whole number of minor units.",
)
def partial_refund(stage: Stage) -> None:
    sale = _paid(stage, stage.random.randint(3000, 8999))
    screen = stage.driver.ask("refund", reference=sale.reference, amount="11.15")
    sent = stage.between.recording.calls("POST", "payments/*/refunds")
    need(bool(sent), "it asked for no refund")
    for each in sent:
        amount = each.asked.get("amount")
        need(type(amount) is int and amount == 1115, f"it asked for {amount!r} instead of 1115 to be given back")
    need(screen.shows == "refunded", f"it shows {screen.shows} for a refund that was accepted")


@scenario(
    "refund_answer_lost",
    title="The answer to a refund is lost",
    rule="After a lost answer send the same bytes with the same `Idempotency-Key` again: nothing is given back twice.",
    section="idempotency-and-lost-answers",
    advice="A refund is an intention with one key, as a sale is: keep the key until its answer has been read.",
)
def refund_answer_lost(stage: Stage) -> None:
    sale = _paid(stage, stage.random.randint(3000, 8999))
    stage.between.order("POST", "payments/*/refunds", CutAfter())
    screen = stage.driver.ask("refund", reference=sale.reference, amount="10.00")
    stage.need_one_intention(stage.between.recording.calls("POST", "payments/*/refunds"), "the refund")
    need(screen.shows == "refunded", f"it shows {screen.shows} for a refund that was accepted")


@scenario(
    "return_by_scan",
    title="Somebody brings something back and shows a code",
    rule="`POST returns` with the code says which sales may be given back; the refund goes to the one that was chosen.",
    section="post-returns",
    advice="Find the sale by its `reference` among `sales`, and refund at most its `refundable`.",
)
def return_by_scan(stage: Stage) -> None:
    first, second = _paid(stage, stage.random.randint(3000, 8999)), _paid(stage)
    code = stage.customers.code(purpose=Purpose.RETURN)
    screen = stage.driver.ask("return", code=code, reference=first.reference, amount="12.00")
    scans = stage.between.recording.calls("POST", "returns")
    need(any(each.asked.get("code") == code for each in scans), "it did not ask what may be brought back")
    need(screen.shows == "refunded", f"it shows {screen.shows} for a return that was accepted")
    pending = {sale.reference: stage.truth.payments(sale.reference)[0]["refund_status"] for sale in (first, second)}
    need(pending[first.reference] != "none", f"nothing of {first.reference}, which was brought back, is given back")
    need(pending[second.reference] == "none", f"it gave {second.reference} back, which nobody brought")


@scenario(
    "day_close_difference",
    title="The day does not add up",
    rule="The differences of the day close are shown, line by line, with what the till and the server say.",
    section="post-day-close",
    advice="Send `lines`, and show every one of `differences`: type, reference, `told` and `ours`.",
)
def day_close_difference(stage: Stage) -> None:
    _paid(stage)
    forgotten = _beside(stage)
    screen = stage.driver.ask("close_day")
    answers = [each.answered for each in stage.between.recording.calls("POST", "day-close")]
    need(bool(answers), "it did not close the day at the server")
    need(screen.shows == "day_closed", f"it shows {screen.shows} for a day that was closed")
    differences = [each for each in answers[-1].get("differences", []) if each["reference"]]
    sums = [each for each in answers[-1].get("differences", []) if not each["reference"]]
    if not differences and not sums:
        raise NotPlayed("the day matched, though a sale was made beside the till")
    shown = {tuple(each.get(name) for name in DIFFERENCE) for each in screen.differences}
    for each in (*differences, *sums):
        wanted = tuple(each[name] for name in DIFFERENCE)
        what = each["reference"] or f"the sum of {each['type']}s"
        need(wanted in shown, f"it does not show that {what} differs: told {each['told']}, ours {each['ours']}")
    if differences and forgotten.reference not in {each["reference"] for each in differences}:
        raise Broke(f"it told the server of {forgotten.reference}, which it has not sold")


@scenario(
    "business_day",
    title="Which day it is, with a wrong clock",
    rule="The business day is the merchant's, by the server's clock (`GET till`: `server_time`, `time_zone`).",
    section="get-till",
    advice="Take `server_time` of `GET till` in the merchant's `time_zone`; a till's clock may be wrong.",
    clock_offset_seconds=DAY_SECONDS,
)
def business_day(stage: Stage) -> None:
    _paid(stage)
    screen = stage.driver.ask("close_day")
    today = stage.truth.today()
    for sent in stage.between.recording.calls("POST", "day-close"):
        told = sent.asked.get("business_date")
        need(told == today, f"it closed {told}, and today is {today}")
    need(screen.shows == "day_closed", f"it shows {screen.shows} instead of a closed day")


def _beside(stage: Stage) -> Sale:
    """Sell with the till's key, but not at the till."""
    sale = stage.sale()
    fields = {"code": sale.code, "amount": sale.minor, "currency": "CHF", "reference": sale.reference}
    payment = stage.truth.post("payments", {**fields, "capture": "automatic"}, f"{sale.reference}-beside")
    if payment["status"] != "captured":
        raise NotPlayed(f"the sale beside the till is {payment['status']}")
    return sale
