"""The page about kill switches: who sees it, that asking stops nothing, and that a second person decides."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from apps.approvals.models import Approval
from apps.approvals.operations import ask_approval
from apps.kernel.actors import Actor
from apps.operators.roles import Role
from apps.switches.models import Switch, SwitchKind
from tests.shop import Shop
from tests.staff_portal.desk import Desk, sit_down
from tests.switches.desk import resume, stop

PATH = "/staff/switches"


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    from apps.switches.queries import forget_switches

    forget_switches()
    yield
    forget_switches()


def ask(desk: Desk, what: str, *, note: str = "") -> Desk:
    return desk.open(PATH).send("decision", "stop", what=what, reason="incident", note=note)


def test_asking_for_a_stop_stops_nothing_and_leaves_the_question_to_a_second_person(shop: Shop) -> None:
    desk = sit_down(Role.FRAUD_ANALYST)

    assert ask(desk, f"merchant:{shop.merchant.id}", note="tills gone").status == 303

    approval = Approval.objects.get(action="switch_stop")
    assert not Switch.objects.exists()
    assert (approval.asked["name"], approval.asked["reason"]) == (shop.merchant.legal_name, "incident: tills gone")
    page = desk.open(PATH).text
    assert f'href="/staff/approvals/{approval.id}"' in page
    assert "Nothing is stopped." in page
    assert "a second person must confirm it under Four eyes" in page


def test_the_second_person_reads_the_question_in_words_and_decides_it(shop: Shop) -> None:
    ask(sit_down(Role.FRAUD_ANALYST), "instrument_kind:card", note="wave")
    approval, second = Approval.objects.get(), sit_down(Role.ADMINISTRATOR)

    page = second.open(f"/staff/approvals/{approval.id}").text

    assert "Stop this?" in page
    assert "Payments with a kind of instrument: Card" in page
    assert "Incident: wave" in page
    assert second.send("decision", "allow", note="seen").status == 303
    approval.refresh_from_db()
    assert approval.status == "approved"


def test_whoever_may_only_ask_is_not_the_second_person() -> None:
    ask(sit_down(Role.FRAUD_ANALYST), "everything")
    other = sit_down(Role.FRAUD_ANALYST)

    assert 'value="allow"' not in other.open(f"/staff/approvals/{Approval.objects.get().id}").text


def test_stops_come_before_all_else_that_awaits(now: datetime) -> None:
    ask(sit_down(Role.FRAUD_ANALYST), "everything")
    with transaction.atomic():
        ask_approval(
            action="refund",
            subject="sooner",
            asked={},
            maker=Actor("operator", "somebody"),
            lifetime=timedelta(minutes=5),
            now=now,
        )
    desk = sit_down(Role.ADMINISTRATOR)

    text = desk.open("/staff/approvals").text

    assert text.index("switch_stop") < text.index("sooner")


def test_what_is_stopped_is_shown_with_both_people_and_its_reason(now: datetime) -> None:
    switch = stop(SwitchKind.ENROLMENT, now=now)

    page = sit_down(Role.SUPPORT).open(PATH).text

    assert "Taking new devices" in page
    assert switch.asked_by in page
    assert switch.confirmed_by in page
    assert "Incident" in page
    assert 'name="decision"' not in page


def test_letting_it_go_on_is_asked_for_once(now: datetime) -> None:
    switch, desk = stop(SwitchKind.EVERYTHING, now=now), sit_down(Role.FRAUD_ANALYST)
    path, hidden = desk.open(PATH).fields("decision", "resume")
    fields = {**hidden, "decision": "resume", "reason": "over"}

    assert [desk.send_fields(path, fields).status for _ in range(2)] == [303, 303]

    assert desk.send_fields(path, {**fields, "reason": "mistake"}).status == 409
    assert "asked for already" in desk.text
    assert Approval.objects.get(action="switch_resume").asked["switch"] == str(switch.id)
    assert Switch.objects.get(id=switch.id).until is None


def test_what_goes_on_already_is_not_asked_for_again(now: datetime) -> None:
    switch, desk = stop(SwitchKind.EVERYTHING, now=now), sit_down(Role.FRAUD_ANALYST)
    path, hidden = desk.open(PATH).fields("decision", "resume")
    resume(switch, now=now)

    assert desk.send_fields(path, {**hidden, "decision": "resume", "reason": "over"}).status == 409
    assert "goes on already" in desk.text
    assert "Stopped earlier" in desk.text
    assert "Nothing was ever stopped." not in desk.text


def test_what_is_stopped_already_is_not_asked_for_again(now: datetime) -> None:
    stop(SwitchKind.EVERYTHING, now=now)
    desk = sit_down(Role.FRAUD_ANALYST)

    assert ask(desk, "everything").status == 409
    assert "stopped already" in desk.text


@pytest.mark.parametrize(
    "what",
    ["", "nothing", "everything:x", "merchant:", "merchant:7", "instrument_kind:cheque"],
    ids=["empty", "unknown", "target_too_many", "no_target", "no_id", "no_kind"],
)
def test_what_the_list_does_not_offer_is_not_understood(what: str) -> None:
    desk = sit_down(Role.FRAUD_ANALYST)

    assert ask(desk, what).status == 400
    assert not Approval.objects.exists()


@pytest.mark.parametrize("kind", ["merchant", "provider"])
def test_a_target_that_does_not_exist_is_not_understood(kind: str) -> None:
    assert ask(sit_down(Role.FRAUD_ANALYST), f"{kind}:{uuid4()}").status == 400
    assert not Approval.objects.exists()


def test_asking_needs_a_fresh_second_factor() -> None:
    desk = ask(sit_down(Role.FRAUD_ANALYST, is_fresh=False), "everything")

    assert desk.location.startswith("/staff/confirm")
    assert not Approval.objects.exists()


@pytest.mark.parametrize("name", ["title", "__class__", "<script>alert(1)</script>"])
def test_a_merchant_is_called_what_it_is_called(shop: Shop, name: str) -> None:
    type(shop.merchant).objects.filter(id=shop.merchant.id).update(legal_name=name)
    desk = sit_down(Role.FRAUD_ANALYST)

    ask(desk, f"merchant:{shop.merchant.id}")

    shown = name.replace("<", "&lt;").replace(">", "&gt;")
    assert f"Stop this? Payments at a merchant: {shown}" in desk.open(PATH).text
    assert "<script>alert" not in desk.text
