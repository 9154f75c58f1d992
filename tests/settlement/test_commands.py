"""What operators and the clock run: closing all that is over, and the alarm for what stays behind."""

import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils.module_loading import import_string

from apps.cases.models import Case
from apps.cases.states import Severity
from apps.kernel.ids import public_id
from apps.settlement import tasks
from apps.settlement.models import Batch
from apps.settlement.operations import look_for_left_over
from tests.cast import Phone
from tests.settlement.evening import DAY, buy, close_yesterday, day_of
from tests.shop import Shop, moment


@pytest.fixture
def now() -> datetime:
    """Five days ago: commands and the clock read the time themselves."""
    return moment() - 5 * DAY


# Any: JSON values.
def closed(*arguments: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    call_command("close_batches", "--json", *arguments, stdout=out)
    batches: list[dict[str, Any]] = json.loads(out.getvalue())["batches"]
    return batches


def test_everything_that_is_over_is_closed_once(shop: Shop, phone: Phone, now: datetime) -> None:
    buy(shop, phone, 1000, now=now + DAY)

    (batch,) = closed()

    row = Batch.objects.get()
    assert batch == {
        "batch": public_id("bat", row.id),
        "merchant": shop.merchant.public_id,
        "currency": "CHF",
        "business_date": day_of(shop, now + DAY).isoformat(),
        "number": 1,
        "captured": 1000,
        "refunded": 0,
        "captured_count": 1,
        "refunded_count": 0,
    }
    assert closed() == []


def test_one_day_of_one_merchant_is_closed(shop: Shop, phone: Phone, now: datetime) -> None:
    buy(shop, phone, 1000, now=now)
    buy(shop, phone, 1001, now=now + DAY)
    day = day_of(shop, now).isoformat()

    batches = closed(f"--merchant={shop.merchant.public_id}", f"--date={day}")

    assert [(batch["business_date"], batch["captured"]) for batch in batches] == [(day, 1000)]


def test_half_a_wish_is_refused(shop: Shop, now: datetime) -> None:
    for wish in ([f"--merchant={shop.merchant.public_id}"], ["--date=2026-01-01"]):
        with pytest.raises(CommandError, match="go together"):
            closed(*wish)
    with pytest.raises(CommandError, match="not over"):
        closed(f"--merchant={shop.merchant.public_id}", f"--date={day_of(shop, now + 7 * DAY).isoformat()}")


def test_the_clock_closes_too(shop: Shop, phone: Phone, now: datetime) -> None:
    buy(shop, phone, 1000, now=now + DAY)

    tasks.close_batches()

    assert Batch.objects.get().captured_minor == 1000


def test_the_clock_knows_both_jobs() -> None:
    for topic in ("settlement.close_batches", "settlement.look"):
        assert topic in settings.TIMED_NOTES
        assert callable(import_string(settings.OUTBOX_HANDLERS[topic]))


def test_what_stays_behind_for_two_days_is_an_alarm(shop: Shop, phone: Phone, now: datetime) -> None:
    buy(shop, phone, 1000, now=now)
    buy(shop, phone, 1001, now=now)

    assert look_for_left_over(now=now + 2 * DAY) == []
    (case,) = look_for_left_over(now=now + 2 * DAY + timedelta(seconds=1))

    assert (case.kind, case.severity, case.remedy) == ("amount_unbatched", Severity.ALARM, "close_batches")
    assert case.subject == f"merchant_payable:{shop.merchant.id}:CHF"
    assert case.facts == {"entries": 2, "oldest_day": day_of(shop, now).isoformat()}


def test_what_is_in_a_batch_alarms_nobody(shop: Shop, phone: Phone, now: datetime) -> None:
    buy(shop, phone, 1000, now=now)
    close_yesterday(shop, now=now + DAY)

    tasks.look()

    assert not Case.objects.filter(kind="amount_unbatched").exists()
