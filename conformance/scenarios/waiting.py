"""Outcomes that take their time, and sales that are called off meanwhile."""

import itertools

from conformance.customer import eventually
from conformance.recording import Exchange, Fields
from conformance.scenario import scenario
from conformance.scenarios.selling import called_off
from conformance.stage import NotPlayed, Stage, need
from conformance.troubles import Altered, Busy, Early

# Two of a kind differ, or they would look like one sale that was rung up twice.
ANOTHER_REVIEW_MINOR, THIRD_REVIEW_MINOR = 19_931, 29_931
SILENT_THEN_YES_MINOR, SILENT_MINOR, LATE_MINOR = 9902, 9904, 9909
POLL_AFTER_MS = 1200
# A clock that ticks coarsely, and the way there.
TOLERANCE_SECONDS = 0.15
LATE_WITHIN_SECONDS = 10.0


@scenario(
    "processing",
    title="The bank takes its time",
    rule="While `poll_after_ms` is not null, ask again with `GET payments/{id}?wait=5`, and decide by the outcome.",
    section="the-first-payment-in-ten-minutes",
    advice="`processing` is neither yes nor no: poll with `wait`, and show the cashier that you wait.",
    patience_seconds=20.0,
)
def processing(stage: Stage) -> None:
    sale = stage.sale(SILENT_THEN_YES_MINOR)
    stage.between.order("POST", "payments", Early())
    screen = stage.sell(sale)
    polls = stage.between.recording.calls("GET", "payments/*")
    need(bool(polls), f"it never asked what became of the payment, and shows {screen.shows}")
    need(any("wait=" in each.path for each in polls), "it asks without `wait`")
    stage.need_paid(screen, sale)


@scenario(
    "poll_pause",
    title="A server that is too busy to keep a till waiting",
    rule="A next poll comes no sooner than `poll_after_ms` after an answer that still has it.",
    section="the-first-payment-in-ten-minutes",
    advice="Sleep `poll_after_ms` before the next `GET`, also with `wait`: a busy server answers long polls at once.",
    patience_seconds=3.5,
)
def poll_pause(stage: Stage) -> None:
    sale = stage.sale(THIRD_REVIEW_MINOR)
    stage.between.order("POST", "payments", Early())
    stage.between.order("GET", "payments/*", Busy(POLL_AFTER_MS), times=None)
    screen = stage.sell(sale)
    polls = stage.between.recording.calls("GET", "payments/*")
    need(bool(polls), f"it never asked what became of the payment, and shows {screen.shows}")
    for before, after in itertools.pairwise(polls):
        _need_pause(before, after)
    stage.between.clear()
    stage.need_not_paid(called_off(stage, screen, sale.reference), sale)


def _need_pause(before: Exchange, after: Exchange) -> None:
    wanted = (before.answered.get("poll_after_ms") or 0) / 1000
    waited = after.asked_at - (before.answered_at or before.asked_at)
    need(
        waited >= wanted - TOLERANCE_SECONDS,
        f"it asked again {waited * 1000:.0f} ms after an answer with poll_after_ms {wanted * 1000:.0f}",
    )


@scenario(
    "cancel_while_processing",
    title="The cashier gives up while nobody knows",
    rule="A till that gives up cancels: `POST payments/{id}/cancel`; then the sale is off and may be tried again.",
    section="post-paymentsidcancel",
    advice="Keep the id of the 202; cancel with it, and show not paid once the cancel has been answered.",
    patience_seconds=1.5,
)
def cancel_while_processing(stage: Stage) -> None:
    sale = stage.sale(ANOTHER_REVIEW_MINOR)
    stage.between.order("POST", "payments", Early())
    waiting = stage.sell(sale)
    stage.need_no_goods(waiting)
    stage.need_not_paid(called_off(stage, waiting, sale.reference), sale)


@scenario(
    "nobody_ever_knows",
    title="A bank that keeps silent for good",
    rule="A sale that goes off by itself (`cancelled`) is not paid, however long the till has waited for it.",
    section="statuses",
    advice="Silence is not a yes: end only with an outcome, or with a cancel that was answered.",
    patience_seconds=30.0,
)
def nobody_ever_knows(stage: Stage) -> None:
    sale = stage.sale(SILENT_MINOR)
    stage.between.order("POST", "payments", Early())
    screen = stage.sell(sale)
    if screen.shows == "wait":
        screen = called_off(stage, screen, sale.reference)
    stage.need_not_paid(screen, sale)


@scenario(
    "late_approval",
    title="The bank says yes when the sale is off",
    rule="A dead sale is never revived: what the bank says later is undone, and the till goes on showing not paid.",
    section="get-eventsafter8123",
    advice="`cancelled` is an end. Never show paid because of `authorised`, an event, or the bank's own voucher.",
    patience_seconds=30.0,
)
def late_approval(stage: Stage) -> None:
    sale = stage.sale(LATE_MINOR)
    stage.between.order("POST", "payments", Early())
    screen = called_off(stage, stage.sell(sale), sale.reference)
    stage.need_not_paid(screen, sale)
    if not eventually(lambda: _is_undone(stage, sale.reference), LATE_WITHIN_SECONDS):
        raise NotPlayed("the sale did not go off")
    late = Altered("the bank's late yes is in the answer; the sale stays off", _with_late_hold)
    stage.between.order("GET", "payments/*", late, times=None)
    stage.between.order("GET", "payments", late, times=None)
    stage.need_not_paid(stage.driver.ask("look", reference=sale.reference), sale)


def _with_late_hold(answer: Fields) -> Fields:
    """Return what a till sees of a sale that is off, once there has been a hold."""
    if "data" in answer:
        return {**answer, "data": [_with_late_hold(each) for each in answer["data"]]}
    return {**answer, "authorised": answer["amount"], "version": answer["version"] + 1}


def _is_undone(stage: Stage, reference: str) -> bool:
    return all(each["status"] == "cancelled" for each in stage.truth.payments(reference))
