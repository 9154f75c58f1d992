"""Many devices end at once: exactly those that the preview counted, each with its evidence, and once."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import Record
from apps.devices.errors import NothingToRevoke, PreviewOutdated, UnknownOrder
from apps.devices.models import Device, RevocationOrder
from apps.devices.operations import Chosen, bulk_revocation, order_revocation, revoke_batch
from apps.devices.tasks import revoke_many
from apps.kernel.ids import uuid7
from apps.live.models import Event
from apps.outbox.models import Message
from tests.cast import STAFF, Phone, make_customer, make_keys
from tests.devices.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def make_phones(count: int, *, now: datetime, platform: str = "android 3.1") -> list[Phone]:
    make_keys(now=now)
    phones = [Phone() for _ in range(count)]
    for phone in phones:
        phone.enrol(make_customer(now=now), now=now, platform=platform)
    return phones


def order(chosen: Chosen, expected: int, now: datetime) -> RevocationOrder:
    return order_revocation(order_id=uuid7(), chosen=chosen, expected=expected, reason="hole", by=STAFF, now=now)


def statuses(phones: list[Phone]) -> set[str]:
    return {phone.device().status for phone in phones}


def test_exactly_the_platform_and_the_window_end_each_with_its_evidence(now: datetime) -> None:
    before = make_phones(1, now=now - timedelta(days=2))
    meant, others = make_phones(3, now=now), make_phones(1, now=now, platform="ios 2.0")
    chosen = Chosen(platform="android 3.1", enrolled_from=now - timedelta(days=1))
    ordered = order(chosen, 3, now + timedelta(minutes=1))
    later = make_phones(1, now=now + timedelta(minutes=2))

    done = revoke_batch(order_id=ordered.id, now=now + timedelta(minutes=3))

    assert (statuses(meant), statuses(before + others + later)) == ({"revoked"}, {"active"})
    assert (done.done, done.ended_at) == (3, now + timedelta(minutes=3))
    for phone in meant:
        kept = Record.objects.get(subject=phone.identity.public_id, action="device.revoked")
        assert (kept.actor_id, kept.reason, kept.facts["order"]) == (STAFF.id, "hole", str(ordered.id))
        assert phone.device().status_reason == "bulk"
    assert Event.objects.filter(kind="device.revoked").count() == 3


def test_batches_go_on_where_the_one_before_ended(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_revocation, "BATCH", 2)
    phones = make_phones(5, now=now)
    ordered = order(Chosen(platform="android 3.1"), 5, now)

    assert revoke_batch(order_id=ordered.id, now=now).done == 2
    revoke_many(order_id=str(ordered.id))
    revoke_many(order_id=str(ordered.id))

    assert statuses(phones) == {"revoked"}
    assert RevocationOrder.objects.get().done == 5
    assert Record.objects.filter(action="device.revoked").count() == 5
    assert Record.objects.filter(action="devices.revocation_done").count() == 1


def test_two_workers_revoke_each_device_once(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_revocation, "BATCH", 1)
    phones = make_phones(4, now=now)
    ordered = order(Chosen(platform="android 3.1"), 4, now)

    at_once(3, lambda _: revoke_many(order_id=str(ordered.id)))

    assert statuses(phones) == {"revoked"}
    assert RevocationOrder.objects.get().done == 4
    assert Record.objects.filter(action="device.revoked").count() == 4


def test_what_somebody_revoked_meanwhile_is_left_alone(now: datetime) -> None:
    first, second = make_phones(2, now=now)
    ordered = order(Chosen(platform="android 3.1"), 2, now)
    Device.objects.filter(id=first.identity.id).update(status="revoked", status_reason="customer", revoked_at=now)

    done = revoke_batch(order_id=ordered.id, now=now)

    assert (done.done, done.expected) == (1, 2)
    assert (first.device().status_reason, second.device().status_reason) == ("customer", "bulk")


def test_the_same_form_sent_ten_times_is_one_order(now: datetime) -> None:
    make_phones(2, now=now)
    order_id = uuid7()

    at_once(
        10,
        lambda number: order_revocation(
            order_id=order_id,
            chosen=Chosen(platform="android 3.1"),
            expected=2,
            reason="hole",
            by=STAFF,
            now=now + timedelta(milliseconds=number),
        ),
    )

    assert RevocationOrder.objects.count() == 1
    assert Message.objects.filter(topic="devices.revoke_many").count() == 1
    assert Record.objects.filter(action="devices.revocation_ordered").count() == 1


def test_another_number_than_the_preview_showed_orders_nothing(now: datetime) -> None:
    make_phones(2, now=now)

    with pytest.raises(PreviewOutdated):
        order(Chosen(platform="android 3.1"), 3, now)

    assert not RevocationOrder.objects.exists()


@pytest.mark.parametrize("chosen", [Chosen(), Chosen(platform="nobody has it")], ids=["nothing said", "no match"])
def test_nothing_to_revoke_is_no_order(chosen: Chosen, now: datetime) -> None:
    make_phones(1, now=now)

    with pytest.raises(NothingToRevoke):
        order(chosen, 1, now)


def test_an_order_that_nobody_gave_is_unknown(now: datetime) -> None:
    with pytest.raises(UnknownOrder):
        revoke_batch(order_id=uuid7(), now=now)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE devices_revocationorder SET platform = 'ios'",
        "UPDATE devices_revocationorder SET maker = 'operator:other'",
        "UPDATE devices_revocationorder SET done = -1",
        "DELETE FROM devices_revocationorder",
    ],
)
def test_the_database_keeps_an_order_as_it_was_given(statement: str, now: datetime) -> None:
    make_phones(1, now=now)
    order(Chosen(platform="android 3.1"), 1, now)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
