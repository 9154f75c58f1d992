"""Steps 8 to 10 under one device's lock: a code is spent once, and every no keeps its traces."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from apps.audit.models import Record
from apps.codes.models import SpentCode
from apps.codes.operations import LATE_COUNTER, GenuineCode, Payer, open_code, spend_code
from apps.codes.refusals import Refusal
from apps.customers.operations import move_customer
from apps.customers.states import CustomerStatus
from apps.devices.operations import move_device, sync_device
from apps.devices.states import DeviceStatus
from apps.kernel.ids import uuid7
from apps.paycode.claims import Purpose, Verification
from apps.paycode.text import read_text
from tests.cast import STAFF, WRONG_PIN, Phone, make_phone
from tests.codes.desk import reason, show
from tests.shop import Shop, make_shop


def test_a_good_code_names_its_payer_and_leaves_its_evidence(shop: Shop, phone: Phone, now: datetime) -> None:
    shown = show(shop, phone.make_code(now=now, instrument=3, cap=5000), now=now)

    assert isinstance(shown, Payer)
    assert (shown.device.id, shown.claims.instrument, shown.claims.cap_minor) == (phone.identity.id, 3, 5000)
    spent = SpentCode.objects.get(device_id=phone.identity.id, counter=1)
    assert (spent.result, spent.till_id, len(spent.body), len(spent.signature)) == ("accepted", shop.till.id, 30, 64)
    assert (phone.device().counter, phone.device().last_issued_at) == (1, int(now.timestamp()))


def test_the_evidence_holds_no_proof_of_the_pin(shop: Shop, phone: Phone, now: datetime) -> None:
    columns = {field.name for field in SpentCode._meta.get_fields()}

    assert not {name for name in columns if "pin" in name or "proof" in name}


def test_a_code_is_spent_once(shop: Shop, phone: Phone, now: datetime) -> None:
    code = phone.make_code(now=now)

    results = [reason(show(shop, code, now=now)) for _ in range(3)]

    assert results == ["accepted", "already_used", "already_used"]
    assert phone.device().status == DeviceStatus.ACTIVE


def test_twenty_tills_at_once_find_one_payer(phone: Phone, now: datetime) -> None:
    code = phone.make_code(now=now)
    shops = [make_shop(now=now) for _ in range(20)]

    def scan(shop: Shop) -> str:
        try:
            return reason(show(shop, code, now=now))
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        results = sorted(pool.map(scan, shops))

    assert results == ["accepted"] + ["already_used"] * 19


def test_a_counter_that_was_passed_over_is_used_up(shop: Shop, phone: Phone, now: datetime) -> None:
    older, newer = phone.make_code(now=now, issued_at=int(now.timestamp()) - 20), phone.make_code(now=now)
    show(shop, newer, now=now)

    shown = show(shop, older, now=now)

    assert shown == Refusal("already_used")


def test_a_passed_over_counter_that_was_made_later_is_suspicious(shop: Shop, phone: Phone, now: datetime) -> None:
    show(shop, phone.make_code(now=now, counter=9), now=now)

    shown = show(shop, phone.make_code(now=now + timedelta(seconds=20), counter=5), now=now)

    assert shown == Refusal("already_used", facts={"suspicion": LATE_COUNTER})
    assert phone.device().status == DeviceStatus.ACTIVE


def test_two_codes_with_one_counter_suspend_the_clone_at_once(shop: Shop, phone: Phone, now: datetime) -> None:
    first = phone.make_code(now=now, counter=1)
    twin = phone.make_code(now=now, counter=1, cap=777)

    assert reason(show(shop, first, now=now)) == "accepted"
    shown = show(shop, twin, now=now)

    assert isinstance(shown, Refusal)
    assert (shown.reason, shown.shown_reason) == ("device_cloned", "rejected")
    assert (phone.device().status, phone.device().status_reason) == (DeviceStatus.SUSPENDED, "cloned")
    assert Record.objects.filter(subject=phone.identity.public_id, action="device.suspended").count() == 1
    assert reason(show(shop, phone.make_code(now=now, counter=2), now=now)) == "device_cloned"


def test_a_twin_does_not_unrevoke_a_device(shop: Shop, phone: Phone, now: datetime) -> None:
    show(shop, phone.make_code(now=now, counter=1), now=now)
    move_device(device_id=phone.identity.id, to=DeviceStatus.REVOKED, reason="operator", by=STAFF, now=now)

    show(shop, phone.make_code(now=now, counter=1, cap=777), now=now)

    assert phone.device().status == DeviceStatus.REVOKED


def test_a_foreign_sync_tag_suspends_and_the_previous_one_does_not(shop: Shop, phone: Phone, now: datetime) -> None:
    later = now + timedelta(minutes=11)
    new_tag = sync_device(device_id=phone.identity.id, tag=phone.sync, now=later)

    assert reason(show(shop, phone.make_code(now=later), now=later)) == "accepted"
    assert reason(show(shop, phone.make_code(now=later, sync=new_tag), now=later)) == "accepted"
    assert reason(show(shop, phone.make_code(now=later, sync=b"\1\2\3\4"), now=later)) == "device_cloned"
    assert phone.device().status == DeviceStatus.SUSPENDED


def test_before_the_first_change_zero_is_no_previous_tag(shop: Shop, phone: Phone, now: datetime) -> None:
    assert reason(show(shop, phone.make_code(now=now, sync=bytes(4)), now=now)) == "device_cloned"


@pytest.mark.parametrize(
    ("status", "true_reason"),
    [(DeviceStatus.LOCKED, "device_locked"), (DeviceStatus.REVOKED, "device_revoked")],
)
def test_a_stopped_phone_is_rejected_and_its_code_is_spent(
    status: DeviceStatus, true_reason: str, shop: Shop, phone: Phone, now: datetime
) -> None:
    move_device(device_id=phone.identity.id, to=status, reason="customer", by=STAFF, now=now)

    shown = show(shop, phone.make_code(now=now), now=now)

    assert isinstance(shown, Refusal)
    assert (shown.reason, shown.shown_reason) == (true_reason, "rejected")
    assert SpentCode.objects.get(device_id=phone.identity.id).result == true_reason


@pytest.mark.parametrize("status", [CustomerStatus.FROZEN, CustomerStatus.CLOSED])
def test_a_frozen_or_closed_customer_is_rejected(
    status: CustomerStatus, shop: Shop, phone: Phone, now: datetime
) -> None:
    move_customer(customer_id=phone.customer.id, to=status, reason="asked", by=STAFF, now=now)

    shown = show(shop, phone.make_code(now=now), now=now)

    assert isinstance(shown, Refusal)
    assert (shown.reason, shown.shown_reason) == ("customer_frozen", "rejected")


def test_a_revocation_and_a_scan_at_once_end_in_one_of_two_orders(shop: Shop, now: datetime) -> None:
    phones = [make_phone(now=now) for _ in range(6)]

    def scan(phone: Phone) -> str:
        try:
            return reason(show(shop, phone.make_code(now=now), now=now))
        finally:
            connection.close()

    def revoke(phone: Phone) -> None:
        try:
            move_device(device_id=phone.identity.id, to=DeviceStatus.REVOKED, reason="customer", by=STAFF, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        scans = [(pool.submit(revoke, phone), pool.submit(scan, phone))[1] for phone in phones]
    results = {scan.result() for scan in scans}

    assert results <= {"accepted", "device_revoked"}
    assert {phone.device().status for phone in phones} == {DeviceStatus.REVOKED}


def test_wrong_pins_count_down_and_the_fourth_try_is_locked_even_if_right(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    wrong = [show(shop, phone.make_code(now=now, pin=WRONG_PIN), now=now) for _ in range(3)]
    right = show(shop, phone.make_code(now=now), now=now)

    assert [shown.tries_left for shown in wrong if isinstance(shown, Refusal)] == [2, 1, 0]
    assert [reason(shown) for shown in wrong] == ["pin_wrong"] * 3
    assert reason(right) == "pin_locked"


def test_the_right_pin_gives_the_tries_back(shop: Shop, phone: Phone, now: datetime) -> None:
    show(shop, phone.make_code(now=now, pin=WRONG_PIN), now=now)
    show(shop, phone.make_code(now=now), now=now)

    shown = show(shop, phone.make_code(now=now, pin=WRONG_PIN), now=now)

    assert isinstance(shown, Refusal)
    assert shown.tries_left == 2


def test_a_wrong_pin_counts_once_per_code(shop: Shop, phone: Phone, now: datetime) -> None:
    code = phone.make_code(now=now, pin=WRONG_PIN)

    results = [reason(show(shop, code, now=now)) for _ in range(4)]

    assert results == ["pin_wrong", "already_used", "already_used", "already_used"]
    assert phone.device().pin_tries_left == 2


def test_fifty_wrong_pins_at_once_are_three_tries(shop: Shop, phone: Phone, now: datetime) -> None:
    codes = [phone.make_code(now=now, pin=WRONG_PIN) for _ in range(50)]

    def scan(code: str) -> str:
        try:
            return reason(show(shop, code, now=now))
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(scan, codes))

    # A code that a later one overtook is used up without a try.
    assert results.count("pin_wrong") == 3
    assert set(results) <= {"pin_wrong", "pin_locked", "already_used"}
    assert phone.device().pin_tries_left == 0


def test_a_code_without_a_pin_does_not_pay(shop: Shop, phone: Phone, now: datetime) -> None:
    assert reason(show(shop, phone.make_code(now=now, verification=Verification.NONE), now=now)) == "pin_required"


def test_a_phone_without_a_pin_does_not_pay(shop: Shop, now: datetime) -> None:
    phone = make_phone(now=now, pin=None)
    phone.pin = "739154"

    assert reason(show(shop, phone.make_code(now=now), now=now)) == "pin_required"


def test_a_pin_set_between_reading_and_locking_is_the_one_that_counts(shop: Shop, phone: Phone, now: datetime) -> None:
    old = phone.make_code(now=now)
    opened = open_code(sealed=read_text(old), till=shop.till, is_training=False, purpose=Purpose.PAY, now=now)
    assert isinstance(opened, GenuineCode)
    phone.set_pin("550317", now=now)

    with transaction.atomic():
        shown = spend_code(
            genuine=opened, till=shop.till, subject_kind="payment", subject_id=uuid7(), by=shop.actor, now=now
        )

    assert reason(shown) == "pin_wrong"


def test_a_forged_signature_changes_nothing_on_the_device(shop: Shop, phone: Phone, now: datetime) -> None:
    thief = replace(phone, key=Phone().key)
    before = phone.device()

    shown = show(shop, thief.make_code(now=now), now=now)

    assert isinstance(shown, Refusal)
    assert (shown.reason, shown.shown_reason) == ("signature_wrong", "rejected")
    assert phone.device().counter == before.counter
    assert not SpentCode.objects.exists()


def test_an_unknown_device_looks_like_a_forged_signature(shop: Shop, phone: Phone, now: datetime) -> None:
    claims = replace(phone.claims(now=now), device_ref=b"stranger")

    shown = show(shop, phone.write_code(claims, now=now), now=now)

    assert isinstance(shown, Refusal)
    assert (shown.reason, shown.shown_reason) == ("device_unknown", "rejected")


def test_the_last_counter_is_valid_and_the_phone_is_enrolled_anew_after_it(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    assert reason(show(shop, phone.make_code(now=now, counter=2**32 - 1), now=now)) == "accepted"
    assert reason(show(shop, phone.make_code(now=now, counter=1), now=now)) == "already_used"


@pytest.mark.parametrize(
    "change",
    ["UPDATE codes_spentcode SET result = 'accepted'", "DELETE FROM codes_spentcode", "TRUNCATE codes_spentcode"],
)
def test_evidence_is_never_rewritten(change: str, shop: Shop, phone: Phone, now: datetime) -> None:
    show(shop, phone.make_code(now=now), now=now)

    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(change)


def test_the_database_itself_refuses_to_spend_a_counter_twice(shop: Shop, phone: Phone, now: datetime) -> None:
    show(shop, phone.make_code(now=now), now=now)
    spent = SpentCode.objects.get()
    spent.id, spent.subject_id = uuid7(), uuid7()

    with pytest.raises(IntegrityError, match="code_is_spent_once"):
        spent.save(force_insert=True)
