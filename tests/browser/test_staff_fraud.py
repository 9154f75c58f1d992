"""A rule is written by one person without code, allowed by another, and then holds a payment at a real till."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.kernel.masking import Secret
from apps.operators.credentials import TOTP_SECONDS, totp_code
from tests.browser.person import PATIENCE_MILLISECONDS
from tests.journeys.house import PIN, House

# Nobody else in these tests pays exactly so much.
AMOUNT, TYPED = 7701, "77.01"


@contextmanager
def signed_in(browser: Browser, stack: House, role: str) -> Iterator[Page]:
    """Sign the demo's operator of a role in, with what the card says."""
    login = next(login for login in stack.card["logins"] if login["role"] == role)
    context = browser.new_context(locale="de-CH")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    page.goto(stack.card["staff_url"])
    page.get_by_label("E-Mail-Adresse").fill(login["name"])
    page.get_by_label("Passwort").fill(login["password"])
    page.keyboard.press("Enter")
    key, home = Secret(base64.b32decode(login["totp_secret"])), page.get_by_role("heading", name="Übersicht")
    # A code is good once, and another test may have used the one of this moment.
    for ahead in (0, TOTP_SECONDS):
        page.get_by_label("Code").fill(totp_code(key, at=datetime.now(UTC) + timedelta(seconds=ahead)))
        page.keyboard.press("Enter")
        expect(home.or_(page.locator("#error"))).to_be_visible()
        if home.is_visible():
            break
    expect(home).to_be_visible()
    yield page
    context.close()


@pytest.fixture
def analyst(browser: Browser, stack: House) -> Iterator[Page]:
    with signed_in(browser, stack, "fraud_analyst") as page:
        yield page


@pytest.fixture
def second(browser: Browser, stack: House) -> Iterator[Page]:
    with signed_in(browser, stack, "administrator") as page:
        yield page


def write_rule(page: Page, name: str) -> None:
    """Write a rule about one exact amount with the form, and save the draft."""
    page.get_by_role("link", name="Betrugsregeln").click()
    page.get_by_role("link", name="Neue Regel").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Stichwort").fill("odd_amount")
    page.get_by_label("Weitere Bedingung").select_option(label="Betrag der Zahlung")
    page.get_by_role("button", name="Hinzufügen").click()
    amount = page.get_by_role("group", name="Betrag der Zahlung")
    amount.get_by_label("mindestens").fill(TYPED)
    amount.get_by_label("höchstens").fill(TYPED)
    page.get_by_role("button", name="Entwurf speichern").click()
    expect(page.locator(".says")).to_contain_text(f"Betrag der Zahlung: genau CHF\u00a0{TYPED}")


def becomes(page: Page, stack: House, state: str) -> None:
    """Read the rule's page again until it is in this state."""

    def is_so() -> bool:
        page.reload()
        return page.locator("header.object .badge", has_text=state).count() == 1

    assert stack.eventually(is_so, PATIENCE_MILLISECONDS / 1000), state


def allow(page: Page, question: str) -> None:
    """Say yes to the question of this address, as the second person."""
    page.goto(question)
    expect(page.locator(".says")).to_contain_text(TYPED)
    page.get_by_label("Grund").fill("Gesehen")
    page.get_by_role("button", name="Bewilligen").click()
    expect(page.get_by_role("status")).to_contain_text("Ausgeführt")


def ask(page: Page, button: str) -> str:
    """Ask a second person, and return where the question stands."""
    page.get_by_role("button", name=button).click()
    return page.evaluate("link => link.href", page.get_by_role("link", name="Zur Frage").element_handle())  # type: ignore[no-any-return]


def test_a_rule_written_by_one_and_allowed_by_another_holds_a_payment_that_one_key_decides(
    analyst: Page, second: Page, stack: House, tmp_path: Path
) -> None:
    write_rule(analyst, f"odd_{uuid4().hex[:8]}")
    address = analyst.url.partition("?")[0]
    allow(second, ask(analyst, "Einer zweiten Person vorlegen"))
    becomes(analyst, stack, "zur Probe")

    analyst.get_by_role("button", name="Rückblick starten").click()
    expect(analyst.get_by_role("table", name="Ergebnis")).to_contain_text("zu Ende")
    analyst.goto(address)
    allow(second, ask(analyst, "Inkraftsetzung verlangen"))
    becomes(analyst, stack, "in Kraft")

    phone, _ = stack.customer(tmp_path)
    till = stack.till()
    code = phone.make_code(PIN)
    analyst.get_by_role("link", name="Zahlungen in Prüfung").click()
    held = till.authorise(code, AMOUNT, uuid4().hex)
    assert held["status"] == "processing"
    # The till waits for what becomes of it while somebody decides.
    heard = stack.begin(till.await_outcome, held, 40)
    row = analyst.locator(f"[id={held['id']}]")
    expect(row).to_contain_text("odd_amount")
    expect(row).to_contain_text("in Prüfung")
    row.focus()
    analyst.keyboard.press("a")

    assert stack.finish(heard, within_seconds=40)["status"] == "authorised"
    expect(analyst.get_by_role("status")).to_contain_text("Freigegeben")
    analyst.goto(address)
    analyst.get_by_role("button", name="Regel beenden").click()
    expect(analyst.locator("header.object .badge")).to_have_text("beendet")
