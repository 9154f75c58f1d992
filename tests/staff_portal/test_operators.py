"""The pages about operators: who is let in no more, and that somebody always remains."""

import pytest

from apps.audit.models import Record
from apps.operators.models import Operator, Session
from apps.operators.roles import Role
from tests.staff_portal.desk import Desk, sit_down


def page_of(desk: Desk, other: Desk) -> Desk:
    return desk.open(f"/staff/operators/{other.who.public_id}")


def is_active(desk: Desk) -> bool:
    return Operator.objects.get(id=desk.who.id).is_active


def test_an_administrator_disables_and_enables_with_a_reason() -> None:
    desk, other = sit_down(Role.ADMINISTRATOR), sit_down(Role.SUPPORT)

    assert page_of(desk, other).send("decision", "disable", reason="left", note="gone").status == 303

    assert not is_active(other)
    assert other.open("/staff/").status == 303
    kept = Record.objects.get(action="operator.disabled", subject=other.who.public_id)
    assert (kept.actor_id, kept.reason) == (desk.who.public_id, "left: gone")
    assert page_of(desk, other).send("decision", "enable", reason="cleared").status == 303
    assert is_active(other)


def test_a_form_sent_twice_has_one_effect() -> None:
    desk, other = sit_down(Role.ADMINISTRATOR), sit_down(Role.SUPPORT)
    path, hidden = page_of(desk, other).fields("decision", "disable")
    fields = {**hidden, "decision": "disable", "reason": "left"}

    assert [desk.send_fields(path, fields).status for _ in range(2)] == [303, 409]

    assert "edit_conflict" in desk.text
    assert Record.objects.filter(action="operator.disabled").count() == 1


def test_nobody_disables_himself() -> None:
    desk = sit_down(Role.ADMINISTRATOR)
    sit_down(Role.ADMINISTRATOR)

    page_of(desk, desk).send("decision", "disable", reason="left")

    assert (desk.status, "your own account" in desk.text) == (409, True)
    assert is_active(desk)


def test_a_session_of_another_is_ended_once() -> None:
    desk, other = sit_down(Role.ADMINISTRATOR), sit_down(Role.SUPPORT)
    path, hidden = page_of(desk, other).fields("session")
    fields = {**hidden, "decision": "end_session", "reason": "suspicion"}

    assert [desk.send_fields(path, fields).status for _ in range(2)] == [303, 409]

    assert other.open("/staff/").status == 303
    assert Record.objects.filter(action="operator.session_ended", actor_id=desk.who.public_id).count() == 1


def test_a_session_is_ended_only_through_its_own_operator() -> None:
    desk, other, third = sit_down(Role.ADMINISTRATOR), sit_down(Role.SUPPORT), sit_down(Role.SUPPORT)
    assert third.session is not None
    path, hidden = page_of(desk, other).fields("session")
    fields = {**hidden, "decision": "end_session", "reason": "suspicion", "session": str(third.session.id)}

    assert desk.send_fields(path, fields).status == 409
    assert Session.objects.get(id=third.session.id).ended_at is None


def test_changing_needs_a_fresh_second_factor() -> None:
    desk, other = sit_down(Role.ADMINISTRATOR, is_fresh=False), sit_down(Role.SUPPORT)

    page_of(desk, other).send("decision", "disable", reason="left")

    assert desk.location.startswith("/staff/confirm")
    assert is_active(other)


def test_an_auditor_reads_and_is_offered_nothing() -> None:
    desk, other = sit_down(Role.AUDITOR), sit_down(Role.SUPPORT)

    assert other.who.name in desk.open("/staff/operators").text
    assert page_of(desk, other).status == 200
    assert 'name="decision"' not in desk.text


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": "promote"},
        {"decision": "disable", "reason": "nothing"},
        {"decision": "disable", "reason": "left", "note": "4111 1111 1111 1111"},
        {"decision": ["disable", "enable"], "reason": "left"},
        {"decision": "end_session", "reason": "left", "session": "1"},
    ],
    ids=["unknown", "reason", "card", "twice", "session"],
)
def test_what_the_page_never_sends_is_not_understood(fields: dict[str, str | list[str]]) -> None:
    desk, other = sit_down(Role.ADMINISTRATOR), sit_down(Role.SUPPORT)
    path, hidden = page_of(desk, other).fields("decision", "disable")

    assert desk.send_fields(path, {**hidden, **fields}).status == 400
    assert is_active(other)


def test_fields_that_the_form_does_not_have_change_nothing() -> None:
    desk, other = sit_down(Role.ADMINISTRATOR), sit_down(Role.SUPPORT)

    page_of(desk, other).send("decision", "disable", reason="left", role="administrator", is_staff="1")

    assert Operator.objects.get(id=other.who.id).role == Role.SUPPORT


@pytest.mark.parametrize("after", ["0", "-1", "1000000000", "pay_01m84j1fzxe4n81z9c3erjb02x", "<b>", "{{7*7}}"])
def test_a_place_that_is_none_is_not_understood(after: str) -> None:
    desk = sit_down(Role.ADMINISTRATOR)
    desk.client.raise_request_exception = True
    page = desk.client.get("/staff/operators", {"after": after})

    assert page.status_code == 400
    assert "<b>" not in page.content.decode()


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x>', "{{7*7}}", "{0.__class__}", "%(x)s"])
def test_a_name_is_shown_as_it_was_typed(name: str) -> None:
    desk, other = sit_down(Role.ADMINISTRATOR), sit_down(Role.SUPPORT)
    Operator.objects.filter(id=other.who.id).update(name=name)

    for path in ("/staff/operators", f"/staff/operators/{other.who.public_id}"):
        text = desk.open(path).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert name.replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;") in text
