"""Two real phones and a till over HTTP: one hands over to the other, and in the end the customer leaves."""

from datetime import datetime
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.devices.models import ActivationSource
from apps.devices.operations import issue_activation_code
from apps.outbox.operations import sweep
from simulators.caller import Refused
from simulators.phone import Phone
from simulators.till import Till
from tests.cast import PIN, STAFF, make_customer, make_keys
from tests.pos_api.till import connect
from tests.shop import Shop

NEW_PIN = "582046"


@pytest.fixture
def till(live_server: LiveServer, settings: Settings, shop: Shop, now: datetime) -> Till:
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.AUTHORISE_IN = "request"
    return Till(f"{live_server.url}/api/pos/v1", connect(shop, now=now).key, patience_seconds=5)


@pytest.fixture
def old(till: Till, live_server: LiveServer, shop: Shop, now: datetime, tmp_path: Path) -> Phone:
    make_keys(now=now)
    customer = make_customer(now=now)
    issued = issue_activation_code(customer_id=customer.id, source=ActivationSource.LETTER, by=STAFF, now=now)
    phone = Phone(live_server.url, "ws://127.0.0.1:1", tmp_path / "old.json")
    phone.enrol(issued.code.reveal(), "Old phone")
    phone.open_session()
    phone.set_pin(PIN)
    phone.open_session(PIN)
    phone.link_bank_account("act_test_two", provider=shop.bank.code)
    return phone


@pytest.fixture
def new(old: Phone, live_server: LiveServer, tmp_path: Path) -> Phone:
    """A phone that was enrolled with the old one's code, and waits."""
    phone = Phone(live_server.url, "ws://127.0.0.1:1", tmp_path / "new.json")
    assert phone.enrol(old.hand_over(), "New phone")["status"] == "pending"
    return phone


def test_the_new_phone_pays_once_the_old_one_has_approved_it(till: Till, old: Phone, new: Phone) -> None:
    new.open_session()
    with pytest.raises(Refused) as too_early:
        new.set_pin(NEW_PIN)
    assert too_early.value.code == "device_pending"

    assert old.approve(new.device_id)["status"] == "active"

    new.set_pin(NEW_PIN)
    payment = till.authorise(new.make_code(NEW_PIN), 4250, "2031-0007")
    assert payment["status"] == "authorised"
    assert old.rename(new.device_id, "Küche")["name"] == "Küche"
    assert [device["name"] for device in old.devices()] == ["Küche", "Old phone"]


def test_a_customer_takes_everything_along_and_leaves(till: Till, old: Phone, new: Phone) -> None:
    old.approve(new.device_id)
    payment = till.authorise(old.make_code(PIN), 4250, "2031-0007")
    with pytest.raises(Refused) as still_open:
        old.close_account()
    assert still_open.value.code == "open_payments"
    till.capture(payment["id"])
    while sweep(now=timezone.now(), limit=100):
        pass

    assert old.choose_language("it")["language"] == "it"
    exported = old.export()
    assert [each["id"] for each in exported["payments"]] == [payment["id"]]
    assert len(exported["devices"]) == 2
    assert old.close_account()["status"] == "closed"

    for phone in (old, new):
        with pytest.raises(Refused):
            phone.open_session()
    refused = till.authorise(old.make_code(PIN), 100, "2031-0008")
    assert refused["status"] == "declined"
