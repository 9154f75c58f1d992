"""Linking through the door as a phone does it: to the bank's own page and back, by the device that began."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from apps.instruments.models import Instrument
from apps.outbox.models import Message
from apps.outbox.operations import Run, run_message
from apps.providers.registry import forget_connectors
from simulators.bank_customer import Login, decide, withdraw_all
from tests.cast import Phone, make_phone
from tests.providers.counter import RETURN, Counter, open_counter
from tests.wallet_api.door import Door, assert_problem, body_of, come_in

# A bank instead of the sandbox: the shop's route is opened before anybody asks for one.
START = {"kind": "bank_account", "provider": "bank"}


@pytest.fixture
def counter(tmp_path: Path, now: datetime, settings: Settings) -> Iterator[Counter]:
    settings.LINK_RETURN_URL = RETURN
    forget_connectors()
    with open_counter(tmp_path, now=now) as counter:
        yield counter
    forget_connectors()


@pytest.fixture
def phone(counter: Counter, now: datetime) -> Phone:
    return make_phone(now=now)


@pytest.fixture
def token(counter: Counter) -> str:
    return counter.bank.open_account(5_000)


@pytest.fixture
def login(counter: Counter, token: str) -> Login:
    return counter.bank.open_contract(token)


def start(door: Door) -> dict[str, str]:
    link: dict[str, str] = body_of(door.post("instruments", START), 201)
    return link


def test_a_customer_links_an_account_at_the_banks_page(
    counter: Counter, confirmed: Door, token: str, login: Login
) -> None:
    link = start(confirmed)
    back = decide(link["link_url"], login)

    linked = body_of(confirmed.post(f"instruments/{link['id']}/complete", back))

    assert link["link_url"].startswith(f"{counter.bank.page_url}/consent/")
    assert back.keys() == {"state", "code"}
    assert linked["label"] == f"Bank ...{counter.bank.account(token)['iban'][-4:]}"
    assert (linked["handle"], linked["status"], linked["is_default"]) == (1, "active", True)
    assert body_of(confirmed.post(f"instruments/{link['id']}/complete", back)) == linked


def test_a_customer_who_said_no_is_told_so_kindly(confirmed: Door, login: Login) -> None:
    link = start(confirmed)
    back = decide(link["link_url"], login, is_yes=False)

    assert back.keys() == {"state", "error"}
    answer = confirmed.post(f"instruments/{link['id']}/complete", back)
    assert_problem(answer, 409, "link_refused")
    assert "begin again whenever you like" in body_of(answer, 409)["detail"]


def test_another_phone_of_the_same_customer_cannot_complete_it(
    phone: Phone, confirmed: Door, login: Login, now: datetime
) -> None:
    link = start(confirmed)
    back = decide(link["link_url"], login)
    second = come_in(make_phone(now=now, customer=phone.customer))

    assert_problem(second.post(f"instruments/{link['id']}/complete", back), 404, "link_not_found")
    assert body_of(confirmed.post(f"instruments/{link['id']}/complete", back))["handle"] == 1


def test_what_came_back_is_good_for_its_own_link_only(confirmed: Door, login: Login) -> None:
    first, second = start(confirmed), start(confirmed)
    back, other = decide(first["link_url"], login), decide(second["link_url"], login)
    address = f"instruments/{second['id']}/complete"

    assert_problem(confirmed.post(address, back), 422, "invalid_link_parameters")
    assert_problem(confirmed.post(address, other | {"code": back["code"]}), 422, "link_code_refused")
    assert_problem(confirmed.post(address, {}), 422, "invalid_link_parameters")
    assert_problem(confirmed.post(address, {"account_token": "act_of_somebody"}), 422, "invalid_link_parameters")
    assert_problem(confirmed.post(address, other | {"iban": "CH93"}), 422, "unknown_field")
    assert body_of(confirmed.post(address, other))["handle"] == 1


def test_a_bank_that_is_away_is_told_and_nothing_is_lost(counter: Counter, confirmed: Door, login: Login) -> None:
    link = start(confirmed)
    back = decide(link["link_url"], login)
    counter.bank.order(on="redemption", kind="drop_after")

    assert_problem(confirmed.post(f"instruments/{link['id']}/complete", back), 503, "provider_unavailable")
    assert body_of(confirmed.post(f"instruments/{link['id']}/complete", back))["handle"] == 1


def test_the_bank_hears_of_a_removal_through_the_outbox(counter: Counter, confirmed: Door, login: Login) -> None:
    link = start(confirmed)
    body_of(confirmed.post(f"instruments/{link['id']}/complete", decide(link["link_url"], login)))
    counter.bank.order(on="consent_end", kind="error_500")

    assert confirmed.send("DELETE", "instruments/1").status_code == 204
    note = Message.objects.get(topic="instruments.end_consent")
    assert Instrument.objects.get().status == "removed"
    assert run_message(message_id=note.id, now=note.due_at) == Run.FAILED
    note.refresh_from_db()
    assert run_message(message_id=note.id, now=note.due_at) == Run.DONE
    assert withdraw_all(counter.bank.page_url, login) == 0
