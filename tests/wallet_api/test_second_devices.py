"""A second phone: handed over by the first, pending until it is approved, and never more than five."""

from datetime import datetime

import pytest

from apps.devices.models import ActivationSource, Device
from apps.live.models import Event
from apps.mail.models import Letter
from apps.transactions.states import Status
from tests.cast import Phone, make_phone
from tests.shop import Shop
from tests.wallet_api.door import Door, assert_problem, body_of, come_in, encoded, enrolment_request
from tests.wallet_api.handover import approval_request, listed


def hand_over(confirmed: Door, stranger: Door) -> Phone:
    """Return the phone that was enrolled with the code of the handover; it waits."""
    offer = body_of(confirmed.post("handover"), 201)
    new = Phone()
    answer = body_of(
        stranger.post("devices", enrolment_request(new, offer["qr_text"], stranger.challenge(), name="Neues Telefon")),
        201,
    )
    assert answer["status"] == "pending"
    new.enrolled = Device.objects.select_related("customer").get(public_key=new.public_key)
    new.sync = bytes(new.enrolled.sync_current)
    return new


def test_from_the_first_phone_to_the_second_one_that_pays(
    shop: Shop, phone: Phone, confirmed: Door, stranger: Door, now: datetime
) -> None:
    new = hand_over(confirmed, stranger)
    assert listed(confirmed, new.identity.public_id)["name"] == "Neues Telefon"

    body = approval_request(phone, confirmed, new.identity.public_id)
    approved = body_of(confirmed.post(f"devices/{new.identity.public_id}/approve", body))

    assert approved["status"] == "active"
    door = come_in(new, pin=None)
    kid, sealed, signature = new.sealed_pin("582046", now=now)
    body_of(door.put("device/pin", {"kid": kid, "sealed": encoded(sealed), "signature": encoded(signature)}))
    new.pin, new.pin_epoch = "582046", 1
    assert shop.sell(new, now=now).status == Status.AUTHORISED
    told = Event.objects.filter(kind__startswith="device.").order_by("id").values_list("kind", flat=True)
    assert list(told)[-2:] == ["device.enrolled", "device.approved"]
    assert Letter.objects.filter(cause=f"device.enrolled:{new.identity.id}").count() == 1


def test_the_code_is_text_and_qr_for_ten_minutes_and_wants_the_pin(door: Door, confirmed: Door) -> None:
    assert_problem(door.post("handover"), 403, "confirmation_required")

    offer = body_of(confirmed.post("handover", {}), 201)

    assert offer["activation_code"].replace("-", "") == offer["qr_text"]
    assert len(offer["qr_text"]) == 16
    assert_problem(confirmed.post("handover", {"minutes": 60}), 422, "unknown_field")


def test_a_phone_that_waits_may_only_look(confirmed: Door, stranger: Door, phone: Phone) -> None:
    new = hand_over(confirmed, stranger)
    door = come_in(new, pin=None)

    assert body_of(door.get("device"))["status"] == "pending"
    own, other = new.identity.public_id, phone.identity.public_id
    for method, path, body in (
        ("GET", "devices", None),
        ("GET", "me", None),
        ("PUT", "me", {"language": "fr"}),
        ("GET", "me/export", None),
        ("POST", "me/close", {}),
        ("POST", "handover", {}),
        ("POST", f"devices/{own}/approve", {}),
        ("POST", f"devices/{own}/rename", {"name": "x"}),
        ("POST", f"devices/{other}/lock", {}),
        ("POST", f"devices/{other}/revoke", {}),
        ("POST", "device/sync", {"sync": encoded(new.sync)}),
        ("GET", "instruments", None),
        ("GET", "payments", None),
        ("GET", "events", None),
        ("GET", "limits", None),
        ("PUT", "limits", {"per_day": 1, "currency": "CHF"}),
    ):
        assert_problem(door.send(method, path, body), 403, "device_pending")


def test_approving_wants_the_pin_and_the_right_signature(
    phone: Phone, door: Door, confirmed: Door, stranger: Door
) -> None:
    new = hand_over(confirmed, stranger)
    address = f"devices/{new.identity.public_id}/approve"

    assert_problem(
        door.post(address, approval_request(phone, door, new.identity.public_id)), 403, "confirmation_required"
    )
    wrong = approval_request(new, confirmed, new.identity.public_id)
    assert_problem(confirmed.post(address, wrong), 403, "signature_invalid")
    right = approval_request(phone, confirmed, new.identity.public_id)
    assert_problem(confirmed.post(address, right | {"status": "active"}), 422, "unknown_field")
    body_of(confirmed.post(address, right))
    assert_problem(confirmed.post(address, right), 403, "challenge_invalid")


def test_a_letter_lets_the_waiting_phone_in_without_another_phone(
    phone: Phone, confirmed: Door, stranger: Door, now: datetime
) -> None:
    new = hand_over(confirmed, stranger)

    assert new.enrol(phone.customer, now=now, source=ActivationSource.COUNTER).id == new.identity.id

    assert body_of(come_in(new, pin=None).get("device"))["status"] == "active"


def test_unlock_never_approves(confirmed: Door, stranger: Door) -> None:
    new = hand_over(confirmed, stranger)

    assert_problem(confirmed.post(f"devices/{new.identity.public_id}/unlock"), 409, "wrong_state")
    assert_problem(confirmed.post(f"devices/{new.identity.public_id}/lock"), 409, "wrong_state")


def test_those_that_wait_count_among_the_five(phone: Phone, confirmed: Door, stranger: Door) -> None:
    for _ in range(4):
        last = hand_over(confirmed, stranger)
    offer = body_of(confirmed.post("handover"), 201)
    request = enrolment_request(Phone(), offer["qr_text"], stranger.challenge())
    assert_problem(stranger.post("devices", request), 409, "device_limit")

    body_of(confirmed.post(f"devices/{last.identity.public_id}/revoke"))

    hand_over(confirmed, stranger)


def test_a_device_is_called_otherwise_without_the_pin(door: Door, phone: Phone) -> None:
    address = f"devices/{phone.identity.public_id}/rename"

    assert body_of(door.post(address, {"name": "Telefon Küche"}))["name"] == "Telefon Küche"
    assert body_of(door.get("devices"))["data"][0]["name"] == "Telefon Küche"


@pytest.mark.parametrize(
    "name",
    ["", "   ", "x" * 65, "a\nb", "\u202egnp", "\u200b", "x" * 10_000, "a\0b"],
    ids=lambda name: ascii(name)[:12],
)
def test_d12_a_name_that_disturbs_its_line_is_refused(door: Door, phone: Phone, name: str) -> None:
    assert door.post(f"devices/{phone.identity.public_id}/rename", {"name": name}).status_code == 422

    assert phone.device().name == "Alice's phone"


def test_nobody_approves_or_renames_somebody_elses(confirmed: Door, phone: Phone, now: datetime) -> None:
    foreign = make_phone(now=now).identity.public_id
    body = {"challenge": encoded(bytes(32)), "signature": encoded(bytes(64))}

    assert_problem(confirmed.post(f"devices/{foreign}/approve", body), 404, "device_not_found")
    assert_problem(confirmed.post(f"devices/{foreign}/rename", {"name": "mine"}), 404, "device_not_found")
