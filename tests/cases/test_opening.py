import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from apps.audit.models import Record
from apps.cases.errors import UnfitFacts
from apps.cases.models import Case
from apps.cases.operations import resolve_case
from apps.cases.queries import age, cases_about, open_cases
from apps.cases.states import CaseStatus, Severity
from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.outbox.models import Message
from tests.cases.queue import ANNA, NOW, open_one

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(minutes=5)


def test_a_case_keeps_what_it_is_about() -> None:
    opened = open_one(remedy="refund", facts={"operation": "op-1", "tries": 3}, amount=Money(4250, "CHF"))

    case = Case.objects.get()
    assert case == opened
    assert case.public_id.startswith("cas_")
    assert (case.status, case.owner, case.times) == (CaseStatus.OPEN, "", 1)
    assert (case.kind, case.severity, case.subject) == ("capture_refused", Severity.WARNING, "pay_1")
    assert (case.remedy, case.facts) == ("refund", {"operation": "op-1", "tries": 3})
    assert case.amount == Money(4250, "CHF")
    assert (case.opened_at, case.last_at) == (NOW, NOW)


def test_the_same_trouble_again_is_counted_on_its_case() -> None:
    first = open_one(facts={"tries": 1})

    again = open_one(facts={"tries": 2}, summary="Other words.", now=LATER)

    assert again.id == first.id
    assert (again.times, again.opened_at, again.last_at) == (2, NOW, LATER)
    assert (again.summary, again.facts) == (first.summary, {"tries": 1})
    assert Record.objects.filter(action="case.opened").count() == 1


def test_a_report_that_comes_late_does_not_turn_the_clock_back() -> None:
    open_one(now=LATER)

    assert open_one(now=NOW).last_at == LATER


def test_other_trouble_or_another_subject_is_another_case() -> None:
    open_one()
    open_one(kind="capture_overdue")
    open_one(subject="pay_2")

    assert Case.objects.count() == 3


def test_trouble_that_comes_back_is_a_new_case() -> None:
    old = open_one()
    resolve_case(case_id=old.id, resolution="The bank paid.", by=ANNA, now=NOW)

    new = open_one(now=LATER)

    assert new.id != old.id
    assert list(cases_about(subject="pay_1")) == [new, old]


def test_twenty_who_meet_it_at_once_open_one_case() -> None:
    def meet(_: int) -> object:
        try:
            return open_one(severity=Severity.ALARM).id
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        met = set(pool.map(meet, range(20)))

    assert met == {Case.objects.get().id}
    assert Case.objects.get().times == 20
    assert Message.objects.filter(topic="mail.alert").count() == 1


def test_it_vanishes_with_the_transaction_that_opened_it(caplog: pytest.LogCaptureFixture) -> None:
    with transaction.atomic():
        open_one(severity=Severity.ALARM)
        transaction.set_rollback(True)

    assert not Case.objects.exists()
    assert not Message.objects.exists()
    assert not Record.objects.exists()
    assert caplog.records == []


def test_an_alarm_is_logged_as_an_error_and_tells_whoever_listens(caplog: pytest.LogCaptureFixture) -> None:
    with transaction.atomic():
        case = open_one(severity=Severity.ALARM)
        assert caplog.records == []

    [line] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert line.getMessage() == "alarm raised"
    assert vars(line)["case"] == case.public_id
    [note] = Message.objects.all()
    assert note.topic == "mail.alert"
    assert note.arguments == {"case": case.public_id, "kind": "capture_refused", "subject": "pay_1"}


def test_an_alarm_that_goes_on_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        open_one(severity=Severity.ALARM)

    assert Message.objects.count() == 1
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1


def test_a_warning_makes_no_noise(caplog: pytest.LogCaptureFixture) -> None:
    open_one()

    assert not Message.objects.exists()
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_a_warning_that_becomes_an_alarm_is_told_and_never_becomes_milder() -> None:
    case = open_one()

    raised = open_one(severity=Severity.ALARM)
    then = open_one(severity=Severity.INFO)

    assert (raised.id, raised.severity, then.severity) == (case.id, Severity.ALARM, Severity.ALARM)
    assert Message.objects.count() == 1
    assert Record.objects.filter(action="case.raised", subject=case.public_id).count() == 1


def test_an_alarm_needs_no_listener(settings: Settings) -> None:
    settings.EVENT_SUBSCRIBERS = {}

    assert open_one(severity=Severity.ALARM).times == 1
    assert not Message.objects.exists()


# Any: the point is what the types forbid.
@pytest.mark.parametrize("value", [Secret("x"), 1.5, ["a"], {"a": 1}, b"bytes", "x" * 201])
def test_refuses_anything_but_small_values(value: Any) -> None:
    with pytest.raises(UnfitFacts):
        open_one(facts={"value": value})

    assert not Case.objects.exists()


def test_the_queue_shows_alarms_first_and_then_the_oldest() -> None:
    open_one(subject="new", now=LATER)
    open_one(subject="old")
    open_one(subject="info", severity=Severity.INFO, now=NOW - timedelta(days=1))
    open_one(subject="alarm", severity=Severity.ALARM, now=LATER)
    done = open_one(subject="done")
    resolve_case(case_id=done.id, resolution="Settled.", by=ANNA, now=LATER)

    assert [case.subject for case in open_cases()] == ["alarm", "old", "new", "info"]


def test_a_case_ages_until_it_is_resolved() -> None:
    case = open_one()

    assert age(case, now=LATER) == timedelta(minutes=5)
    resolved = resolve_case(case_id=case.id, resolution="Settled.", by=ANNA, now=NOW + timedelta(minutes=1))
    assert age(resolved, now=LATER) == timedelta(minutes=1)
