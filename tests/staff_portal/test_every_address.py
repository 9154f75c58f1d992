"""Every address with every role gets exactly what the table says, and a new one without a rule is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.http.response import HttpResponseBase
from django.urls import reverse
from playwright.sync_api import Page

from apps.approvals.operations import ask_approval
from apps.cases.operations import open_case
from apps.cases.states import Severity
from apps.kernel.actors import Actor
from apps.operators.roles import Permission, Role, may
from apps.staff_portal.gate import Rule
from apps.staff_portal.urls import urlpatterns
from apps.transactions.models import Payment
from tests.fraud.bench import draft
from tests.operators.staff import make_operator
from tests.staff_portal.desk import Desk, sit_down

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
NARROW, PHONE, WIDE = 320, 390, 1280
LARGEST_PAGE = 250_000
PUBLIC = {"staff-login", "staff-login-code", "staff-login-setup", "staff-invitation"}


def rule_of(view: Callable[..., HttpResponseBase]) -> Rule:
    rule = getattr(view, "staff_rule", None)
    assert isinstance(rule, Rule), f"{view} is not made by page() or public_page()"
    return rule


RULES = {str(pattern.name): rule_of(pattern.callback) for pattern in urlpatterns}


@pytest.fixture
def addresses(hold: Callable[..., Payment], now: datetime) -> dict[str, str]:
    payment = hold()
    with transaction.atomic():
        case = open_case(kind="test", severity=Severity.WARNING, subject="tests", summary="Look.", now=now)
        approval = ask_approval(
            action="refund",
            subject=payment.public_id,
            asked={},
            maker=Actor("operator", "somebody"),
            lifetime=timedelta(hours=1),
            now=now,
        )
    rule = draft({"measure": "amount_minor", "at_least": 1})
    assert payment.device is not None
    assert payment.customer is not None
    subjects = {
        "staff-payment": payment.public_id,
        "staff-payment-refund": payment.public_id,
        "staff-payment-cancel": payment.public_id,
        "staff-payment-code": payment.public_id,
        "staff-case": case.public_id,
        "staff-approval": approval.id,
        "staff-device": payment.device.public_id,
        "staff-customer": payment.customer.public_id,
        "staff-customer-contact": payment.customer.public_id,
        "staff-letter": payment.customer.public_id,
        "staff-reidentify": payment.customer.public_id,
        "staff-rule": rule.id,
        "staff-rule-tests": rule.id,
        "staff-operator": make_operator(now=now).operator.public_id,
    }
    return {name: reverse(name, args=[subjects[name]] if name in subjects else []) for name in RULES}


def test_only_signing_in_is_open_to_everybody() -> None:
    assert {name for name, rule in RULES.items() if rule.is_public} == PUBLIC


def test_whatever_is_about_somebody_asks_for_a_permission() -> None:
    own = {"staff-home", "staff-logout", "staff-confirm", "staff-preferences"}

    assert {name for name, rule in RULES.items() if rule.see is None} == PUBLIC | own


def test_no_permission_is_granted_that_opens_nothing() -> None:
    asked_for = {permission for rule in RULES.values() for permission in (rule.see, rule.change)}
    # Asked for within a page: who is the second person for what, and what is shown to whom.
    within = {Permission.DECIDE_MONEY, Permission.DECIDE_RULES, Permission.DECIDE_SWITCHES, Permission.MOVE_CUSTOMERS}

    assert set(Permission) == (asked_for - {None}) | within


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_and_changes_what_its_row_says(addresses: dict[str, str], role: Role) -> None:
    desk = sit_down(role)

    for name, rule in RULES.items():
        if rule.is_public or name == "staff-logout":
            continue
        sees = rule.see is None or may(role, rule.see)
        assert desk.open(addresses[name]).status == (200 if sees else 403), name
        if rule.change is None:
            continue
        token = desk.open("/staff/preferences").fields("language")[1]["csrfmiddlewaretoken"]
        # Understood by nobody: whoever may gets as far as the form's fields.
        desk.send_fields(addresses[name], {"csrfmiddlewaretoken": token})
        assert desk.status in ((400, 409) if may(role, rule.change) else (403,)), name


def test_nobody_sees_anything_without_signing_in(addresses: dict[str, str]) -> None:
    for name, rule in RULES.items():
        if not rule.is_public:
            desk = Desk().open(addresses[name])
            assert (desk.status, desk.location.split("?")[0]) == (303, "/staff/login"), name


def test_every_answer_is_closed_in_and_kept_nowhere(addresses: dict[str, str]) -> None:
    desk = sit_down(Role.ADMINISTRATOR)

    for name in RULES:
        headers = desk.open(addresses[name]).page.headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], name
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in desk.open("/staff/nowhere").page.headers["Content-Security-Policy"]


def test_no_page_needs_a_style_or_a_script_of_its_own(addresses: dict[str, str]) -> None:
    desk = sit_down(Role.ADMINISTRATOR)

    for name in (name for name in RULES if not name.endswith("-csv")):
        text = desk.open(addresses[name]).text
        assert " style=" not in text, name
        assert "<style" not in text, name
        assert " onclick=" not in text, name
        allowed = ('<script type="module" src="/static/staff/js/', '<script defer src="/static/htmx/htmx.min.js">')
        assert text.count("<script") == sum(text.count(script) for script in allowed), name


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_evidence_is_neither_changed_nor_removed(method: str) -> None:
    desk = sit_down(Role.ADMINISTRATOR)

    assert getattr(desk.client, method)("/staff/audit").status_code in (403, 405)
    assert desk.client.post("/staff/audit").status_code in (403, 405)
    token = desk.open("/staff/preferences").fields("language")[1]["csrfmiddlewaretoken"]
    assert desk.send_fields("/staff/audit", {"csrfmiddlewaretoken": token}).status == 405


def test_every_page_is_for_everybody_on_every_screen_in_the_light_and_in_the_dark(
    addresses: dict[str, str], on_page: Callable[..., object]
) -> None:
    without_page = {"staff-logout", "staff-figures", *(name for name in RULES if name.endswith("-csv"))}
    pages = {name: path for name, path in addresses.items() if name not in without_page | PUBLIC}

    def look(page: Page) -> list[str]:
        trouble: list[str] = []
        page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
        for name, path in pages.items():
            page.set_viewport_size({"width": NARROW, "height": 740})
            answer = page.goto(path)
            assert answer is not None
            if (size := len(answer.body())) > LARGEST_PAGE:
                trouble.append(f"{name} has {size} bytes")
            page.evaluate(AXE)
            for width, scheme in ((NARROW, "light"), (PHONE, "dark"), (WIDE, "dark"), (WIDE, "light")):
                page.set_viewport_size({"width": width, "height": 740})
                page.emulate_media(color_scheme=scheme)
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    trouble.append(f"{name} is wider than {width}")
                if width != PHONE:
                    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
                    trouble += [
                        f"{name} {width} {scheme}: {one['id']} {one['nodes'][0]['html'][:200]}" for one in found
                    ]
        return trouble

    assert on_page(Role.ADMINISTRATOR, look) == []
