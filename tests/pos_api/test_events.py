"""What happened at the merchant, in order, to its own tills and in the words of a till."""

from dataclasses import replace
from datetime import datetime

import pytest
from django.db import transaction
from django.utils import timezone

from apps.live.operations import number_events
from apps.merchants.models import Mode
from apps.merchants.operations import create_till
from apps.transactions.models import Payment
from apps.transactions.operations.history import change_payment
from tests.cast import WRONG_PIN, Phone
from tests.pos_api.till import Json, TillProgram, assert_problem, body_of, connect
from tests.shop import STAFF, Shop, make_shop


def heard(till: TillProgram, query: str = "") -> list[Json]:
    number_events(now=timezone.now(), limit=1000)
    answer = body_of(till.get(f"events{query}"))
    events: list[Json] = answer["data"]
    return events


def test_every_till_of_the_merchant_hears_all_in_order(
    till: TillProgram, shop: Shop, phone: Phone, now: datetime
) -> None:
    sold = till.pay(phone.make_code(now=now), capture="automatic")
    no = till.pay(phone.make_code(now=now, pin=WRONG_PIN), 100)
    office = connect(replace(shop, till=create_till(store_id=shop.store.id, name="Office", by=STAFF, now=now)), now=now)

    events = heard(office)

    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    told = [(event["type"], event["payment"], event["status"]) for event in events]
    assert told == [
        ("payment.started", sold["id"], "processing"),
        ("payment.authorised", sold["id"], "authorised"),
        ("payment.captured", sold["id"], "captured"),
        ("payment.declined", no["id"], "declined"),
    ]
    versions = [event["version"] for event in events if event["payment"] == sold["id"]]
    assert versions == sorted(set(versions))
    assert set(events[0]) == {"seq", "type", "at", "payment", "version", "status"}


def test_goes_on_where_it_left_off(till: TillProgram, phone: Phone, now: datetime) -> None:
    till.pay(phone.make_code(now=now), capture="automatic")
    everything = heard(till)

    page = body_of(till.get("events?limit=2"))

    assert (page["data"], page["next_cursor"]) == (everything[:2], "2")
    rest = body_of(till.get("events?after=2"))
    assert (rest["data"], rest["next_cursor"]) == (everything[2:], None)
    assert body_of(till.get("events?after=999999999999999999"))["data"] == []


def test_other_merchants_and_the_other_mode_hear_nothing(
    till: TillProgram, shop: Shop, phone: Phone, now: datetime
) -> None:
    till.pay(phone.make_code(now=now))

    assert heard(connect(make_shop(now=now), now=now)) == []
    assert heard(connect(shop, now=now, mode=Mode.TEST)) == []


@pytest.mark.parametrize(
    ("kind", "shown"), [("payment.held", "payment.started"), ("payment.unknown", "payment.processing")]
)
def test_a_till_does_not_learn_who_is_looked_at(
    till: TillProgram, phone: Phone, now: datetime, kind: str, shown: str
) -> None:
    till.pay(phone.make_code(now=now))
    payment = Payment.objects.get()
    with transaction.atomic():
        change_payment(payment, kind=kind, by=STAFF, now=now)

    assert heard(till)[-1]["type"] == shown


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=1.0", f"after={'9' * 19}", "after=", "limit=0"])
def test_reads_the_query_strictly(till: TillProgram, query: str) -> None:
    assert_problem(till.get(f"events?{query}"), 422, "invalid_field")
    assert_problem(till.get("events?stream=merchant:1:live"), 422, "unknown_field")
