"""The page about the states of a payment is drawn from the code, and says all of it."""

from apps.pos_api import shapes
from apps.transactions.states import FIRST, MOVES, OPERATION_MOVES, REFUND_MOVES, Status
from tests.transactions import drawing


def test_the_page_is_up_to_date() -> None:
    assert drawing.PLACE.read_text(encoding="utf-8") == drawing.draw(), f"renew it: {drawing.COMMAND}"


def test_every_move_is_explained_and_no_other() -> None:
    assert set(drawing.REASONS) == {(origin, target) for origin, targets in MOVES.items() for target in targets}
    assert set(drawing.BEGINNINGS) == FIRST
    assert set(drawing.MEANINGS) == set(Status)
    assert set(drawing.OPERATION_MEANINGS) == set(OPERATION_MOVES)
    assert set(drawing.REFUND_MEANINGS) == set(REFUND_MOVES)


def test_what_the_page_says_of_the_till_is_what_the_till_sees() -> None:
    assert {status: drawing.shown(status) for status in Status} == {
        status: shapes.shown_status(status) for status in Status
    }
