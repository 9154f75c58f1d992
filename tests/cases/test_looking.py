from datetime import datetime, timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone
from pytest_django import Settings

from apps.audit.operations import record, seal_records
from apps.cases.models import Case
from apps.cases.operations import look_for_trouble
from apps.cases.operations.looking import HOPELESS_TRIES
from apps.cases.states import Severity
from apps.cases.tasks import look
from apps.outbox.locks import claim_message
from apps.outbox.models import Message
from apps.outbox.operations import Run, leave_message, run_message
from tests.cases.queue import ANNA
from tests.devices.crowd import at_once
from tests.outbox import handlers

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def topics(settings: Settings) -> None:
    settings.OUTBOX_HANDLERS = {
        "fail": "tests.outbox.handlers.fail",
        "note": "tests.outbox.handlers.note_down",
        "cases.look": "apps.cases.tasks.look",
    }
    settings.OUTBOX_DOORBELL = ""
    settings.EVENT_SUBSCRIBERS = {}
    handlers.ran.clear()


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def leave(now: datetime, topic: str = "note") -> Message:
    return leave_message(topic=topic, arguments={"payment_id": "pay_1"}, now=now)


def fail_often(message: Message, times: int) -> Message:
    for _ in range(times):
        message.refresh_from_db()
        assert run_message(message_id=message.id, now=message.due_at) == Run.FAILED
    message.refresh_from_db()
    return message


def test_where_all_is_well_nothing_is_opened(now: datetime) -> None:
    leave(now)
    run_message(message_id=leave(now).id, now=now)

    assert look_for_trouble(now=now + timedelta(hours=2)) == []
    assert not Case.objects.exists()


def test_a_note_whose_worker_died_and_that_nobody_found_again_is_an_alarm(now: datetime) -> None:
    message = leave(now)
    claim_message(message.id, now=now)

    assert look_for_trouble(now=now + timedelta(seconds=59)) == []
    (case,) = look_for_trouble(now=now + MINUTE)

    assert (case.kind, case.severity, case.subject) == ("outbox_overdue", Severity.ALARM, "note")
    assert case.facts == {"message_id": str(message.id), "tries": 1, "last_error": ""}


def test_a_note_that_is_in_somebodys_hands_is_not_stuck(now: datetime) -> None:
    message = leave(now)
    claim_message(message.id, now=now + MINUTE)

    assert look_for_trouble(now=now + MINUTE + timedelta(seconds=1)) == []


def test_a_note_that_always_fails_is_an_alarm_though_it_is_never_overdue_by_much(now: datetime) -> None:
    message = fail_often(leave(now, "fail"), HOPELESS_TRIES - 1)
    assert message.due_at - now >= MINUTE
    assert look_for_trouble(now=message.due_at) == []

    message = fail_often(message, 1)
    (case,) = look_for_trouble(now=message.due_at - timedelta(seconds=1))

    assert case.subject == "fail"
    assert case.facts["last_error"] == "apps.kernel.errors.Refused refused"


def test_many_notes_of_one_topic_are_one_case_that_names_the_oldest(now: datetime) -> None:
    messages = [leave(now - timedelta(seconds=number)) for number in range(3)]
    for message in messages:
        claim_message(message.id, now=now)
    claim_message(leave(now, "fail").id, now=now)

    cases = look_for_trouble(now=now + MINUTE)

    assert [case.subject for case in cases] == ["fail", "note"]
    assert cases[1].facts["message_id"] == str(messages[2].id)


def test_trouble_that_lasts_is_counted(now: datetime) -> None:
    claim_message(leave(now).id, now=now)

    for minute in range(1, 4):
        look_for_trouble(now=now + minute * MINUTE)

    case = Case.objects.get()
    assert (case.times, case.last_at) == (3, now + 3 * MINUTE)


def test_evidence_without_a_seal_for_an_hour_is_an_alarm(now: datetime) -> None:
    unsealed = record(actor=ANNA, action="tested", subject="s", now=now)

    assert look_for_trouble(now=now + timedelta(minutes=59)) == []
    (case,) = look_for_trouble(now=now + timedelta(minutes=61))

    assert (case.kind, case.severity, case.subject) == ("audit_unsealed", Severity.ALARM, "audit")
    assert case.facts == {"record_id": str(unsealed.id)}


def test_sealed_evidence_is_no_trouble(now: datetime) -> None:
    record(actor=ANNA, action="tested", subject="s", now=now)
    seal_records(now=now)

    assert look_for_trouble(now=now + timedelta(minutes=61)) == []


def test_several_who_look_at_once_open_the_same_cases(now: datetime) -> None:
    claim_message(leave(now).id, now=now)
    claim_message(leave(now, "fail").id, now=now)

    at_once(6, lambda _: look_for_trouble(now=now + MINUTE))

    assert sorted(Case.objects.values_list("subject", "times")) == [("fail", 6), ("note", 6)]


def test_the_clock_has_it_looked_every_minute(now: datetime) -> None:
    claim_message(leave(now - timedelta(minutes=5)).id, now=now - timedelta(minutes=5))
    note = leave_message(topic="cases.look", arguments={}, now=now)

    assert run_message(message_id=note.id, now=now) == Run.DONE

    assert Case.objects.get().subject == "note"
    assert configured.TIMED_NOTES["cases.look"] == MINUTE
    look()
    assert Case.objects.get().times == 2
