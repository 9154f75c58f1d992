"""Customers and devices as staff see them, and what staff do about them while somebody is on the telephone."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from apps.audit.models import Record
from apps.customers.models import Customer
from apps.devices.models import Device
from apps.instruments.models import Instrument
from apps.mail.models import Letter
from apps.operators.roles import Role
from apps.transactions.models import Payment
from apps.transactions.states import Status
from tests.cast import Phone, make_phone
from tests.shop import Shop
from tests.staff_portal.desk import sit_down


def test_the_page_of_a_device_tells_what_identifies_it_and_how_it_counts(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    for counter in (3, 7):
        shop.sell(phone, now=now, code=phone.write_code(phone.claims(now=now, counter=counter), now=now))

    text = sit_down(Role.SUPPORT).open(f"/staff/devices/{phone.identity.public_id}").text

    assert hashlib.sha256(phone.public_key).hexdigest() in text
    assert "<dt>Highest counter</dt><dd>7</dd>" in text
    assert "<dt>Skipped counters</dt><dd>3 " in text
    assert "among the newest codes: 2" in text
    assert "Tries left: 3" in text
    assert "device.enrolled" in text


def test_a_revoked_device_says_since_when(phone: Phone) -> None:
    desk = sit_down(Role.SUPPORT).open(f"/staff/devices/{phone.identity.public_id}")

    desk.send("decision", "revoke", reason="customer_asked")

    text = desk.open(desk.location).text
    assert "Revoked, effective since <time" in text
    assert str(phone.device().revoked_at and phone.device().revoked_at.year) in text


def test_a_phone_is_locked_three_clicks_from_home(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, now=now, reference="R-call")
    desk = sit_down(Role.SUPPORT)

    by_address = desk.open(f"/staff/search?q={phone.customer.email}").text
    assert f"/staff/customers/{phone.customer.public_id}" in by_address
    assert (
        f"/staff/devices/{phone.identity.public_id}" in desk.open(f"/staff/customers/{phone.customer.public_id}").text
    )
    by_reference = desk.open("/staff/search?q=R-call").text
    assert payment.public_id in by_reference
    assert f"/staff/devices/{phone.identity.public_id}" in desk.open(f"/staff/payments/{payment.public_id}").text
    desk.open(f"/staff/devices/{phone.identity.public_id}").send("decision", "lock", reason="customer_asked")

    assert phone.device().status == "locked"


def test_an_address_is_masked_until_somebody_says_why_he_wants_it(phone: Phone) -> None:
    desk = sit_down(Role.SUPPORT).open(f"/staff/customers/{phone.customer.public_id}/contact")
    assert phone.customer.email not in desk.text

    desk.send("reason", "call", note="lost phone")

    assert phone.customer.email in desk.text
    kept = Record.objects.get(action="customer.contact_revealed")
    assert (kept.subject, kept.actor_id) == (phone.customer.public_id, desk.who.public_id)
    assert kept.reason == "call: lost phone"
    assert phone.customer.email not in str(kept.facts)


def test_without_a_reason_nothing_is_revealed(phone: Phone) -> None:
    desk = sit_down(Role.SUPPORT).open(f"/staff/customers/{phone.customer.public_id}/contact")

    desk.send("reason", "curious", note="")

    assert (desk.status, phone.customer.email in desk.text) == (400, False)
    assert not Record.objects.filter(action="customer.contact_revealed").exists()


def test_staff_close_an_account_as_a_whole_and_once(phone: Phone) -> None:
    desk = sit_down(Role.FRAUD_ANALYST).open(f"/staff/customers/{phone.customer.public_id}")
    action, hidden = desk.fields("decision", "close")
    fields = hidden | {"decision": "close", "reason": "customer_asked", "note": "by letter"}

    statuses = [desk.send_fields(action, fields).status for _ in range(2)]

    assert statuses == [303, 409]
    assert Customer.objects.get(id=phone.customer.id).status == "closed"
    assert set(Device.objects.filter(customer=phone.customer).values_list("status", flat=True)) == {"revoked"}
    assert Instrument.objects.get(customer=phone.customer).status == "removed"
    assert Record.objects.get(action="customer.closed").reason == "customer_asked: by letter"
    assert Letter.objects.filter(to=phone.customer.email, subject="Ihr Konto ist geschlossen").count() == 1


def test_an_account_with_an_open_payment_is_not_closed(hold: Callable[..., Payment], phone: Phone) -> None:
    payment = hold()
    desk = sit_down(Role.FRAUD_ANALYST).open(f"/staff/customers/{phone.customer.public_id}")

    desk.send("decision", "close", reason="customer_asked")

    assert (desk.status, "open_payments" in desk.text) == (409, True)
    assert Payment.objects.get(id=payment.id).status == Status.IN_REVIEW
    assert phone.device().status == "active"


def test_support_closes_nobody(now: datetime) -> None:
    phone = make_phone(now=now)

    desk = sit_down(Role.SUPPORT).open(f"/staff/customers/{phone.customer.public_id}")

    assert 'value="close"' not in desk.text
