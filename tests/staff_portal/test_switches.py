"""The page about kill switches: one asks, another confirms, and it can be seen what is stopped."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from apps.approvals.models import Approval
from apps.approvals.operations import ask_approval
from apps.kernel.actors import Actor
from apps.operators.roles import Role
from apps.switches.models import Switch
from apps.switches.operations import carry_out_resume, carry_out_stop
from apps.switches.queries import forget_switches
from tests.shop import Shop
from tests.staff_portal.desk import Desk, sit_down


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    forget_switches()
    yield
    forget_switches()


def confirmed() -> Approval:
    approval = Approval.objects.get(status="awaiting")
    desk = sit_down(Role.ADMINISTRATOR)
    assert desk.open(f"/staff/approvals/{approval.id}").send("decision", "allow", note="seen").status == 303
    return approval


def asked_to_stop(what: str) -> Desk:
    desk = sit_down(Role.FRAUD_ANALYST)
    desk.open("/staff/switches").send("what", what, reason="incident", note="the bank is down")
    return desk


def test_two_people_stop_a_merchant_and_let_it_go_on(shop: Shop) -> None:
    desk = asked_to_stop(f"merchant:{shop.merchant.id}")
    assert desk.status == 303
    assert "Awaits a second person" in desk.open("/staff/switches").text
    carry_out_stop(approval_id=confirmed().id, now=timezone.now())

    page = desk.open("/staff/switches").text
    assert f"Merchant: {shop.merchant.legal_name}" in page.partition("Ask to stop")[0]
    assert "incident: the bank is down" in page
    assert desk.send("switch", str(Switch.objects.get().id), reason="over").status == 303
    carry_out_resume(approval_id=confirmed().id, now=timezone.now())

    page = desk.open("/staff/switches").text
    assert "Nothing is stopped." in page
    assert f"Merchant: {shop.merchant.legal_name}" in page.partition('id="past"')[2]


def test_the_same_is_not_asked_again_while_it_is_stopped(shop: Shop) -> None:
    asked_to_stop("enrolment")
    carry_out_stop(approval_id=confirmed().id, now=timezone.now())

    assert asked_to_stop("enrolment").status == 409


@pytest.mark.parametrize("what", ["merchant:00000000-0000-0000-0000-000000000000", "everything:x", "", "tills"])
def test_only_what_there_is_can_be_stopped(shop: Shop, what: str) -> None:
    assert asked_to_stop(what).status == 400
    assert not Approval.objects.exists()


def test_whoever_only_looks_is_given_no_form(shop: Shop) -> None:
    page = sit_down(Role.SUPPORT).open("/staff/switches")

    assert (page.status, 'name="what"' in page.text) == (200, False)


def test_what_shall_be_stopped_is_decided_first(shop: Shop, now: datetime) -> None:
    with transaction.atomic():
        ask_approval(
            action="refund",
            subject="ref_sooner",
            asked={},
            maker=Actor("operator", "somebody"),
            lifetime=timedelta(minutes=5),
            now=now,
        )
    asked_to_stop("everything")

    page = sit_down(Role.ADMINISTRATOR).open("/staff/approvals").text
    assert page.index("switch_stop") < page.index("ref_sooner")
