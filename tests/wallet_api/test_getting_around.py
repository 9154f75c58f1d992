"""Somebody tries to get around the rules: with a stolen phone, a stolen mailbox, copied storage, or a till of his own.

Each of them may do what is written in "Who may do what", and the money stays where it is.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.customers.models import Customer
from apps.devices.errors import DevicePending
from apps.devices.models import ActivationSource, Device
from apps.devices.operations import move_device, set_pin, sync_device
from apps.devices.states import DeviceStatus
from apps.instruments.models import Instrument
from apps.limits.models import PendingLimit
from apps.live.models import Event
from apps.live.presence import note_presence
from apps.mail.models import Letter
from apps.paycode.claims import Verification
from apps.transactions.models import Payment
from apps.transactions.states import Status
from tests.cast import STAFF, WRONG_PIN, Phone, make_phone
from tests.shop import Shop, make_shop
from tests.wallet_api.door import (
    Door,
    assert_problem,
    body_of,
    come_in,
    consent_request,
    encoded,
    enrolment_request,
    session_request,
)
from tests.wallet_api.handover import approval_request

# What money follows, or could follow, and what would hide it: each wants the PIN.
NEEDS_THE_PIN = [
    ("POST", "instruments", {"kind": "bank_account"}),
    ("POST", "instruments/1/default", {}),
    ("DELETE", "instruments/1", None),
    ("PUT", "limits", {"per_payment": 200_000, "currency": "CHF"}),
    ("PUT", "limits", {"per_payment": 200_000, "per_day": 1, "currency": "CHF"}),
    ("POST", "handover", {}),
    ("POST", "devices/{other}/unlock", {}),
    ("POST", "devices/{other}/revoke", {}),
    ("POST", "devices/{own}/revoke", {"warning_accepted": True}),
    ("POST", "devices/{waiting}/approve", {"challenge": encoded(bytes(32)), "signature": encoded(bytes(64))}),
    ("GET", "me/export", None),
    ("POST", "me/close", {}),
]


@pytest.fixture
def other(phone: Phone, now: datetime) -> Phone:
    return make_phone(now=now, customer=phone.customer)


@pytest.fixture
def waiting(phone: Phone, now: datetime) -> Phone:
    new = Phone()
    new.enrol(phone.customer, now=now, source=ActivationSource.MAIL)
    return new


# A stolen phone that is unlocked: its key signs, the PIN is not known.


@pytest.mark.parametrize(
    ("method", "path", "body"), NEEDS_THE_PIN, ids=[f"{method} {path}" for method, path, _ in NEEDS_THE_PIN]
)
def test_a_stolen_phone_without_the_pin_moves_nothing(
    door: Door, phone: Phone, other: Phone, waiting: Phone, method: str, path: str, body: object
) -> None:
    names = {name: each.identity.public_id for name, each in (("own", phone), ("other", other), ("waiting", waiting))}

    assert_problem(door.send(method, path.format(**names), body), 403, "confirmation_required")

    assert {phone.device().status, other.device().status} == {"active"}
    assert waiting.device().status == "pending"
    assert Instrument.objects.get().status == "active"
    assert not PendingLimit.objects.exists()
    assert Customer.objects.get(id=phone.customer.id).status == "active"


def test_a_stolen_phone_pays_nothing_that_wants_the_pin(shop: Shop, phone: Phone, now: datetime) -> None:
    guessed = shop.sell(phone, now=now, code=phone.make_code(now=now, pin=WRONG_PIN))
    left_out = shop.sell(phone, now=now, code=phone.make_code(now=now, verification=Verification.NONE))

    assert (guessed.status, guessed.decline_code) == (Status.DECLINED, "pin_wrong")
    assert left_out.status == Status.DECLINED


def test_three_guesses_are_all_wherever_they_are_made(shop: Shop, door: Door, phone: Phone, now: datetime) -> None:
    assert_problem(door.post("sessions", session_request(phone, door.challenge(), pin=WRONG_PIN)), 403, "pin_wrong")
    shop.sell(phone, now=now, code=phone.make_code(now=now, pin=WRONG_PIN))
    kid, sealed, signature = phone.sealed_pin("582046", now=now, old_pin=WRONG_PIN)
    body = {"kid": kid, "sealed": encoded(sealed), "signature": encoded(signature)}
    assert assert_problem(door.put("device/pin", body), 403, "pin_wrong")["tries_left"] == 0

    assert_problem(door.post("sessions", session_request(phone, door.challenge())), 403, "pin_locked")
    assert shop.sell(phone, now=now).decline_code == "pin_locked"


def test_a_stolen_phone_sets_no_pin_of_its_own(door: Door, phone: Phone, now: datetime) -> None:
    thief = replace(phone, pin="", pin_epoch=phone.pin_epoch)
    kid, sealed, signature = thief.sealed_pin("582046", now=now, old_pin="")

    answer = door.put("device/pin", {"kid": kid, "sealed": encoded(sealed), "signature": encoded(signature)})

    assert_problem(answer, 403, "pin_wrong")
    assert phone.device().pin_epoch == 1


def test_a_confirmation_is_over_after_five_minutes(
    confirmed: Door, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = timezone.now() + timedelta(minutes=5, seconds=1)
    monkeypatch.setattr("apps.wallet_api.gate.timezone.now", lambda: later)

    assert_problem(confirmed.post("handover"), 403, "confirmation_required")


def test_a_phone_that_its_holder_locked_does_nothing_until_another_lets_it_go_on(
    door: Door, confirmed: Door, phone: Phone, other: Phone
) -> None:
    rescuer = come_in(other, pin=None)
    body_of(rescuer.post(f"devices/{phone.identity.public_id}/lock"))

    for thief in (door, confirmed):
        assert_problem(thief.get("device"), 401, "unauthenticated")
    assert_problem(Door().post("sessions", session_request(phone, Door().challenge())), 403, "device_locked")
    assert phone.device().status == "locked"


def test_what_staff_suspended_no_other_phone_lets_go_on(phone: Phone, other: Phone, now: datetime) -> None:
    move_device(device_id=phone.identity.id, to=DeviceStatus.SUSPENDED, reason="operator", by=STAFF, now=now)

    assert_problem(come_in(other).post(f"devices/{phone.identity.public_id}/unlock"), 409, "wrong_state")

    assert phone.device().status == "suspended"
    assert (
        move_device(device_id=phone.identity.id, to=DeviceStatus.ACTIVE, reason="", by=STAFF, now=now).status
        == "active"
    )


def test_a_stolen_phone_consents_to_nothing_without_the_pin(
    shop: Shop, door: Door, phone: Phone, now: datetime
) -> None:
    shop.sell(phone, now=now)
    note_presence(str(phone.identity.id))
    asked = shop.sell(phone, 1234, now=now)
    assert asked.status == Status.ACTION_REQUIRED

    assert_problem(
        door.post(f"consents/{asked.public_id}", consent_request(phone, asked, pin=None)), 422, "invalid_field"
    )
    wrong = consent_request(phone, asked, pin=WRONG_PIN)
    assert_problem(door.post(f"consents/{asked.public_id}", wrong), 403, "pin_wrong")

    assert Payment.objects.get(id=asked.id).status == Status.ACTION_REQUIRED


def test_the_holder_hears_of_whatever_was_done_with_the_pin(confirmed: Door, phone: Phone) -> None:
    body_of(confirmed.put("limits", {"per_payment": 1000, "currency": "CHF"}))
    body_of(confirmed.put("limits", {"per_payment": 2000, "currency": "CHF"}))

    assert Letter.objects.filter(to=phone.customer.email, cause__startswith="limits.raise_asked").count() == 1
    assert Event.objects.filter(kind="limits.raise_asked").count() == 1


# A stolen mailbox: every letter can be read, no phone is at hand.


def enrol_by_mail(stranger: Door, email: str) -> tuple[Phone, Door]:
    """Do what anybody can do who reads the mail, and return his phone with its session."""
    body_of(stranger.post("registrations", {"email": email, "language": "en"}), 202)
    text = Letter.objects.filter(to=email, cause__startswith="registration:").latest("id").text
    code = re.search(r"\d{4} \d{4}", text)
    assert code is not None
    activation = body_of(stranger.post("registrations/confirm", {"email": email, "code": code.group()}))
    thief = Phone()
    request = enrolment_request(thief, activation["activation_code"], stranger.challenge(), name="Alice's new phone")
    body_of(stranger.post("devices", request), 201)
    thief.enrolled = Device.objects.select_related("customer").get(public_key=thief.public_key)
    thief.sync = bytes(thief.enrolled.sync_current)
    return thief, come_in(thief, pin=None)


def test_the_mailbox_alone_gets_a_phone_that_waits_and_pays_nothing(
    shop: Shop, phone: Phone, stranger: Door, now: datetime
) -> None:
    thief, door = enrol_by_mail(stranger, phone.customer.email)

    assert body_of(door.get("device"))["status"] == "pending"
    refused = shop.sell(thief, now=now, code=thief.make_code(now=now, pin="582046"))
    assert (refused.status, refused.decline_code) == (Status.DECLINED, "rejected")
    kid, sealed, signature = thief.sealed_pin("582046", now=now)
    body = {"kid": kid, "sealed": encoded(sealed), "signature": encoded(signature)}
    assert_problem(door.put("device/pin", body), 403, "device_pending")


def test_the_holder_of_the_mailbox_hears_of_it_and_every_other_phone_too(phone: Phone, stranger: Door) -> None:
    thief, _ = enrol_by_mail(stranger, phone.customer.email)

    assert Letter.objects.filter(cause=f"device.enrolled:{thief.identity.id}").count() == 1
    assert Event.objects.filter(kind="device.enrolled", facts__device=thief.identity.public_id).count() == 1


def test_it_neither_approves_itself_nor_is_approved_by_another_that_waits(phone: Phone, stranger: Door) -> None:
    first, first_door = enrol_by_mail(stranger, phone.customer.email)
    second, _ = enrol_by_mail(stranger, phone.customer.email)

    for target in (first, second):
        address = f"devices/{target.identity.public_id}/approve"
        body = {"challenge": encoded(bytes(32)), "signature": encoded(bytes(64))}
        assert_problem(first_door.post(address, body), 403, "device_pending")

    assert {first.device().status, second.device().status} == {"pending"}


@pytest.mark.parametrize("status", [DeviceStatus.LOCKED, DeviceStatus.SUSPENDED, DeviceStatus.REVOKED])
def test_the_mailbox_is_not_enough_either_when_no_phone_is_left(
    phone: Phone, stranger: Door, now: datetime, status: DeviceStatus
) -> None:
    move_device(device_id=phone.identity.id, to=status, reason="lost_phone", by=STAFF, now=now)

    _, door = enrol_by_mail(stranger, phone.customer.email)

    assert body_of(door.get("device"))["status"] == "pending"


def test_an_account_without_phone_that_has_an_instrument_is_guarded_as_well(
    phone: Phone, stranger: Door, now: datetime
) -> None:
    move_device(device_id=phone.identity.id, to=DeviceStatus.REVOKED, reason="customer", by=STAFF, now=now)
    assert Instrument.objects.get().status == "active"

    _, door = enrol_by_mail(stranger, phone.customer.email)

    assert body_of(door.get("device"))["status"] == "pending"


def test_who_closed_his_account_leaves_nothing_to_the_next_holder_of_the_mailbox(
    phone: Phone, confirmed: Door, stranger: Door
) -> None:
    body_of(confirmed.post("me/close"))

    thief, door = enrol_by_mail(stranger, phone.customer.email)

    # An empty wallet of a new customer.
    assert thief.customer.id != phone.customer.id
    assert body_of(door.get("instruments"))["data"] == []
    assert body_of(door.get("payments"))["data"] == []


# Copied storage: another phone has the key, the counter and the tag of an earlier moment.


def test_of_a_phone_and_its_copy_the_first_exchange_shows_the_other(phone: Phone, now: datetime) -> None:
    copy = replace(phone)
    original, clone = come_in(phone, pin=None), come_in(copy, pin=None)
    for minutes in (11, 22):
        phone.sync = sync_device(device_id=phone.identity.id, tag=phone.sync, now=now + timedelta(minutes=minutes))

    assert_problem(clone.post("device/sync", {"sync": encoded(copy.sync)}), 403, "device_suspended")

    assert (phone.device().status, phone.device().status_reason) == ("suspended", "cloned")
    for door in (original, clone):
        assert_problem(door.get("device"), 401, "unauthenticated")


def test_two_codes_of_one_counter_stop_both_phones(shop: Shop, phone: Phone, now: datetime) -> None:
    copy = replace(phone)
    assert shop.sell(phone, now=now).status == Status.AUTHORISED

    refused = shop.sell(copy, now=now, code=copy.make_code(now=now, cap=9999))

    assert refused.status == Status.DECLINED
    assert phone.device().status_reason == "cloned"
    assert shop.sell(phone, now=now).status == Status.DECLINED


def test_a_cloned_phone_comes_back_only_by_enrolling_anew(
    phone: Phone, other: Phone, stranger: Door, now: datetime
) -> None:
    move_device(device_id=phone.identity.id, to=DeviceStatus.SUSPENDED, reason="cloned", by=STAFF, now=now)
    rescuer = come_in(other)

    assert_problem(rescuer.post(f"devices/{phone.identity.public_id}/unlock"), 409, "wrong_state")
    body = approval_request(other, rescuer, phone.identity.public_id)
    assert_problem(rescuer.post(f"devices/{phone.identity.public_id}/approve", body), 409, "wrong_state")
    assert_problem(stranger.post("sessions", session_request(phone, stranger.challenge())), 403, "device_suspended")


def test_a_copy_of_the_database_confirms_no_guess(phone: Phone) -> None:
    row = phone.device()

    kept = b"".join(bytes(value) for value in (row.pin_wrapped, row.pin_nonce, row.public_key, row.certificate))
    assert phone.k_pin(phone.pin) not in kept
    assert phone.k_dev not in kept


# A till of his own: it reads codes, and shows what it likes.


def test_a_code_pays_once_and_at_one_till_only(shop: Shop, phone: Phone, now: datetime) -> None:
    thief = make_shop(now=now)
    code = phone.make_code(now=now)
    assert shop.sell(phone, now=now, code=code).status == Status.AUTHORISED

    refused = thief.sell(phone, now=now, code=code)

    assert (refused.status, refused.decline_code) == (Status.DECLINED, "already_used")


def test_a_till_takes_no_more_than_the_customer_capped(shop: Shop, phone: Phone, now: datetime) -> None:
    refused = shop.sell(phone, 5001, now=now, code=phone.make_code(now=now, cap=5000))

    assert refused.status == Status.DECLINED


def test_a_code_for_one_till_is_worth_nothing_at_another(shop: Shop, phone: Phone, now: datetime) -> None:
    thief = make_shop(now=now)

    refused = thief.sell(phone, now=now, code=phone.make_code(now=now, till_id=shop.till.public_id))

    assert refused.status == Status.DECLINED


def test_a_consent_to_one_payment_is_none_to_another(shop: Shop, door: Door, phone: Phone, now: datetime) -> None:
    shop.sell(phone, now=now)
    note_presence(str(phone.identity.id))
    small, large = shop.sell(phone, 1234, now=now), shop.sell(phone, 9876, now=now)

    replayed = consent_request(phone, small)

    assert_problem(door.post(f"consents/{large.public_id}", replayed), 403, "signature_invalid")
    assert Payment.objects.get(id=large.id).status == Status.ACTION_REQUIRED


# Somebody else's account.


def test_a_pin_setting_sealed_for_one_phone_is_none_for_another(phone: Phone, now: datetime) -> None:
    victim = make_phone(now=now)
    kid, sealed, signature = phone.sealed_pin("582046", now=now)

    answer = come_in(victim, pin=None).put(
        "device/pin", {"kid": kid, "sealed": encoded(sealed), "signature": encoded(signature)}
    )

    assert_problem(answer, 403, "signature_invalid")
    assert victim.device().pin_epoch == 1


def test_nobody_sees_or_moves_anything_of_somebody_else(
    shop: Shop, phone: Phone, confirmed: Door, now: datetime
) -> None:
    victim = make_phone(now=now)
    foreign = victim.identity.public_id
    paid = shop.sell(phone, now=now)
    thief = come_in(victim)

    for verb, body in (("lock", {}), ("unlock", {}), ("revoke", {}), ("rename", {"name": "x"})):
        assert_problem(confirmed.post(f"devices/{foreign}/{verb}", body), 404, "device_not_found")
    for path in ("", "/receipt", "/receipt/page", "/receipt/pdf"):
        assert thief.get(f"payments/{paid.public_id}{path}").status_code == 404
    assert_problem(thief.post("instruments/1/rename", {"name": "x"}), 404, "instrument_not_found")
    assert body_of(thief.get("payments"))["data"] == []
    assert phone.customer.email not in thief.get("me").content.decode()


def test_set_pin_is_refused_where_the_device_waits(waiting: Phone, now: datetime) -> None:
    kid, sealed, signature = waiting.sealed_pin("582046", now=now)

    with pytest.raises(DevicePending):
        set_pin(device_id=waiting.identity.id, kid=kid, sealed=sealed, signature=signature, now=now)
