"""Means of payment: linked at the provider's page, and only by whoever knows the PIN."""

from datetime import datetime

import pytest

from apps.instruments.models import Instrument
from apps.live.models import Event
from apps.mail.models import Letter
from tests.cast import Phone, make_phone
from tests.shop import Shop, link_account, make_payer
from tests.wallet_api.door import Door, assert_problem, body_of, come_in


def test_the_list_names_no_account(door: Door, phone: Phone) -> None:
    (item,) = body_of(door.get("instruments"))["data"]

    instrument = Instrument.objects.get(customer=phone.customer)
    assert item == {
        "handle": 1,
        "kind": "bank_account",
        "label": instrument.label,
        "name": "",
        "currency": "CHF",
        "status": "active",
        "is_default": True,
    }


def test_linking_goes_to_the_provider_and_comes_back(confirmed: Door, shop: Shop) -> None:
    link = body_of(confirmed.post("instruments", {"kind": "bank_account", "provider": shop.bank.code}), 201)
    assert link.keys() == {"id", "link_url", "expires_at"}

    address, token = f"instruments/{link['id']}/complete", {"account_token": "act_test_another"}
    linked = body_of(confirmed.post(address, token))
    assert (linked["handle"], linked["is_default"]) == (2, False)
    assert body_of(confirmed.post(address, token)) == linked


def test_a_link_is_told_once_and_by_mail_without_the_account(
    confirmed: Door, phone: Phone, shop: Shop, now: datetime
) -> None:
    link = body_of(confirmed.post("instruments", {"kind": "bank_account"}), 201)
    for _ in range(2):
        body_of(confirmed.post(f"instruments/{link['id']}/complete", {"account_token": "act_test_another"}))
    # The same account again is the instrument that it was, and no news.
    link_account(phone, shop.bank, token="act_test_another", now=now)

    events = Event.objects.filter(stream=f"customer:{phone.customer.id}", kind="instrument.linked").order_by("id")
    assert [event.facts for event in events] == [{"handle": 1}, {"handle": 2}]
    letters = Letter.objects.filter(to=phone.customer.email, cause__startswith="instrument.linked:")
    assert letters.count() == 2
    letter = letters.latest("id")
    assert letter.subject == "Ein Zahlungsmittel wurde verknüpft"
    assert Instrument.objects.get(customer=phone.customer, handle=2).label in letter.text
    assert "act_test_another" not in letter.text


def test_linking_wants_the_pin_at_both_ends(door: Door, confirmed: Door) -> None:
    assert_problem(door.post("instruments", {"kind": "bank_account"}), 403, "confirmation_required")
    link = body_of(confirmed.post("instruments", {"kind": "bank_account"}), 201)

    address = f"instruments/{link['id']}/complete"
    assert_problem(door.post(address, {"account_token": "act_test_1"}), 403, "confirmation_required")


def test_nobody_completes_somebody_elses_link(confirmed: Door, now: datetime) -> None:
    link = body_of(confirmed.post("instruments", {"kind": "bank_account"}), 201)
    foreign = come_in(make_phone(now=now))

    for stranger_link in (link["id"], "00000000-0000-7000-8000-000000000000"):
        answer = foreign.post(f"instruments/{stranger_link}/complete", {"account_token": "act_test_1"})
        assert_problem(answer, 404, "link_not_found")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid_field"),
        ({"kind": "cash"}, "invalid_field"),
        ({"kind": "bank_account", "provider": ""}, "invalid_field"),
        ({"kind": "bank_account", "provider": "nobody"}, "provider_not_available"),
        ({"kind": "bank_account", "status": "active"}, "unknown_field"),
        ({"kind": "bank_account", "customer": "cus_1"}, "unknown_field"),
    ],
)
def test_d16_what_a_link_cannot_be_is_refused(confirmed: Door, body: dict[str, object], code: str) -> None:
    assert_problem(confirmed.post("instruments", body), 422, code)


@pytest.mark.parametrize("token", ["", "x" * 600, "a\nb", 7, None])
def test_what_is_no_token_is_refused(confirmed: Door, token: object) -> None:
    link = body_of(confirmed.post("instruments", {"kind": "bank_account"}), 201)

    assert_problem(confirmed.post(f"instruments/{link['id']}/complete", {"account_token": token}), 422, "invalid_field")


def test_a_name_needs_no_pin_and_can_be_taken_away(door: Door) -> None:
    assert body_of(door.post("instruments/1/rename", {"name": "Haushalt"}))["name"] == "Haushalt"
    assert body_of(door.post("instruments/1/rename", {"name": ""}))["name"] == ""
    assert_problem(door.post("instruments/1/rename", {"name": "x" * 41}), 422, "invalid_field")
    assert_problem(door.post("instruments/1/rename", {"name": "x", "label": "Bank"}), 422, "unknown_field")


def test_the_default_is_chosen_with_the_pin(
    door: Door, confirmed: Door, phone: Phone, shop: Shop, now: datetime
) -> None:
    link_account(phone, shop.bank, now=now)

    assert_problem(door.post("instruments/2/default"), 403, "confirmation_required")
    assert body_of(confirmed.post("instruments/2/default"))["is_default"]
    assert [item["is_default"] for item in body_of(door.get("instruments"))["data"]] == [False, True]


def test_removing_wants_the_pin_and_frees_no_handle(
    door: Door, confirmed: Door, phone: Phone, shop: Shop, now: datetime
) -> None:
    assert_problem(door.send("DELETE", "instruments/1"), 403, "confirmation_required")

    answer = confirmed.send("DELETE", "instruments/1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert body_of(door.get("instruments"))["data"] == []
    assert_problem(confirmed.send("DELETE", "instruments/1"), 404, "instrument_not_found")
    assert link_account(phone, shop.bank, now=now).handle == 2


def test_somebody_elses_handles_are_not_there(shop: Shop, confirmed: Door, now: datetime) -> None:
    other = make_payer(shop, now=now)
    link_account(other, shop.bank, now=now)

    for handle in ("2", "255"):
        assert_problem(confirmed.post(f"instruments/{handle}/default"), 404, "instrument_not_found")
        assert_problem(confirmed.post(f"instruments/{handle}/rename", {"name": "x"}), 404, "instrument_not_found")
    for handle in ("0", "01", "256", "1" * 5000, "x"):
        assert confirmed.post(f"instruments/{handle}/default").status_code == 404
