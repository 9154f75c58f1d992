"""A till charges again while the phone is online: the phone is asked over its socket, and answers through its door.

Real servers on both sides: the doors over HTTP, the socket process with a Redis of its own, the simulated phone and
till. Worker and numbering are run by the test, so that it says when.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.devices.models import ActivationSource, Device
from apps.devices.operations import issue_activation_code
from apps.kernel.ids import from_public_id
from apps.live.operations import number_events
from apps.live.presence import is_present
from apps.outbox.operations import sweep
from apps.transactions.models import Operation
from apps.transactions.operations import meet_deadline
from simulators.caller import Fields, Refused
from simulators.line import Line
from simulators.phone import Phone
from simulators.till import Till
from stack import Places, Redis
from tests.cast import PIN, STAFF, WRONG_PIN, make_customer, make_keys
from tests.live.socket_server import SocketServer
from tests.pos_api.till import connect
from tests.shop import Shop

SOON = 10.0


@pytest.fixture(autouse=True)
def sockets(tmp_path: Path, settings: Settings, fresh: None) -> Iterator[SocketServer]:
    with Redis(Places(tmp_path), durable=False) as redis:
        settings.REDIS_URL = redis.url()
        settings.ALLOWED_HOSTS = ["localhost", "testserver"]
        settings.AUTHORISE_IN = "request"
        server = SocketServer(redis, tmp_path / "sockets.log").start()
        yield server
        server.stop()


@pytest.fixture
def till(live_server: LiveServer, shop: Shop, now: datetime) -> Till:
    return Till(f"{live_server.url}/api/pos/v1", connect(shop, now=now).key, patience_seconds=5)


@pytest.fixture
def handset(live_server: LiveServer, sockets: SocketServer, shop: Shop, now: datetime, tmp_path: Path) -> Phone:
    """An enrolled phone with a PIN and an account, that paid a moment ago and has a session."""
    make_keys(now=now)
    customer = make_customer(now=now)
    issued = issue_activation_code(customer_id=customer.id, source=ActivationSource.LETTER, by=STAFF, now=now)
    phone = Phone(live_server.url, f"ws://127.0.0.1:{sockets.port}", tmp_path / "phone.json")
    phone.enrol(issued.code.reveal(), "Phone")
    phone.open_session()
    phone.set_pin(PIN)
    phone.open_session(PIN)
    phone.link_bank_account("act_test_online", provider=shop.bank.code)
    return phone


def work(*, later: timedelta = timedelta(0)) -> None:
    """Do what the workers and the numbering do in the moment after a commit."""
    now = timezone.now() + later
    while sweep(now=now, limit=100):
        pass
    number_events(now=now, limit=1000)


@contextmanager
def online(phone: Phone) -> Iterator[Line]:
    with phone.listen() as line:
        assert is_present(str(from_public_id("dev", phone.device_id)))
        yield line


def pay_twice(till: Till, phone: Phone) -> Fields:
    """Charge, say that it did not work, charge again; return the second payment as the till has it."""
    first = till.authorise(phone.make_code(PIN), 4250, "2031-0007")
    assert first["status"] == "authorised"
    second = till.authorise(phone.make_code(PIN), 990, "2031-0008")
    assert (second["status"], second["action"]["type"]) == ("action_required", "customer_consent")
    return second


def hear(line: Line, kind: str, payment: Fields, *, later: timedelta = timedelta(0)) -> None:
    work(later=later)
    assert line.await_hint(kind, within_seconds=SOON)["payment"] == payment["id"]


def id_of(payment: Fields) -> UUID:
    return from_public_id("pay", payment["id"])


def test_a_yes_pays(till: Till, handset: Phone) -> None:
    with online(handset) as line:
        payment = pay_twice(till, handset)
        hear(line, "consent.requested", payment)
        assert handset.payment(payment["id"])["action"]["device"] == handset.device_id

        assert handset.consent(payment["id"], True, PIN)["status"] == "processing"
        work()

        assert till.get(payment["id"])["status"] == "authorised"
        assert till.capture(payment["id"])["status"] == "captured"
        hear(line, "payment.captured", payment)
    assert handset.receipt(payment["id"])["amount"] == 990


def test_a_no_declines_and_the_bank_is_never_asked(till: Till, handset: Phone) -> None:
    with online(handset) as line:
        payment = pay_twice(till, handset)
        hear(line, "consent.requested", payment)

        said = handset.consent(payment["id"], False)

        assert (said["status"], said["decline"]["code"]) == ("declined", "customer_refused")
        hear(line, "payment.declined", payment)
    assert till.get(payment["id"])["decline"]["code"] == "customer_refused"
    assert not Operation.objects.filter(payment_id=id_of(payment)).exists()


def test_silence_declines_and_an_answer_comes_too_late(till: Till, handset: Phone) -> None:
    with online(handset) as line:
        payment = pay_twice(till, handset)
        hear(line, "consent.requested", payment)
        meet_deadline(payment_id=id_of(payment), now=timezone.now() + timedelta(seconds=29))
        assert till.get(payment["id"])["status"] == "action_required"

        meet_deadline(payment_id=id_of(payment), now=timezone.now() + timedelta(seconds=31))

        assert till.get(payment["id"])["decline"]["code"] == "consent_timeout"
        hear(line, "payment.declined", payment, later=timedelta(seconds=32))
    with pytest.raises(Refused, match="wrong_state"):
        handset.consent(payment["id"], True, PIN)
    assert not Operation.objects.filter(payment_id=id_of(payment)).exists()


def test_a_wrong_pin_costs_a_try_of_the_count_that_the_till_counts_too(till: Till, handset: Phone) -> None:
    with online(handset):
        payment = pay_twice(till, handset)

        with pytest.raises(Refused, match="pin_wrong") as refused:
            handset.consent(payment["id"], True, WRONG_PIN)

        assert (refused.value.status, refused.value.problem["tries_left"]) == (403, 2)
        assert handset.device()["pin"]["tries_left"] == 2
        # The same count at the till, and the right PIN sets it back.
        scanned = till.authorise(handset.make_code(WRONG_PIN), 100, "2031-0009")
        assert (scanned["decline"]["code"], scanned["decline"]["tries_left"]) == ("pin_wrong", 1)
        handset.consent(payment["id"], True, PIN)
        work()
        assert till.get(payment["id"])["status"] == "authorised"
    assert handset.device()["pin"]["tries_left"] == 3


def test_a_phone_that_is_offline_pays_without_being_asked(till: Till, handset: Phone) -> None:
    for amount, reference in ((4250, "2031-0007"), (990, "2031-0008")):
        assert till.authorise(handset.make_code(PIN), amount, reference)["status"] == "authorised"

    assert not is_present(str(Device.objects.get().id))


def test_money_that_comes_back_is_heard_with_a_receipt_that_proves_it(
    till: Till, handset: Phone, shop: Shop, now: datetime
) -> None:
    with online(handset) as line:
        payment = till.authorise(handset.make_code(PIN), 4250, "2031-0007")
        till.capture(payment["id"])
        work()
        connect(shop, now=now).post(f"payments/{payment['id']}/refunds", {"amount": 500, "currency": "CHF"})
        hear(line, "payment.refunded", payment)

    (refund,) = handset.payment(payment["id"])["refunds"]
    receipt = handset.refund_receipt(payment["id"], refund["id"])
    assert (receipt["kind"], receipt["amount"], receipt["payment"]) == ("refund", 500, payment["id"])
