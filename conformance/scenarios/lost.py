"""Answers and requests that get lost: nobody pays twice, and nobody pays for nothing."""

from conformance.between import Trouble
from conformance.scenario import add, scenario
from conformance.scenarios.selling import called_off
from conformance.stage import NotPlayed, Stage, need
from conformance.troubles import CutAfter, CutBefore, Torn, Twice, Withheld

SECTION = "idempotency-and-lost-answers"
REPEAT = "After a lost answer send the same bytes with the same `Idempotency-Key` again, or ask by the reference."
KEEP = "Make the key before the first attempt; keep it and the bytes until the answer has been read; repeat both."


def _sell_through(trouble: type[Trouble], stage: Stage) -> None:
    sale = stage.sale()
    stage.between.order("POST", "payments", trouble())
    screen = stage.sell(sale)
    stage.need_one_intention(stage.posts(sale), "the sale")
    if screen.shows in ("wait", "not_paid"):
        # It gives up rather than repeat: then the sale must be off.
        stage.need_not_paid(called_off(stage, screen, sale.reference), sale)
        return
    stage.need_paid(screen, sale)


for _name, _title, _trouble in (
    ("answer_lost", "The answer to a sale is lost", CutAfter),
    ("request_lost", "A sale is lost on its way", CutBefore),
    ("answer_torn", "Half of the answer arrives", Torn),
):
    add(
        _name,
        title=_title,
        rule=REPEAT,
        section=SECTION,
        advice=KEEP,
        play=lambda stage, trouble=_trouble: _sell_through(trouble, stage),  # type: ignore[misc]
    )


@scenario(
    "repetition",
    title="The network delivers a sale twice",
    rule="A repetition is answered with the payment as it is now, `Idempotent-Replayed: true`: as good as the first.",
    section=SECTION,
    advice="Take the answer as it is; do not treat 201 and 200, or a replayed answer, differently.",
)
def repetition(stage: Stage) -> None:
    sale = stage.sale()
    stage.between.order("POST", "payments", Twice())
    screen = stage.sell(sale)
    stage.need_one_intention(stage.posts(sale), "the sale")
    stage.need_paid(screen, sale)


@scenario(
    "capture_answer_lost",
    title="The answer to a capture is lost",
    rule="What was captured is paid: after a lost answer the till finds out, with the same key or by asking.",
    section=SECTION,
    advice="Repeat the capture with its key, or `GET` the payment; only then say paid or not paid.",
)
def capture_answer_lost(stage: Stage) -> None:
    sale = stage.sale()
    stage.between.order("POST", "payments/*/capture", CutAfter())
    screen = stage.sell(sale)
    captures = stage.between.recording.calls("POST", "payments/*/capture")
    if not captures:
        raise NotPlayed("the till sent no capture")
    stage.need_one_intention(captures, "the capture")
    if screen.shows == "wait":
        screen = stage.driver.ask("wait", reference=sale.reference)
    stage.need_paid(screen, sale)


@scenario(
    "cancel_a_lost_sale",
    title="No answer at all, and the cashier gives up",
    rule="A sale whose answer never came is called off: `POST cancellations` with its key, or by its reference.",
    section="post-cancellations",
    advice="Keep the key of the lost request; send it with the reference to `POST cancellations` until it is answered.",
    patience_seconds=1.5,
)
def cancel_a_lost_sale(stage: Stage) -> None:
    sale = stage.sale()
    stage.between.order("POST", "payments", CutAfter(), times=None)
    screen = stage.sell(sale)
    stage.need_no_goods(screen)
    stage.need_one_intention(stage.posts(sale), "the sale")
    screen = called_off(stage, screen, sale.reference)
    stage.need_not_paid(screen, sale)
    need(bool(stage.truth.payments(sale.reference)), "it never sent the sale")


@scenario(
    "cancel_what_never_arrived",
    title="The cashier gives up, and the request arrives afterwards",
    rule="A lost request may still arrive: `POST cancellations` with its key makes sure that it is refused then.",
    section="post-cancellations",
    advice="Asking by reference is not enough: nothing is there yet. Name the lost key to `POST cancellations`.",
    patience_seconds=1.5,
)
def cancel_what_never_arrived(stage: Stage) -> None:
    sale = stage.sale()
    stuck = Withheld()
    stage.between.order("POST", "payments", stuck, times=None)
    screen = called_off(stage, stage.sell(sale), sale.reference)
    stage.need_no_goods(screen)
    need(screen.shows == "not_paid", f"it shows {screen.shows} after the cashier gave up")
    replies = stuck.deliver()
    if not replies:
        raise NotPlayed("the till sent no sale")
    need(
        stage.truth.is_off(sale.reference),
        "it shows not paid, and the request that was stuck has made a sale: nobody called it off by its key",
    )
