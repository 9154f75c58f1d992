"""A code key gets a successor when two people want it."""

import pytest

from apps.approvals.errors import AlreadyAsked
from apps.audit.models import Record
from apps.keys.models import CodeKey
from apps.keys.operations import create_code_key
from apps.switches.errors import InvalidStop
from apps.switches.rotation import ask_code_key, carry_out_rotation
from tests.switches.desk import ANNA, BEAT, NOW, decide


@pytest.fixture(autouse=True)
def first_key(fresh: None) -> CodeKey:
    return create_code_key(now=NOW, by=ANNA)


def test_a_second_person_makes_it_and_once() -> None:
    approval = ask_code_key(reason="leak", by=ANNA, now=NOW)
    assert CodeKey.objects.count() == 1

    assert decide(approval) == ["switches.rotate_code_key"]
    carry_out_rotation(approval_id=approval.id, now=NOW)
    carry_out_rotation(approval_id=approval.id, now=NOW)

    assert list(CodeKey.objects.order_by("kid").values_list("kid", "created_by")) == [(1, str(ANNA)), (2, str(BEAT))]
    assert Record.objects.get(action="code_key.rotated").facts["successor"] == 2


def test_a_no_makes_none() -> None:
    approval = ask_code_key(reason="leak", by=ANNA, now=NOW)
    decide(approval, is_yes=False)

    carry_out_rotation(approval_id=approval.id, now=NOW)

    assert CodeKey.objects.count() == 1


def test_it_is_asked_for_once_and_for_a_reason() -> None:
    ask_code_key(reason="leak", by=ANNA, now=NOW)

    with pytest.raises(AlreadyAsked):
        ask_code_key(reason="leak", by=BEAT, now=NOW)
    with pytest.raises(InvalidStop):
        ask_code_key(reason=" ", by=BEAT, now=NOW)
