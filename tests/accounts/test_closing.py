"""Closing is whole or nothing, once, whatever else happens at the same moment."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import Settings

from apps.accounts.closing import close_account
from apps.accounts.errors import AccountClosed, OpenPayments
from apps.accounts.queries import has_open_payments
from apps.customers.models import Customer
from apps.devices.models import ActivationSource, Device
from apps.devices.operations import issue_activation_code, stop_lost_devices
from apps.instruments.models import Instrument
from apps.kernel.errors import DomainError
from apps.keys.queries import forget_code_keys
from apps.mail.models import Letter
from tests.cast import STAFF, WRONG_PIN, Phone
from tests.devices.crowd import at_once, codes
from tests.shop import Shop, carry_out_all, make_payer, make_shop, moment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh(settings: Settings) -> Iterator[None]:
    settings.OUTBOX_DOORBELL = ""
    settings.SOFTWARE_DEVICE_LIMIT = settings.HARDWARE_DEVICE_LIMIT
    forget_code_keys()
    yield
    forget_code_keys()


@pytest.fixture
def now() -> datetime:
    return moment()


@pytest.fixture
def shop(now: datetime) -> Shop:
    return make_shop(now=now)


@pytest.fixture
def phone(shop: Shop, now: datetime) -> Phone:
    return make_payer(shop, now=now)


def close(phone: Phone, now: datetime) -> Customer:
    return close_account(customer_id=phone.customer.id, by=STAFF, now=now)


def test_a_second_time_it_is_closed_already(phone: Phone, now: datetime) -> None:
    close(phone, now)

    with pytest.raises(AccountClosed):
        close(phone, now)

    assert Letter.objects.filter(cause__startswith="customer.closed").count() == 1


def test_of_ten_at_once_one_closes(phone: Phone, now: datetime) -> None:
    outcomes = at_once(10, lambda _: close(phone, now))

    assert codes(outcomes) == ["account_closed"] * 9
    assert Letter.objects.filter(cause__startswith="customer.closed").count() == 1


def test_a_phone_that_is_enrolled_at_the_same_moment_is_revoked_or_refused(phone: Phone, now: datetime) -> None:
    issued = [
        issue_activation_code(customer_id=phone.customer.id, source=ActivationSource.LETTER, by=STAFF, now=now)
        for _ in range(3)
    ]

    def act(number: int) -> object:
        if number == 3:
            return close(phone, now)
        return Phone().enrol_with(issued[number].code.reveal(), now=now)

    outcomes = at_once(4, act)

    assert not isinstance(outcomes[3], DomainError)
    assert {device.status for device in Device.objects.filter(customer=phone.customer)} == {"revoked"}


def test_a_phone_that_is_stopped_at_the_same_moment_stays_stopped(phone: Phone, now: datetime) -> None:
    def act(number: int) -> object:
        if number:
            return close(phone, now)
        return stop_lost_devices(customer_id=phone.customer.id, device_ids=[phone.identity.id], now=now)

    at_once(2, act)

    assert phone.device().status == "revoked"
    assert Customer.objects.get(id=phone.customer.id).status == "closed"


def test_what_is_over_opens_nothing_and_what_is_not_does(shop: Shop, phone: Phone, now: datetime) -> None:
    customer = phone.customer.id
    assert not has_open_payments(customer)
    shop.sell(phone, now=now, code=phone.make_code(now=now, pin=WRONG_PIN))
    assert not has_open_payments(customer)
    payment = shop.sell(phone, now=now)
    assert has_open_payments(customer)

    shop.cancel(payment, now=now)
    assert has_open_payments(customer)
    carry_out_all(payment.id, now=now)

    assert not has_open_payments(customer)


def test_training_opens_nothing(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)

    assert not has_open_payments(phone.customer.id)


def test_a_payment_of_somebody_else_keeps_nobody_here(shop: Shop, phone: Phone, now: datetime) -> None:
    other = make_payer(shop, now=now)
    shop.sell(other, now=now)

    close(phone, now)

    assert other.device().status == "active"
    assert Instrument.objects.get(customer=other.customer).status == "active"
    with pytest.raises(OpenPayments):
        close(other, now)
