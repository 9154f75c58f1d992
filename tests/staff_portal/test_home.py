"""The first page says how it goes, to those who may see payments, and asks the database once for all of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.live.connection import live_redis
from apps.mail.models import Letter
from apps.operators.models import Session
from apps.operators.roles import Role
from apps.staff_portal import figures as keeping
from apps.staff_portal.figures import looks_of, minute_bars, shared_figures
from apps.transactions.figures import ProviderHealth
from tests.cast import Phone
from tests.shop import Shop
from tests.staff_portal.desk import sit_down

DECLINED_BY_BANK = 9911


@pytest.fixture(autouse=True)
def figures_of_its_own(fresh: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Tests in parallel share one Redis, and each has a database of its own.
    key = f"tests:figures:{uuid4().hex}"
    monkeypatch.setattr(keeping, "KEY", key)
    yield
    live_redis().delete(key)


def test_payments_of_the_last_hour_are_counted_by_how_they_ended(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, 1000, now=now)
    shop.sell(phone, 2000, now=now)
    shop.sell(phone, DECLINED_BY_BANK, now=now)
    shop.sell(phone, 3000, now=now, is_training=True, code=phone.make_code(now=now, is_training=True))

    figures = shared_figures(now=now)

    assert (figures.hour.approved, figures.hour.declined) == (2, 1)
    assert figures.today == figures.hour
    assert figures.minutes[-1] == (3, 2, 1)
    assert sum(every for every, _, _ in figures.minutes) == 3
    assert dict(figures.declines) == {"insufficient_funds": 1}
    assert {(each.step, each.count) for each in figures.latencies} == {("answer", 2), ("queue", 3), ("provider", 3)}
    assert not figures.is_cut
    # One more linked the account.
    assert [(health.calls, health.silent) for health in figures.providers] == [(4, 0)]


def test_the_page_draws_them_and_has_every_drawing_as_a_table(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, 1000, now=now)
    shop.sell(phone, DECLINED_BY_BANK, now=now)

    text = sit_down(Role.FINANCE).open("/staff/").text

    assert "50.0 %" in text
    assert "insufficient_funds · 1" in text
    assert text.count('<svg viewBox="0 0 600 121"') == 1
    assert text.count("As a table") == 4
    assert (
        '<td class="number">0</td><td class="number">2</td><td class="number">1</td><td class="number">1</td>' in text
    )


def test_a_day_with_more_payments_than_are_read_says_so(
    shop: Shop, phone: Phone, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.transactions.figures.MOST_READ", 2)
    for amount in (1000, 2000, DECLINED_BY_BANK):
        shop.sell(phone, amount, now=now)

    figures = shared_figures(now=now)

    # The newest two: the one before the last, and the last.
    assert (figures.is_cut, figures.hour.approved, figures.hour.declined) == (True, 1, 1)
    assert "the newest are counted" in sit_down(Role.FINANCE).open("/staff/").text


def test_ten_open_pages_cost_one_reading(now: datetime) -> None:
    desk = sit_down(Role.FINANCE)
    desk.open("/staff/figures")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        for _ in range(10):
            assert desk.open("/staff/figures", **{"Staff-Refresh": "1", "HX-Request": "true"}).status == 200

    assert not [each for each in queries.captured_queries if "newest" in each["sql"]]
    assert 0 < live_redis().ttl(keeping.KEY) <= 10


def test_a_day_without_payments_is_calm() -> None:
    text = sit_down(Role.FINANCE).open("/staff/").text

    assert "Nothing was paid in the last hour." in text
    assert "Nothing was declined." in text
    assert "NaN" not in text


def test_letters_that_reached_nobody_are_told_to_those_who_write_them(now: datetime) -> None:
    Letter.objects.create(
        to="anna@kundin.example", language="de", subject="Code", cause="tests", created_at=now, failed_at=now
    )

    assert "Letters not delivered, 7 days: <strong>1</strong>" in sit_down(Role.SUPPORT).open("/staff/").text
    assert "Letters not delivered" not in sit_down(Role.FINANCE).open("/staff/").text


def test_a_part_of_a_page_leads_to_signing_in_once_the_session_is_over(now: datetime) -> None:
    desk = sit_down(Role.FINANCE)
    Session.objects.update(expires_at=now - timedelta(seconds=1))

    answer = desk.open("/staff/figures", **{"Staff-Refresh": "1", "HX-Request": "true"})

    assert (answer.status, answer.page.headers["HX-Refresh"], answer.text) == (401, "true", "")


@pytest.mark.parametrize(
    ("health", "look"),
    [
        (ProviderHealth("Bank", False, 9, 0), "off"),
        (ProviderHealth("Bank", True, 0, 0), "quiet"),
        (ProviderHealth("Bank", True, 100, 1), "good"),
        (ProviderHealth("Bank", True, 100, 2), "wait"),
        (ProviderHealth("Bank", True, 100, 20), "bad"),
    ],
)
def test_silence_is_what_makes_a_provider_look_ill(health: ProviderHealth, look: str) -> None:
    assert looks_of(health) == look


def test_the_busiest_minute_fills_the_drawing() -> None:
    bars = minute_bars(((4, 2, 1), (0, 0, 0), (2, 2, 0)))

    assert [(bar.tone, bar.y, bar.height) for bar in bars] == [
        ("good", 60.0, 60.0),
        ("bad", 30.0, 30.0),
        ("wait", 0.0, 30.0),
        ("good", 60.0, 60.0),
    ]
