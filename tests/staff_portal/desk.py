"""A member of staff in front of the portal: a browser that sends the forms it was given, and nothing else.

desk = sit_down(Role.FRAUD_ANALYST)          # signed in with both factors a moment ago
desk.open("/staff/reviews").send("decision", "release", reason="facts")
"""

import itertools
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any, cast
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from apps.operators.models import Operator, Session
from apps.operators.operations.sessions import open_session
from apps.operators.roles import Role

FORM = "application/x-www-form-urlencoded"
_FORM = re.compile(r"<form([^>]*)>(.*?)</form>", re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
_ACTION = re.compile(r'action="([^"]*)"')
_numbers = itertools.count(1)


@dataclass
class Desk:
    """Somebody's browser, on the page that it saw last."""

    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True, raise_request_exception=False))
    page: HttpResponse = field(default_factory=HttpResponse)
    path: str = "/staff/"
    operator: Operator | None = None
    session: Session | None = None

    @property
    def text(self) -> str:
        return self.page.content.decode()

    @property
    def status(self) -> int:
        return self.page.status_code

    @property
    def location(self) -> str:
        return str(self.page.headers.get("Location", ""))

    @property
    def who(self) -> Operator:
        assert self.operator is not None
        return self.operator

    def open(self, path: str, **headers: str) -> "Desk":
        """Go to an address."""
        self.path = path
        self.page = cast(HttpResponse, self.client.get(path, headers=headers or None))
        return self

    def fields(self, name: str, value: str = "") -> tuple[str, dict[str, str]]:
        """Return where the page's form with this field goes, and what the page put into it."""
        for attributes, inside in _FORM.findall(self.text):
            if f'name="{name}"' in inside and (not value or f'value="{value}"' in inside):
                action = _ACTION.search(attributes)
                hidden = {key: unescape(text) for key, text in _HIDDEN.findall(inside)}
                return (unescape(action.group(1)) if action else self.path), hidden
        raise AssertionError(f"the page has no form with {name} {value}: {self.text[-2000:]}")

    def send(self, name: str, value: str, **typed: str) -> "Desk":
        """Press the button of this name and value, with what was typed into its form."""
        action, hidden = self.fields(name, value if name == "decision" else "")
        return self.send_fields(action, {**hidden, name: value, **typed})

    # Any: a text, or several for one field.
    def send_fields(self, path: str, fields: dict[str, Any], **headers: str) -> "Desk":
        """Send exactly these fields."""
        body = urlencode(fields, doseq=True)
        self.page = cast(HttpResponse, self.client.post(path, body, content_type=FORM, headers=headers or None))
        return self


def sit_down(role: Role, *, language: str = "en", now: datetime | None = None, is_fresh: bool = True) -> Desk:
    """Return a browser in which an operator of this role is signed in."""
    now = now or timezone.now()
    operator = Operator.objects.create(
        email=f"{role}.{next(_numbers)}@shop.example",
        name=f"{role.label} {next(_numbers)}",
        role=role,
        language=language,
        created_at=now,
    )
    with transaction.atomic():
        session, token = open_session(operator, address="192.0.2.7", browser="tests", is_verified=True, now=now)
    if not is_fresh:
        Session.objects.filter(id=session.id).update(fresh_until=now - timedelta(seconds=1))
    desk = Desk(operator=operator, session=session)
    desk.client.cookies["staff_session"] = token.reveal()
    return desk
