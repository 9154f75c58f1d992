"""A bank of its own process tells our server something, and what it hinted at is asked of it and becomes true here."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.audit.models import Record
from apps.instruments.errors import ConsentStillOpen
from apps.instruments.models import Instrument
from apps.instruments.operations import move_instrument, tell_provider
from apps.instruments.states import InstrumentStatus
from apps.kernel.actors import Actor
from apps.outbox.models import Message
from apps.provider_hooks.hints import StillUnclear, look_into_notice
from apps.providers.models import ProviderCall, ProviderNotice
from apps.transactions.models import Operation
from apps.transactions.operations import carry_out_operation
from apps.transactions.queries import whole_payment
from simulators.bank_customer import withdraw_all
from tests.providers.counter import Counter, open_counter
from tests.shop import STAFF, carry_out_all, open_operations


@pytest.fixture
def counter(live_server: LiveServer, tmp_path: Path, now: datetime, settings: Settings) -> Iterator[Counter]:
    settings.SOFTWARE_DEVICE_LIMIT = settings.HARDWARE_DEVICE_LIMIT
    url = f"{live_server.url}/api/providers/v1/bank/notices"
    with open_counter(tmp_path, now=now, notice_url=url) as counter:
        yield counter


def eventually(holds: Callable[[], bool], within_seconds: float = 10) -> bool:
    deadline = time.monotonic() + within_seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def told(raw_kind: str, count: int = 1) -> ProviderNotice:
    """Return the newest notice of this type, once there are so many."""
    rows = ProviderNotice.objects.filter(raw_kind=raw_kind)
    assert eventually(lambda: rows.count() >= count), list(ProviderNotice.objects.values_list("raw_kind", flat=True))
    return rows.latest("received_at")


def follow(notice: ProviderNotice) -> None:
    look_into_notice(notice_id=notice.id, now=timezone.now())


def status_of(instrument: Instrument) -> str:
    return str(Instrument.objects.get(id=instrument.id).status)


def block(counter: Counter, token: str, status: str) -> None:
    assert counter.bank.call("POST", f"/v1/admin/accounts/{token}/status", {"status": status})[0] == 200


def test_a_hold_that_was_approved_late_is_found_by_the_hint(counter: Counter, now: datetime) -> None:
    phone, token = counter.customer(now=now)
    counter.bank.order(on="hold", kind="late_yes", milliseconds=300)

    payment = counter.shop.sell(phone, 1295, now=now)
    assert payment.status == "unknown"
    notice = told("hold.approved")
    follow(notice)
    follow(notice)

    assert whole_payment(payment.id).status == "authorised"
    assert (notice.reference, notice.amount_minor) == (Operation.objects.get().reference, 1295)
    assert counter.bank.account(token)["available"] == 100_000 - 1295
    assert ProviderCall.objects.filter(verb="inquire").count() == 1


def test_what_we_know_already_costs_no_question(counter: Counter, now: datetime) -> None:
    phone, _ = counter.customer(now=now)
    payment = counter.shop.sell(phone, 1295, now=now)
    counter.shop.capture(payment, now=now)
    carry_out_all(payment.id, now=now)
    asked = ProviderCall.objects.count()

    follow(told("capture.booked"))

    assert ProviderCall.objects.count() == asked
    assert whole_payment(payment.id).capture_status == "succeeded"


def test_a_capture_whose_answer_was_lost_is_known_by_the_hint(counter: Counter, now: datetime) -> None:
    phone, _ = counter.customer(now=now)
    payment = counter.shop.sell(phone, 1295, now=now)
    counter.shop.capture(payment, now=now)
    counter.bank.order(on="capture", kind="drop_after")
    (capture,) = open_operations(payment.id)
    carry_out_operation(operation_id=capture.id, now=now)
    assert whole_payment(payment.id).capture_status == "sent"

    follow(told("capture.booked"))

    assert whole_payment(payment.id).capture_status == "succeeded"
    assert open_operations(payment.id) == []


def test_a_hint_is_followed_again_while_the_bank_is_away(counter: Counter, now: datetime) -> None:
    phone, _ = counter.customer(now=now)
    counter.bank.order(on="hold", kind="late_yes", milliseconds=300)
    payment = counter.shop.sell(phone, 1295, now=now)
    notice = told("hold.approved")
    counter.bank.order(on="inquiry", kind="error_500")

    with pytest.raises(StillUnclear):
        follow(notice)
    assert whole_payment(payment.id).status == "unknown"
    follow(notice)

    assert whole_payment(payment.id).status == "authorised"


@pytest.mark.parametrize("kind", ["duplicate", "forge", "delay"])
def test_a_notice_that_is_told_twice_forged_or_late_is_taken_once(counter: Counter, now: datetime, kind: str) -> None:
    counter.bank.order(on="notice", kind=kind, milliseconds=500)
    phone, _ = counter.customer(now=now)
    payment = counter.shop.sell(phone, 1295, now=now)
    counter.shop.capture(payment, now=now)
    carry_out_all(payment.id, now=now)

    notice = told("capture.booked")

    def taken() -> bool:
        return [each["status"] for each in counter.bank.get("/v1/admin/notices")["notices"]] == ["taken"]

    assert eventually(taken)
    assert ProviderNotice.objects.count() == 1
    assert notice.amount_minor == 1295
    log = [
        line for line in (counter.bank.directory / "calls.log").read_text().splitlines() if '"call":"notice"' in line
    ]
    statuses = [int(line.partition('"status":')[2].partition(",")[0]) for line in log]
    assert statuses == {"duplicate": [200, 200], "forge": [401, 200], "delay": [200]}[kind]


def test_notices_out_of_order_leave_what_the_bank_says_now(counter: Counter, now: datetime) -> None:
    _, token = counter.customer(now=now)
    instrument = Instrument.objects.get()
    counter.bank.order(on="notice", kind="reorder")

    block(counter, token, "blocked")
    block(counter, token, "active")
    late = told("account.blocked")

    received = list(ProviderNotice.objects.order_by("received_at").values_list("raw_kind", flat=True))
    assert received == ["account.active", "account.blocked"]
    assert status_of(instrument) == "suspended"
    follow(late)
    assert status_of(instrument) == "active"


def test_a_blocked_account_stops_at_once_and_goes_on_when_the_bank_lifts_it(counter: Counter, now: datetime) -> None:
    phone, token = counter.customer(now=now)
    instrument = Instrument.objects.get()

    block(counter, token, "blocked")
    follow(told("account.blocked"))
    refused = counter.shop.sell(phone, 1295, now=now)
    block(counter, token, "active")
    follow(told("account.active"))
    paid = counter.shop.sell(phone, 1295, now=now)

    assert (refused.status, refused.decline_code) == ("declined", "instrument_unusable")
    assert status_of(instrument) == "active"
    assert paid.status == "authorised"


def test_the_bank_does_not_lift_what_staff_have_suspended(counter: Counter, now: datetime) -> None:
    phone, token = counter.customer(now=now)
    instrument = Instrument.objects.get()
    block(counter, token, "blocked")
    follow(told("account.blocked"))
    move_instrument(
        instrument_id=instrument.id,
        customer_id=phone.customer.id,
        to=InstrumentStatus.SUSPENDED,
        reason="fraud",
        by=STAFF,
        now=now,
    )

    block(counter, token, "active")
    follow(told("account.active"))

    assert status_of(instrument) == "suspended"


def test_a_consent_withdrawn_at_the_bank_removes_the_instrument(counter: Counter, now: datetime) -> None:
    phone, token = counter.customer(now=now)
    instrument = Instrument.objects.get()
    login = counter.bank.open_contract(token)

    assert withdraw_all(counter.bank.page_url, login) == 1
    notice = told("consent.ended")
    assert status_of(instrument) == "suspended"
    follow(notice)
    follow(notice)

    assert status_of(instrument) == "removed"
    # The bank knows best; it is not told what it has told us.
    assert not Message.objects.filter(topic="instruments.end_consent").exists()
    assert counter.link(phone, login, now=now).handle == 2


def test_the_bank_is_told_of_a_removal_until_it_knows(counter: Counter, now: datetime) -> None:
    phone, token = counter.customer(now=now)
    instrument = Instrument.objects.get()
    move_instrument(
        instrument_id=instrument.id,
        customer_id=phone.customer.id,
        to=InstrumentStatus.REMOVED,
        reason="customer",
        by=Actor("device", phone.identity.public_id),
        now=now,
    )
    note = Message.objects.get(topic="instruments.end_consent")
    assert note.arguments == {"instrument_id": str(instrument.id)}
    counter.bank.order(on="consent_end", kind="drop_after")

    with pytest.raises(ConsentStillOpen):
        tell_provider(instrument_id=instrument.id, now=now)
    tell_provider(instrument_id=instrument.id, now=now)
    tell_provider(instrument_id=instrument.id, now=now)

    assert withdraw_all(counter.bank.page_url, counter.bank.open_contract(token)) == 0
    assert Record.objects.filter(action="instrument.consent_ended", subject=instrument.public_id).count() == 2
    assert not ProviderNotice.objects.exists()


def test_a_removal_that_is_told_late_does_not_end_a_consent_given_anew(counter: Counter, now: datetime) -> None:
    phone, token = counter.customer(now=now)
    first = Instrument.objects.get()
    by = Actor("device", phone.identity.public_id)
    move_instrument(
        instrument_id=first.id, customer_id=phone.customer.id, to=InstrumentStatus.REMOVED, reason="", by=by, now=now
    )

    again = counter.link(phone, counter.bank.open_contract(token), now=now)
    tell_provider(instrument_id=first.id, now=now)

    assert (again.handle, again.consent) == (2, first.consent)
    assert counter.shop.sell(phone, 1295, now=now + timedelta(seconds=1)).status == "authorised"
