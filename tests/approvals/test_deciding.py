import json
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from apps.approvals.errors import AlreadyDecided, ApprovalExpired, EditConflict, SamePerson, UnknownApproval
from apps.approvals.models import Approval
from apps.approvals.operations import expire_approvals
from apps.approvals.states import MOVES, ApprovalStatus
from apps.approvals.tasks import expire
from apps.audit.models import Record
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, Forbidden
from apps.kernel.ids import uuid7
from apps.outbox.models import Message
from apps.outbox.operations import Run, leave_message, run_message
from tests.approvals.desk import ANNA, LIFETIME, NOW, ask, decide
from tests.devices.crowd import at_once, codes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def listeners(settings: Settings) -> None:
    settings.OUTBOX_DOORBELL = ""
    settings.EVENT_SUBSCRIBERS = {f"approval.{status}.refund": [f"{status}"] for status in ApprovalStatus}


def notes() -> list[tuple[str, dict[str, object]]]:
    return list(Message.objects.order_by("id").values_list("topic", "arguments"))


@pytest.mark.parametrize(("is_yes", "status"), [(True, "approved"), (False, "refused")])
def test_a_second_person_decides_and_whoever_carries_it_out_is_told(is_yes: bool, status: str) -> None:
    approval = ask()
    now = NOW + timedelta(hours=1)

    decided = decide(approval, is_yes=is_yes, reason=" seen ", now=now)

    assert (decided.status, decided.checker, decided.reason) == (status, "operator:beat", "seen")
    assert Approval.objects.get().decided_at == now
    assert notes() == [(status, {"approval_id": str(approval.id), "subject": "ref_1"})]
    (trace,) = Record.objects.filter(action=f"approval.{status}")
    assert (trace.actor_id, trace.subject, trace.reason) == ("beat", "ref_1", "seen")
    assert trace.facts["asked_hash"] == bytes(approval.asked_hash).hex()


@pytest.mark.parametrize("is_yes", [True, False])
@pytest.mark.parametrize("by", [ANNA, Actor("operator", "Anna"), Actor("operator", "anna ")])
def test_whoever_asked_does_not_decide(by: Actor, is_yes: bool) -> None:
    approval = ask()

    with pytest.raises(SamePerson) as refusal:
        decide(approval, by=by, is_yes=is_yes)

    assert (refusal.value.code, isinstance(refusal.value, Forbidden)) == ("same_person", True)
    assert Approval.objects.get().status == ApprovalStatus.AWAITING
    assert notes() == []


def test_a_second_click_has_no_second_effect() -> None:
    approval = ask()
    decide(approval)

    for is_yes in (True, False):
        with pytest.raises(AlreadyDecided) as refusal:
            decide(approval, is_yes=is_yes)
        assert (refusal.value.code, isinstance(refusal.value, Conflict)) == ("already_decided", True)

    assert Approval.objects.get().status == ApprovalStatus.APPROVED
    assert len(notes()) == 1


def test_of_ten_who_decide_at_once_one_does() -> None:
    approval = ask()

    outcomes = at_once(
        10, lambda number: decide(approval, is_yes=number % 2 == 0, by=Actor("operator", f"person-{number}"))
    )

    [winner] = [outcome for outcome in outcomes if isinstance(outcome, Approval)]
    assert codes(outcomes) == ["already_decided"] * 9
    assert notes() == [(winner.status, {"approval_id": str(approval.id), "subject": "ref_1"})]


def test_who_was_shown_something_else_does_not_decide() -> None:
    approval = ask()

    for shown in (bytes(32), b"", bytes(approval.asked_hash)[:31]):
        with pytest.raises(EditConflict) as refusal:
            decide(approval, asked_hash=shown)
        assert refusal.value.code == "edit_conflict"

    assert Approval.objects.get().status == ApprovalStatus.AWAITING


def test_who_read_the_row_itself_needs_no_hash() -> None:
    assert decide(ask(), asked_hash=None).status == ApprovalStatus.APPROVED


@pytest.mark.parametrize("asked_hash", [None, "shown"])
def test_a_row_that_was_tampered_with_is_not_approved(asked_hash: str | None) -> None:
    approval = ask()
    shown = bytes(approval.asked_hash) if asked_hash else None
    with connection.cursor() as cursor:  # only the owner of the table can
        cursor.execute("ALTER TABLE approvals_approval DISABLE TRIGGER approval_stays")
        cursor.execute("UPDATE approvals_approval SET asked = '{\"amount\": 9999999}'")
        cursor.execute("ALTER TABLE approvals_approval ENABLE ALWAYS TRIGGER approval_stays")

    with pytest.raises(EditConflict):
        decide(approval, asked_hash=shown)


