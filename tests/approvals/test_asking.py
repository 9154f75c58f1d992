import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from apps.approvals.errors import AlreadyAsked, UnknownApproval
from apps.approvals.models import Approval
from apps.approvals.queries import approvals_about, awaiting_approvals, find_approval
from apps.approvals.states import ApprovalStatus
from apps.audit.models import Record
from apps.audit.operations import UnfitFact
from apps.kernel.ids import uuid7
from apps.kernel.masking import Secret
from tests.approvals.desk import ANNA, ASKED, BEAT, LIFETIME, NOW, ask, decide
from tests.devices.crowd import at_once, codes

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(minutes=5)


def test_what_is_asked_is_kept_with_its_hash() -> None:
    asked = ask()

    approval = Approval.objects.get()
    assert approval == asked
    assert (approval.status, approval.maker, approval.checker) == (ApprovalStatus.AWAITING, "operator:anna", "")
    assert (approval.asked, approval.expires_at) == (ASKED, NOW + LIFETIME)
    canonical = b'{"action":"refund","asked":{"amount":4250,"currency":"CHF","refund":"ref_1"},"subject":"ref_1"}'
    assert bytes(approval.asked_hash) == hashlib.sha256(canonical).digest()
    assert approval.is_intact()
    (trace,) = Record.objects.filter(action="approval.asked")
    assert (trace.subject, trace.actor_id) == ("ref_1", "anna")
    assert trace.facts == {"approval": str(approval.id), "action": "refund", "asked": ASKED}


def test_the_hash_survives_the_way_through_the_database() -> None:
    asked = {"name": "Äpfel ’\U0001f34e", "big": 2**62, "yes": True, "none": None, "list": [1, "2"], "deep": {"b": 1}}

    approval = ask(asked=asked)

    assert Approval.objects.get(id=approval.id).is_intact()


def test_it_vanishes_with_the_transaction_that_asked() -> None:
    with transaction.atomic():
        ask()
        transaction.set_rollback(True)

    assert not Approval.objects.exists()
    assert not Record.objects.exists()


def test_the_same_maker_who_asks_again_gets_the_one_that_waits() -> None:
    first = ask()

    again = ask(now=LATER)

    assert (again.id, again.expires_at) == (first.id, NOW + LIFETIME)
    assert Record.objects.filter(action="approval.asked").count() == 1


@pytest.mark.parametrize("fields", [{"asked": ASKED | {"amount": 1}}, {"maker": BEAT}])
def test_something_else_has_to_wait_for_the_decision(fields: dict[str, Any]) -> None:
    first = ask()

    with pytest.raises(AlreadyAsked) as refusal:
        ask(**fields)

    assert (refusal.value.code, refusal.value.facts) == ("already_asked", {"approval": str(first.id)})
    assert Approval.objects.count() == 1


def test_other_subjects_and_actions_wait_beside_it() -> None:
    ask()
    ask(subject="ref_2")
    ask(action="payout")

    assert Approval.objects.count() == 3


def test_once_it_is_decided_it_may_be_asked_again() -> None:
    first = ask()
    decide(first, is_yes=False)

    second = ask(asked=ASKED | {"amount": 1})

    assert second.id != first.id
    assert [approval.id for approval in approvals_about(subject="ref_1")] == [second.id, first.id]


def test_what_expired_unnoticed_makes_room() -> None:
    first = ask()

    second = ask(maker=BEAT, now=NOW + LIFETIME)

    first.refresh_from_db()
    assert (first.status, second.status) == (ApprovalStatus.EXPIRED, ApprovalStatus.AWAITING)
    assert Record.objects.filter(action="approval.expired").count() == 1


def test_ten_who_ask_the_same_at_once_ask_once() -> None:
    outcomes = at_once(10, lambda _: ask())

    assert {outcome.id for outcome in outcomes if isinstance(outcome, Approval)} == {Approval.objects.get().id}
    assert codes(outcomes) == []
    assert Record.objects.count() == 1


def test_of_ten_who_ask_different_things_at_once_one_waits() -> None:
    outcomes = at_once(10, lambda number: ask(asked={"amount": number}))

    assert codes(outcomes) == ["already_asked"] * 9
    assert Approval.objects.count() == 1


# Any: the point is what the types forbid.
@pytest.mark.parametrize(("value", "error"), [(Secret("x"), TypeError), (1.5, UnfitFact), (b"bytes", TypeError)])
def test_refuses_what_is_no_small_value(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error), transaction.atomic():
        ask(asked={"value": value})

    assert not Approval.objects.exists()


def test_the_queue_shows_first_what_ends_first() -> None:
    ask(subject="long")
    ask(subject="short", lifetime=timedelta(hours=1))
    ask(subject="over", lifetime=timedelta(minutes=1))
    decide(ask(subject="decided"))

    assert [approval.subject for approval in awaiting_approvals(now=LATER)] == ["short", "long"]


def test_one_is_found_by_its_id_or_is_unknown() -> None:
    approval = ask(maker=ANNA)

    assert find_approval(approval.id) == approval
    with pytest.raises(UnknownApproval):
        find_approval(uuid7())
