"""A browser in front of the page: it sends the forms that it was given, with what somebody filled in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import cast
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from apps.mail.models import Letter
from tests.cast import Phone

ADDRESS = "/lost-phone"
FORM = "application/x-www-form-urlencoded"
_FORM = re.compile(r"<form.*?</form>", re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@dataclass
class Browser:
    """Somebody's browser, on the page that it saw last."""

    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True, raise_request_exception=False))
    page: HttpResponse = field(default_factory=HttpResponse)

    @property
    def text(self) -> str:
        return self.page.content.decode()

    def open(self, query: str = "", **headers: str) -> "Browser":
        self.page = cast(HttpResponse, self.client.get(ADDRESS + query, headers=headers or None))
        return self

    def hidden(self, form: int = 0) -> dict[str, str]:
        """Return what the page put into one of its forms."""
        return {name: unescape(value) for name, value in _HIDDEN.findall(_FORM.findall(self.text)[form])}

    def send(self, form: int = 0, **typed: str | Sequence[str]) -> HttpResponse:
        """Send a form of the page with what was typed into it."""
        return self.send_fields({**self.hidden(form), **typed})

    def send_fields(self, fields: Mapping[str, str | Sequence[str]], **headers: str) -> HttpResponse:
        """Send exactly these fields."""
        body = urlencode(fields, doseq=True)
        self.page = cast(HttpResponse, self.client.post(ADDRESS, body, content_type=FORM, headers=headers or None))
        return self.page

    def devices(self) -> list[str]:
        """Return which devices may be chosen on the page."""
        return re.findall(r'name="device" value="([^"]*)"', self.text)

    def prove(self, phone: Phone) -> "Browser":
        """Go as far as the choice of devices."""
        self.open().send(email=phone.customer.email)
        self.send(code=code_for(phone.customer.email))
        return self


def code_for(email: str) -> str:
    """Return the code of the newest letter, as it is typed from it."""
    letter = Letter.objects.filter(to=email, cause__startswith="lost_phone").latest("id")
    found = re.search(r"\d{4} \d{4}", letter.text)
    assert found is not None
    return found.group()