def test_after_its_time_nobody_decides() -> None:
    approval = ask()

    decide(ask(subject="ref_2"), now=NOW + LIFETIME - timedelta(microseconds=1))
    with pytest.raises(ApprovalExpired) as early:
        decide(approval, now=NOW + LIFETIME)
    expire_approvals(now=NOW + LIFETIME)
    with pytest.raises(ApprovalExpired):
        decide(approval, now=NOW)

    assert (early.value.code, isinstance(early.value, Conflict)) == ("approval_expired", True)


def test_what_nobody_decided_expires_once_and_is_told() -> None:
    approval = ask()
    ask(subject="ref_2", lifetime=LIFETIME * 2)

    assert expire_approvals(now=NOW + LIFETIME - timedelta(seconds=1)) == 0
    assert expire_approvals(now=NOW + LIFETIME) == 1
    assert expire_approvals(now=NOW + LIFETIME) == 0

    approval.refresh_from_db()
    assert (approval.status, approval.checker, approval.decided_at) == ("expired", "", NOW + LIFETIME)
    assert notes() == [("expired", {"approval_id": str(approval.id), "subject": "ref_1"})]
    assert Record.objects.get(action="approval.expired").actor_kind == "system"


def test_several_clocks_at_once_expire_each_once() -> None:
    for number in range(20):
        ask(subject=f"ref_{number}")

    counts = at_once(4, lambda _: expire_approvals(now=NOW + LIFETIME))

    assert sum(count for count in counts if isinstance(count, int)) == 20
    assert len(notes()) == 20


def test_a_decision_and_the_clock_at_once_have_one_outcome() -> None:
    for number in range(10):
        approval = ask(subject=f"ref_{number}")
        at_once(
            2,
            lambda who, approval=approval: (
                decide(approval, now=NOW) if who else expire_approvals(now=NOW + LIFETIME)  # type: ignore[misc]
            ),
        )

        decided = Approval.objects.get(id=approval.id)
        topics = Message.objects.filter(arguments__approval_id=str(approval.id)).values_list("topic", flat=True)
        # The clock passes by what is in somebody's hands.
        assert list(topics) == ([] if decided.status == ApprovalStatus.AWAITING else [decided.status])
        expire_approvals(now=NOW + LIFETIME)


def test_the_clock_leaves_the_note() -> None:
    assert configured.TIMED_NOTES["approvals.expire"] == timedelta(minutes=1)
    ask(now=timezone.now() - LIFETIME)
    note = leave_message(topic="approvals.expire", arguments={}, now=timezone.now())

    assert run_message(message_id=note.id, now=timezone.now()) == Run.DONE

    assert Approval.objects.get().status == ApprovalStatus.EXPIRED
    expire()
    assert Record.objects.filter(action="approval.expired").count() == 1


def test_nothing_is_nothing() -> None:
    with pytest.raises(UnknownApproval):
        decide(Approval(id=uuid7(), asked_hash=bytes(32)))


def test_the_database_has_the_same_table_of_moves() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'approval_stays'")
        source: str = cursor.fetchone()[0]
    in_database = json.loads(source.partition("'")[2].partition("'")[0])

    assert {state: frozenset(targets) for state, targets in in_database.items()} == MOVES
    assert set(MOVES) == set(ApprovalStatus)


def test_an_operator_decides_by_command(capsys: pytest.CaptureFixture[str]) -> None:
    approval, other = ask(now=timezone.now()), ask(subject="ref_2", now=timezone.now())

    call_command("decide_approval", str(approval.id), "--yes", "--reason", "seen", "--by", "beat", "--json")
    assert json.loads(capsys.readouterr().out) == {
        "approval": str(approval.id),
        "action": "refund",
        "subject": "ref_1",
        "status": "approved",
    }
    call_command("decide_approval", str(other.id), "--no", "--reason", "no receipt", "--by", "beat")
    assert capsys.readouterr().out == "refund ref_2 is refused\n"

    approval.refresh_from_db()
    assert approval.checker == "operator:beat"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--yes", "--reason", "mine", "--by", "anna"], "same_person"),
        (["--reason", "hm", "--by", "beat"], "--yes --no"),
        (["--yes", "--no", "--reason", "hm", "--by", "beat"], "not allowed"),
        (["--yes", "--reason", "hm", "--by", " "], "a name has"),
    ],
)
def test_the_command_refuses_what_the_operation_refuses(arguments: list[str], problem: str) -> None:
    approval = ask(now=timezone.now())

    with pytest.raises(CommandError, match=problem):
        call_command("decide_approval", str(approval.id), *arguments)

    assert Approval.objects.get().status == ApprovalStatus.AWAITING
