"""Settlement, working as the service's own role: what it was not granted shows here."""

import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from apps.kernel.actors import Actor
from apps.merchants.queries import business_date
from apps.settlement.models import Batch
from apps.settlement.operations import close_due_batches, look_for_left_over
from tests.cast import Phone
from tests.invariants.service import Service
from tests.shop import Shop, carry_out_all, make_shop
from tests.transactions.counter import refund


@pytest.fixture(autouse=True)
def as_the_role(quiet: None, service: Service) -> Iterator[None]:
    with service.instead_of_the_owner():
        yield


# Made by the role, too: the fixtures of the house are made by the owner.
@pytest.fixture
def shop(as_the_role: None, now: datetime) -> Shop:
    call_command("create_keys")
    return make_shop(now=now)


def test_a_day_is_closed_watched_and_exported(shop: Shop, phone: Phone, now: datetime) -> None:
    sold = shop.sell(phone, 4000, now=now)
    shop.capture(sold, now=now)
    carry_out_all(sold.id, now=now)
    refund(shop, sold, 500, now=now)
    carry_out_all(sold.id, now=now)
    day, out = business_date(shop.merchant, now=now), io.StringIO()

    alarms = look_for_left_over(now=now + timedelta(days=3))
    closed = close_due_batches(by=Actor("system", "night"), now=now + timedelta(days=1))
    call_command(
        "export_takings",
        f"--merchant={shop.merchant.public_id}",
        f"--from={day}",
        f"--to={day}",
        "--format=json",
        stdout=out,
    )

    assert [case.kind for case in alarms] == ["amount_unbatched"]
    assert [(batch.captured_minor, batch.refunded_minor) for batch in closed] == [(4000, 500)]
    assert {taking["batch"] for taking in json.loads(out.getvalue())["takings"]} == {Batch.objects.get().public_id}
