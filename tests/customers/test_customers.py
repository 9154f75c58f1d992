import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit.models import Record
from apps.customers.errors import InvalidEmail, UnknownCustomer
from apps.customers.models import Customer
from apps.customers.operations import meet_customer, move_customer
from apps.customers.states import MOVES, CustomerStatus
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.transitions import WrongState

OPERATOR = Actor("operator", "anna")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def alice(now: datetime) -> Customer:
    return meet_customer(email="alice@example.com", language="de", by=OPERATOR, now=now)


def move(customer: Customer, to: CustomerStatus) -> Customer:
    return move_customer(customer_id=customer.id, to=to, reason="asked by phone", by=OPERATOR, now=timezone.now())


def test_the_same_address_is_the_same_customer(alice: Customer, now: datetime) -> None:
    again = meet_customer(email=" Alice@Example.com", language="fr", by=OPERATOR, now=now)

    assert again.id == alice.id
    assert Record.objects.filter(action="customer.created").count() == 1


def test_twenty_who_come_at_once_are_one_customer(now: datetime) -> None:
    def meet(_: int) -> object:
        try:
            return meet_customer(email="bob@example.com", language="de", by=OPERATOR, now=now).id
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        met = set(pool.map(meet, range(20)))

    assert len(met) == 1
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("wrong", ["", "alice", "a@b\nBcc: c@d.ch", f"{'a' * 320}@example.com", "alice@exämple.com"])
def test_an_address_that_cannot_be_written_to_is_refused(wrong: str, now: datetime) -> None:
    with pytest.raises(InvalidEmail):
        meet_customer(email=wrong, language="de", by=OPERATOR, now=now)

    assert not Customer.objects.exists()


def test_every_move_follows_the_table(now: datetime) -> None:
    for current, allowed in MOVES.items():
        for target in CustomerStatus:
            customer = meet_customer(email=f"{current}.{target}@example.com", language="de", by=OPERATOR, now=now)
            Customer.objects.filter(id=customer.id).update(status=current)

            if target == current or target in allowed:
                assert move(customer, target).status == target
            else:
                with pytest.raises(WrongState):
                    move(customer, target)


def test_freezing_twice_leaves_one_trace(alice: Customer) -> None:
    move(alice, CustomerStatus.FROZEN)
    move(alice, CustomerStatus.FROZEN)

    (trace,) = Record.objects.filter(action="customer.frozen")
    assert (trace.subject, trace.reason) == (alice.public_id, "asked by phone")


def test_a_closed_customer_frees_the_address_and_keeps_the_row(alice: Customer, now: datetime) -> None:
    move(alice, CustomerStatus.CLOSED)

    successor = meet_customer(email=alice.email, language="de", by=OPERATOR, now=now)

    assert successor.id != alice.id
    assert Customer.objects.filter(email=alice.email).count() == 2


def test_nobody_is_nobody(now: datetime) -> None:
    with pytest.raises(UnknownCustomer):
        move(Customer(id=uuid7()), CustomerStatus.FROZEN)


def test_the_database_refuses_an_unknown_status(alice: Customer) -> None:
    with pytest.raises(IntegrityError, match="customer_status_is_known"), transaction.atomic():
        Customer.objects.filter(id=alice.id).update(status="asleep")


def test_an_operator_freezes_and_releases_by_command(alice: Customer, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("freeze_customer", alice.public_id, "--reason", "stolen", "--json")
    assert json.loads(capsys.readouterr().out) == {"customer": alice.public_id, "status": "frozen"}

    call_command("freeze_customer", alice.public_id, "--reason", "found", "--release")
    assert Customer.objects.get().status == CustomerStatus.ACTIVE

    with pytest.raises(CommandError, match="not an id"):
        call_command("freeze_customer", "pay_1", "--reason", "stolen")
