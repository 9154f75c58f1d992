"""What staff decide happens once, with a reason, as everywhere else; and what they read is text."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.utils.html import escape

from apps.approvals.models import Approval
from apps.approvals.operations import ask_approval
from apps.audit.models import Record
from apps.audit.operations import record
from apps.cases.models import Case
from apps.cases.operations import open_case
from apps.cases.states import Severity
from apps.customers.models import Customer
from apps.devices.operations import move_device
from apps.devices.states import DeviceStatus
from apps.instruments.models import Instrument
from apps.kernel.actors import Actor
from apps.operators.roles import Role
from apps.transactions.models import Payment
from apps.transactions.states import Status
from tests.cast import STAFF, Phone
from tests.shop import Shop
from tests.staff_portal.desk import Desk, sit_down

XSS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onfocus='alert(1)",
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "{% load x %}",
    "{0.__class__}",
    "%(x)s",
    "</textarea><iframe>",
]


def status_of(payment: Payment) -> str:
    return Payment.objects.get(id=payment.id).status


def test_the_first_page_counts_what_waits(hold: Callable[..., Payment]) -> None:
    desk = sit_down(Role.FRAUD_ANALYST)
    assert "Nothing to do." in desk.open("/staff/").text

    hold()

    assert 'class="busy"' in desk.open("/staff/").text
    assert '<strong class="count">1</strong>' in desk.text


def test_a_held_payment_is_released_with_its_facts_in_sight(hold: Callable[..., Payment], now: datetime) -> None:
    payment = hold()
    desk = sit_down(Role.FRAUD_ANALYST).open("/staff/reviews")
    for fact in ("CHF\u00a0987.65", "new device &lt;b&gt;", "Bahnhof", "Kasse 1", "***@example.com"):
        assert fact in desk.text

    desk.send("decision", "release", reason="known", note="called her")

    assert desk.location == "/staff/reviews?done=done_released"
    assert status_of(payment) == Status.AUTHORISING
    kept = Record.objects.get(action="review.released")
    assert (kept.actor_id, kept.reason) == (desk.who.public_id, "known: called her")
    assert "Released." in desk.open(desk.location).text


def test_a_held_payment_is_refused(hold: Callable[..., Payment]) -> None:
    payment = hold()

    sit_down(Role.FRAUD_ANALYST).open(f"/staff/payments/{payment.public_id}").send("decision", "refuse", reason="facts")

    assert status_of(payment) == Status.DECLINED


def test_a_double_click_has_one_effect(hold: Callable[..., Payment]) -> None:
    payment = hold()
    desk = sit_down(Role.FRAUD_ANALYST).open("/staff/reviews")
    action, hidden = desk.fields("decision")
    fields = hidden | {"decision": "release", "reason": "facts", "note": ""}

    first = desk.send_fields(action, fields).status
    second = desk.send_fields(action, fields).status

    assert (first, second) == (303, 409)
    assert Record.objects.filter(subject=payment.public_id, action__startswith="review.").count() == 1


def test_of_two_who_decide_at_once_one_is_heard(hold: Callable[..., Payment]) -> None:
    payment = hold()
    desks = [sit_down(Role.FRAUD_ANALYST).open("/staff/reviews") for _ in range(2)]

    def decide(at: int) -> int:
        try:
            return desks[at].send("decision", ("release", "refuse")[at], reason="facts").status
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, range(2))) == [303, 409]
    assert Record.objects.filter(subject=payment.public_id, action__startswith="review.").count() == 1


def test_a_page_that_is_too_old_decides_nothing(hold: Callable[..., Payment]) -> None:
    payment = hold()
    desk = sit_down(Role.FRAUD_ANALYST).open("/staff/reviews")
    action, hidden = desk.fields("decision")

    desk.send_fields(action, hidden | {"version": "99", "decision": "release", "reason": "facts"})

    assert desk.status == 409
    assert "edit_conflict" in desk.text
    assert status_of(payment) == Status.IN_REVIEW


@pytest.mark.parametrize(
    "fields", [{"reason": "because"}, {"decision": "maybe"}, {"note": "4111 1111 1111 1111"}, {"note": "x" * 501}]
)
def test_a_decision_needs_a_reason_and_no_card_number(hold: Callable[..., Payment], fields: dict[str, str]) -> None:
    payment = hold()
    desk = sit_down(Role.FRAUD_ANALYST).open("/staff/reviews")
    action, hidden = desk.fields("decision")

    desk.send_fields(action, hidden | {"decision": "release", "reason": "facts", "note": ""} | fields)

    assert desk.status == 400
    assert status_of(payment) == Status.IN_REVIEW


def test_whoever_may_not_decide_is_shown_no_button(hold: Callable[..., Payment]) -> None:
    hold()

    assert 'name="decision"' not in sit_down(Role.AUDITOR).open("/staff/reviews").text


def test_the_page_of_a_payment_tells_its_whole_story(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 4250, now=now)
    shop.capture(payment, now=now)

    text = sit_down(Role.SUPPORT).open(f"/staff/payments/{payment.public_id}").text

    for told in ("payment.authorised", "payment.captured", "authorise: approved", " ms", "Test bank"):
        assert told in text
    assert phone.customer.email not in text


def test_a_revoked_device_pays_nowhere_any_more(shop: Shop, phone: Phone, now: datetime) -> None:
    code = phone.make_code(now=now)
    desk = sit_down(Role.SUPPORT).open(f"/staff/devices/{phone.identity.public_id}")

    desk.send("decision", "revoke", reason="customer_asked")

    assert desk.status == 303
    assert phone.device().status == DeviceStatus.REVOKED
    assert shop.sell(phone, now=now, code=code).status == Status.DECLINED
    assert "customer_asked" in desk.open(desk.location).text
    assert 'name="decision"' not in desk.text


def test_a_device_is_locked_and_unlocked(phone: Phone) -> None:
    desk = sit_down(Role.SUPPORT).open(f"/staff/devices/{phone.identity.public_id}")

    desk.send("decision", "lock", reason="suspicion")
    assert phone.device().status == DeviceStatus.LOCKED
    desk.open(desk.location.partition("?")[0]).send("decision", "unlock", reason="cleared")

    assert phone.device().status == DeviceStatus.ACTIVE


def test_a_stale_page_does_not_unlock_what_somebody_locked(phone: Phone, now: datetime) -> None:
    desk = sit_down(Role.SUPPORT).open(f"/staff/devices/{phone.identity.public_id}")
    action, hidden = desk.fields("decision", "lock")
    move_device(device_id=phone.identity.id, to=DeviceStatus.SUSPENDED, reason="x", by=STAFF, now=now)

    desk.send_fields(action, hidden | {"decision": "unlock", "reason": "cleared"})

    assert desk.status == 409
    assert phone.device().status == DeviceStatus.SUSPENDED


def test_a_cloned_device_is_in_the_queue_and_is_not_let_go_on(phone: Phone, now: datetime) -> None:
    move_device(device_id=phone.identity.id, to=DeviceStatus.SUSPENDED, reason="cloned", by=STAFF, now=now)
    desk = sit_down(Role.FRAUD_ANALYST)
    assert phone.identity.public_id in desk.open("/staff/devices").text

    assert 'value="unlock"' not in desk.open(f"/staff/devices/{phone.identity.public_id}").text


def test_a_customer_is_frozen_and_his_account_suspended(shop: Shop, phone: Phone, now: datetime) -> None:
    desk = sit_down(Role.FRAUD_ANALYST).open(f"/staff/customers/{phone.customer.public_id}")
    path = desk.path

    desk.send("decision", "freeze", reason="suspicion")
    assert Customer.objects.get(id=phone.customer.id).status == "frozen"
    assert shop.sell(phone, now=now).status == Status.DECLINED
    desk.open(path).send("decision", "unfreeze", reason="cleared")
    desk.open(path).send("decision", "suspend", reason="suspicion")

    assert Customer.objects.get(id=phone.customer.id).status == "active"
    assert Instrument.objects.get(customer=phone.customer).status == "suspended"
    assert phone.customer.email not in desk.open(path).text


def make_case(now: datetime, summary: str = "Look at this.") -> Case:
    with transaction.atomic():
        return open_case(kind="test", severity=Severity.ALARM, subject="tests", summary=summary, now=now)


def test_a_case_is_taken_by_one_and_resolved_with_words(now: datetime) -> None:
    path = f"/staff/cases/{make_case(now).public_id}"
    desk, other = sit_down(Role.SUPPORT).open(path), sit_down(Role.FINANCE).open(path)

    desk.send("decision", "take")
    other.send("decision", "take")
    assert (desk.status, other.status) == (303, 409)
    assert desk.who.name in other.open("/staff/cases").text
    desk.open(path).send("decision", "resolve", resolution="Called the shop.")

    case = Case.objects.get()
    assert (case.status, case.resolution, case.resolved_by) == ("resolved", "Called the shop.", str(desk.who.actor))


def make_approval(maker: Actor, now: datetime) -> Approval:
    with transaction.atomic():
        return ask_approval(
            action="refund",
            subject="ref_test",
            asked={"amount": 4250},
            maker=maker,
            lifetime=timedelta(hours=1),
            now=now,
        )


def test_the_maker_is_never_the_checker(now: datetime) -> None:
    desk = sit_down(Role.FINANCE)
    approval = make_approval(desk.who.actor, now)
    path = f"/staff/approvals/{approval.id}"
    assert 'name="decision"' not in desk.open(path).text
    token = desk.open("/staff/preferences").fields("language")[1]["csrfmiddlewaretoken"]
    fields = {"csrfmiddlewaretoken": token, "hash": bytes(approval.asked_hash).hex(), "note": "mine"}

    desk.send_fields(path, fields | {"decision": "allow"})

    assert desk.status == 403
    assert "same_person" in desk.text
    assert Approval.objects.get(id=approval.id).status == "awaiting"


def test_a_second_person_allows_once(now: datetime) -> None:
    approval = make_approval(Actor("operator", "somebody"), now)
    desk = sit_down(Role.FINANCE).open(f"/staff/approvals/{approval.id}")
    action, hidden = desk.fields("decision")
    fields = hidden | {"decision": "allow", "note": "seen the receipt"}

    statuses = [desk.send_fields(action, fields).status for _ in range(2)]

    assert statuses == [303, 409]
    decided = Approval.objects.get(id=approval.id)
    assert (decided.status, decided.checker) == ("approved", str(desk.who.actor))


def test_what_was_asked_otherwise_than_it_was_shown_is_not_decided(now: datetime) -> None:
    approval = make_approval(Actor("operator", "somebody"), now)
    desk = sit_down(Role.FINANCE).open(f"/staff/approvals/{approval.id}")
    action, hidden = desk.fields("decision")

    desk.send_fields(action, hidden | {"hash": "00" * 32, "decision": "allow", "note": "yes"})

    assert (desk.status, "edit_conflict" in desk.text) == (409, True)


def test_an_exact_id_leads_to_its_page_and_anything_else_is_listed(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 4250, now=now, reference="R-exact")
    desk = sit_down(Role.SUPPORT)

    for prefix, found in (
        ("payments", payment.public_id),
        ("devices", phone.identity.public_id),
        ("customers", phone.customer.public_id),
    ):
        assert desk.open(f"/staff/search?q={found}").location == f"/staff/{prefix}/{found}"
    assert payment.public_id in desk.open("/staff/search?q=R-exact").text
    assert phone.customer.public_id in desk.open(f"/staff/search?q={phone.customer.email.upper()}").text
    label = Instrument.objects.get(customer=phone.customer).label
    assert phone.customer.public_id in desk.open(f"/staff/search?q={label[-4:]}").text
    assert payment.public_id not in desk.open("/staff/search?q=R-exac").text


def test_a_card_number_is_not_searched_for_and_not_repeated() -> None:
    desk = sit_down(Role.SUPPORT).open("/staff/search?q=4111+1111+1111+1111")

    assert desk.status == 400
    assert "4111" not in desk.text


def test_whoever_may_not_see_customers_finds_none(phone: Phone) -> None:
    desk = sit_down(Role.FINANCE)

    assert phone.customer.public_id not in desk.open(f"/staff/search?q={phone.customer.email}").text
    assert desk.open(f"/staff/search?q={phone.identity.public_id}").status == 200


@pytest.mark.parametrize("payload", XSS, ids=range(len(XSS)))
def test_what_somebody_typed_is_shown_as_text(hold: Callable[..., Payment], now: datetime, payload: str) -> None:
    payment = hold(cashier=payload[:40])
    with transaction.atomic():
        record(actor=STAFF, action="test", subject=payment.public_id, reason=payload, facts={"x": payload}, now=now)
    case = make_case(now, payload)
    desk = sit_down(Role.ADMINISTRATOR)

    for path in (
        "/staff/reviews",
        f"/staff/payments/{payment.public_id}",
        f"/staff/cases/{case.public_id}",
        "/staff/cases",
        "/staff/audit",
    ):
        text = desk.open(path).text
        assert desk.status == 200
        assert escape(payload[:40]) in text
        for dangerous in ("<script>alert", "<img src=x", "<svg onload", "onfocus='alert", "<iframe>"):
            assert dangerous not in text
    desk.client.get("/staff/search", {"q": payload, "done": payload})
    reflected = desk.open(f"/staff/search?q={quote(payload)}").text
    assert "<script>alert" not in reflected
    assert "<svg onload" not in reflected


def test_the_trail_is_read_page_by_page_without_gaps(now: datetime) -> None:
    with transaction.atomic():
        for number in range(5):
            record(actor=STAFF, action=f"walk.{number}", subject="walk", now=now)
    desk = sit_down(Role.AUDITOR).open("/staff/audit?subject=walk&size=2")
    seen: list[str] = []
    while True:
        seen += [number for number in "01234" if f"walk.{number}" in desk.text]
        older = desk.text.partition('href="?')[2].partition('"')[0]
        if not older:
            break
        desk.open("/staff/audit?" + older.replace("&amp;", "&"))

    assert sorted(seen) == list("01234")
    assert len(seen) == 5


@pytest.mark.parametrize("query", ["size=0", "size=1000000", "size=-1", "before=1", "page=2", "order=reason", "size=²"])
def test_what_the_trail_does_not_know_is_refused(query: str) -> None:
    assert sit_down(Role.AUDITOR).open(f"/staff/audit?{query}").status == 400


def test_the_sheet_holds_this_filter_and_no_formula(now: datetime) -> None:
    with transaction.atomic():
        record(actor=STAFF, action="sheet", subject="sheet", reason="=HYPERLINK(1)", now=now)
        record(actor=STAFF, action="other", subject="other", now=now)

    response = sit_down(Role.AUDITOR).client.get("/staff/audit.csv?subject=sheet")
    lines = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]

    assert len(lines) == 2
    assert '"\'=HYPERLINK(1)"' in lines[1]
    assert response.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'


@pytest.mark.parametrize("path", ["/staff/payments/pay_nothing", "/staff/payments/dev_01m84j1fzxe4n81z9c3erjb02x"])
def test_another_form_of_an_id_is_no_address(path: str) -> None:
    assert sit_down(Role.ADMINISTRATOR).open(path).status == 404


def test_what_does_not_exist_is_said_to_be_missing() -> None:
    desk: Desk = sit_down(Role.ADMINISTRATOR).open("/staff/payments/pay_01m84j1fzxe4n81z9c3erjb02x")

    assert (desk.status, "payment_not_found" in desk.text) == (404, True)
