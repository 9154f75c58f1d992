import re
from datetime import datetime, timedelta

import pytest
from django.db import connection

from apps.audit.models import Record
from apps.customers.errors import UnknownCustomer
from apps.customers.models import Customer
from apps.customers.operations import move_customer
from apps.customers.states import CustomerStatus
from apps.devices.errors import ActivationInvalid
from apps.devices.models import ActivationCode, ActivationSource, Challenge, Device
from apps.devices.operations import grouped_in_fours, issue_activation_code, normal_form, revoke_activation_codes
from apps.kernel.ids import uuid7
from tests.cast import STAFF, Phone, make_customer, make_keys
from tests.devices.crowd import at_once, codes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(now: datetime) -> Customer:
    make_keys(now=now)
    return make_customer(now=now, email="alice@example.com")


def issue(customer: Customer, now: datetime, source: ActivationSource = ActivationSource.LETTER) -> str:
    return issue_activation_code(customer_id=customer.id, source=source, by=STAFF, now=now).code.reveal()


def wrong(code: str) -> str:
    return code[:-1] + ("1" if code[-1] != "1" else "2")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("K7Q2M9A1B2C3D4E5", "K7Q2M9A1B2C3D4E5"),
        ("k7q2-m9a1-b2c3-d4e5", "K7Q2M9A1B2C3D4E5"),
        (" K7Q2 M9A1\tB2C3\u00a0D4E5\n", "K7Q2M9A1B2C3D4E5"),
        ("oOiI-lL00-1111-ABCD", "001111001111ABCD"),
        ("K7Q2M9A1B2C3D4E", None),
        ("K7Q2M9A1B2C3D4E55", None),
        ("K7Q2M9A1B2C3D4EU", None),
        ("K7Q2M9A1B2C3D4E５", None),
        ("", None),
        ("-" * 10_000, None),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, read: str | None) -> None:
    assert normal_form(typed) == read


def test_a_code_is_printed_in_groups_that_read_back(alice: Customer, now: datetime) -> None:
    code = issue(alice, now)

    assert re.fullmatch(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", grouped_in_fours(code))
    assert normal_form(grouped_in_fours(code)) == code


def test_the_secret_part_is_nowhere_in_the_database(alice: Customer, now: datetime) -> None:
    code = issue(alice, now)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(code::text, '') || (SELECT string_agg(record::text, '') FROM audit_record record)"
            " FROM devices_activationcode code"
        )
        (dump,) = cursor.fetchone()
    assert code[6:] not in dump


@pytest.mark.parametrize(
    ("source", "lifetime"),
    [
        (ActivationSource.MAIL, timedelta(minutes=15)),
        (ActivationSource.HANDOVER, timedelta(minutes=10)),
        (ActivationSource.LETTER, timedelta(days=14)),
    ],
)
def test_a_code_lives_as_long_as_its_way_takes(
    source: ActivationSource, lifetime: timedelta, alice: Customer, now: datetime
) -> None:
    on_time, too_late = issue(alice, now, source), issue(alice, now, source)

    assert Phone().enrol_with(on_time, now=now + lifetime - timedelta(seconds=1))
    with pytest.raises(ActivationInvalid):
        Phone().enrol_with(too_late, now=now + lifetime)


def test_wrong_used_expired_revoked_and_foreign_codes_are_refused_in_the_same_words(
    alice: Customer, now: datetime
) -> None:
    used, revoked, mistyped = issue(alice, now), issue(alice, now), issue(alice, now)
    Phone().enrol_with(used, now=now)
    assert revoke_activation_codes(customer_id=alice.id, by=STAFF, now=now) == 2
    assert revoke_activation_codes(customer_id=alice.id, by=STAFF, now=now) == 0

    details = set()
    for code in (used, revoked, wrong(mistyped), "0" * 16, "nonsense", ""):
        with pytest.raises(ActivationInvalid) as refused:
            Phone().enrol_with(code, now=now)
        details.add((refused.value.code, refused.value.detail, tuple(refused.value.facts)))

    assert len(details) == 1
    assert Device.objects.count() == 1


def test_the_fifth_wrong_try_kills_the_code(alice: Customer, now: datetime) -> None:
    code = issue(alice, now)

    for _ in range(5):
        with pytest.raises(ActivationInvalid):
            Phone().enrol_with(wrong(code), now=now)

    with pytest.raises(ActivationInvalid):
        Phone().enrol_with(code, now=now)
    assert ActivationCode.objects.get().failures == 5
    assert Record.objects.filter(action="activation.refused", subject=alice.public_id).count() == 5


def test_four_wrong_tries_do_not(alice: Customer, now: datetime) -> None:
    code = issue(alice, now)
    for _ in range(4):
        with pytest.raises(ActivationInvalid):
            Phone().enrol_with(wrong(code), now=now)

    assert Phone().enrol_with(code, now=now).customer == alice


def test_fifty_wrong_tries_at_once_are_counted_as_five(alice: Customer, now: datetime) -> None:
    code = issue(alice, now)

    outcomes = at_once(50, lambda _: Phone().enrol_with(wrong(code), now=now))

    assert codes(outcomes) == ["activation_invalid"] * 50
    assert ActivationCode.objects.get().failures == 5


def test_guesses_at_many_codes_of_one_customer_end_together(alice: Customer, now: datetime) -> None:
    good = issue(alice, now)
    for code in [issue(alice, now) for _ in range(4)]:
        for _ in range(5):
            with pytest.raises(ActivationInvalid):
                Phone().enrol_with(wrong(code), now=now)

    with pytest.raises(ActivationInvalid):
        Phone().enrol_with(good, now=now)

    assert Phone().enrol_with(good, now=now + timedelta(days=1)).customer == alice


def test_a_refused_try_leaves_the_challenge_and_makes_no_device(alice: Customer, now: datetime) -> None:
    with pytest.raises(ActivationInvalid):
        Phone().enrol_with(wrong(issue(alice, now)), now=now)

    assert not Device.objects.exists()
    assert Challenge.objects.get().used_at is None


def test_a_closed_customer_gets_no_code_and_uses_none(alice: Customer, now: datetime) -> None:
    code = issue(alice, now)
    move_customer(customer_id=alice.id, to=CustomerStatus.CLOSED, reason="asked", by=STAFF, now=now)

    with pytest.raises(ActivationInvalid):
        Phone().enrol_with(code, now=now)
    with pytest.raises(UnknownCustomer):
        issue(alice, now)
    with pytest.raises(UnknownCustomer):
        issue(Customer(id=uuid7()), now)
    with pytest.raises(UnknownCustomer):
        revoke_activation_codes(customer_id=uuid7(), by=STAFF, now=now)
