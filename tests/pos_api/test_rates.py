"""How often a till may call, and what becomes of one that sends what nobody can read."""

import base64
from datetime import datetime
from typing import Any

import pytest
from pytest_django import Settings

from apps.audit.models import Record
from apps.cases.models import Case
from apps.merchants.models import Mode
from apps.rest import throttle
from tests.cast import Phone
from tests.pos_api.till import TillProgram, assert_problem, connect, sale
from tests.shop import Shop, make_shop


def assert_too_often(answer: Any) -> None:
    assert_problem(answer, 429, "too_many_requests")
    assert int(answer.headers["Retry-After"]) >= 1


def test_scans_have_a_budget_of_their_own(till: TillProgram, settings: Settings) -> None:
    settings.TILL_SCANS_PER_SECOND, settings.TILL_SCANS_AT_ONCE = 1, 3

    statuses = [till.post("payments", sale("x")).status_code for _ in range(3)]

    assert statuses == [422] * 3
    assert_too_often(till.post("payments", sale("x")))
    assert_too_often(till.post("returns", {"code": "x"}))
    assert till.get("payments?reference=R1").status_code == 200


def test_other_calls_have_theirs_and_each_till_its_own(
    till: TillProgram, settings: Settings, shop: Shop, now: datetime
) -> None:
    settings.TILL_CALLS_PER_SECOND, settings.TILL_CALLS_AT_ONCE = 1, 2

    assert [till.get("till").status_code for _ in range(2)] == [200, 200]
    assert_too_often(till.get("till"))
    assert connect(make_shop(now=now), now=now).get("till").status_code == 200
    assert connect(shop, now=now, mode=Mode.TEST).get("till").status_code == 200


def test_a_till_that_sends_garbage_is_flagged_and_told_to_wait(
    till: TillProgram, phone: Phone, shop: Shop, now: datetime, settings: Settings
) -> None:
    settings.TILL_UNREADABLE_CODES_PER_MINUTE = 4
    payload = base64.b64decode(phone.make_code(now=now))
    unreadable = base64.b64encode(payload[:32] + bytes(32) + payload[64:]).decode()

    answers = [till.post("payments", sale(code)).status_code for code in ("x", unreadable)]
    answers += [till.post("returns", {"code": code}).status_code for code in ("x", unreadable)]

    assert answers == [422, 201, 422, 201]
    assert_too_often(till.post("payments", sale("x")))
    assert_too_often(till.post("payments", sale(phone.make_code(now=now))))
    assert_too_often(till.post("returns", {"code": "x"}))
    case = Case.objects.get()
    assert (case.kind, case.subject, case.times) == ("till_sends_garbage", shop.till.public_id, 1)
    assert case.facts["last_code"] == "unreadable"
    # What is sold already goes on.
    assert till.get("payments?reference=R1").status_code == 200


def test_a_no_of_the_customers_making_is_not_the_tills_fault(
    till: TillProgram, phone: Phone, now: datetime, settings: Settings
) -> None:
    settings.TILL_UNREADABLE_CODES_PER_MINUTE = 1
    code = phone.make_code(now=now)
    somebody_elses = base64.b64encode(b"\x85\x05CPV01\x61\x09\x4f\x07\xa0\x00\x00\x00\x03\x10\x10").decode()

    for scanned in (code, code, somebody_elses):
        assert till.post("payments", sale(scanned)).status_code in (201, 422)

    assert till.pay(phone.make_code(now=now), 100)["status"] == "authorised"
    assert not Case.objects.exists()


@pytest.fixture
def without_redis(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"
    monkeypatch.setattr(throttle, "_away_until", 0.0)
    monkeypatch.setattr(throttle, "_local", throttle.LocalBuckets())


@pytest.mark.usefixtures("without_redis")
def test_without_redis_the_way_is_open_and_still_limited(
    till: TillProgram, phone: Phone, now: datetime, settings: Settings
) -> None:
    settings.TILL_SCANS_PER_SECOND, settings.TILL_SCANS_AT_ONCE = 0.01, 2

    assert till.pay(phone.make_code(now=now))["status"] == "authorised"
    assert till.post("payments", sale("x")).status_code == 422
    assert_too_often(till.post("payments", sale("x")))


@pytest.mark.parametrize("pos_time", ["1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z"])
def test_a_clock_that_is_off_is_written_down_once_a_day(
    till: TillProgram, phone: Phone, shop: Shop, now: datetime, pos_time: str
) -> None:
    for amount in (100, 200):
        assert till.pay(phone.make_code(now=now), amount, pos_time=pos_time)["status"] == "authorised"
    till.pay(phone.make_code(now=now), 300, pos_time=now.isoformat())

    noted = Record.objects.get(action="till.clock_off")
    assert (noted.subject, noted.actor_id) == (shop.till.public_id, shop.till.public_id)
    assert abs(noted.facts["skew_seconds"]) > 3600
