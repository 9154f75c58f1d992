"""Support stops a phone in the portal, and its next code is refused at the till, all of it in real processes."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.kernel.masking import Secret
from apps.operators.credentials import totp_code
from tests.browser.person import PATIENCE_MILLISECONDS
from tests.journeys.house import PIN, House


@pytest.fixture
def desk(browser: Browser, stack: House) -> Callable[[str], Page]:
    """Return what signs the demo's operator of a role in, with what the card says."""

    def sign_in(role: str) -> Page:
        login = next(login for login in stack.card["logins"] if login["role"] == role)
        page = browser.new_context(locale="de-CH").new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        page.goto(stack.card["staff_url"])
        page.get_by_label("E-Mail-Adresse").fill(login["name"])
        page.get_by_label("Passwort").fill(login["password"])
        page.keyboard.press("Enter")
        key = Secret(base64.b32decode(login["totp_secret"]))
        page.get_by_label("Code").fill(totp_code(key, at=datetime.now(UTC)))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Übersicht")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
        return page

    return sign_in


def test_a_phone_that_support_revokes_is_refused_at_its_next_code(
    desk: Callable[[str], Page], stack: House, tmp_path: Path
) -> None:
    phone, _ = stack.customer(tmp_path)
    phone.go_online()
    email = phone.me()["email"]
    till = stack.till()
    paid = till.await_outcome(till.authorise(phone.make_code(PIN), 1250, uuid4().hex), within_seconds=40)
    assert paid["status"] == "authorised"
    code = phone.make_code(PIN)

    page = desk("support")
    page.get_by_role("searchbox").fill(email)
    page.keyboard.press("Enter")
    page.locator("ul.rows a").click()
    page.get_by_role("row", name="Phone").get_by_role("link").first.click()
    page.get_by_role("button", name="Widerrufen").click()
    expect(page.get_by_role("status")).to_contain_text("Ausgeführt")

    refused = till.await_outcome(till.authorise(code, 1250, uuid4().hex), within_seconds=40)
    assert (refused["status"], refused["decline"]["code"]) == ("declined", "rejected")
    # What was sold before is still the shop's.
    assert till.capture(paid["id"])["status"] == "captured"
    page.context.close()
