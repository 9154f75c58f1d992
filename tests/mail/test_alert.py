import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from apps.cases.operations import open_case
from apps.cases.states import Severity
from apps.mail.models import Letter
from apps.mail.tasks import alert
from apps.outbox.operations import sweep
from tests.devices.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def on_duty(settings: Settings) -> None:
    settings.ALERT_EMAIL = "duty@example.com"
    settings.OUTBOX_DOORBELL = ""


def tell(case: str = "cas_1") -> None:
    alert(case=case, kind="outbox_overdue", subject="mail.send")


def test_an_alarm_reaches_whoever_is_on_duty() -> None:
    case = open_case(
        kind="undoing_overdue",
        severity=Severity.ALARM,
        subject="pay_1",
        summary="A reversal is not confirmed.",
        now=timezone.now(),
    )

    assert sweep(now=timezone.now(), limit=10) == 2

    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["duty@example.com"], "Alarm: undoing_overdue")
    assert "pay_1" in letter.body
    assert case.public_id in letter.body


def test_one_letter_per_case_however_often_it_is_told() -> None:
    for _ in range(3):
        tell()
    tell("cas_2")

    assert sorted(Letter.objects.values_list("cause", flat=True)) == ["alarm:cas_1", "alarm:cas_2"]


def test_ten_who_tell_at_once_write_one_letter() -> None:
    at_once(10, lambda _: tell())

    assert Letter.objects.count() == 1


def test_where_nobody_is_named_nobody_is_written_to(settings: Settings) -> None:
    settings.ALERT_EMAIL = ""

    tell()

    assert not Letter.objects.exists()
