"""A person in front of the wallet: sees the screens, touches and types; knows nothing of what is behind them."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from playwright.sync_api import Locator, Page, TimeoutError, expect

from simulators.bank_customer import Login
from simulators.scanner import read_picture
from simulators.till import Till
from stack.play import read_mailed_code
from tests.browser.phones import WebPhone
from tests.journeys.house import PIN, House

WRONG_PIN = "141421"
# Two cores may be shared by many: what takes a moment elsewhere takes longer here.
PATIENCE_MILLISECONDS = 20_000
GLANCE_MILLISECONDS = 2_000


class Person:
    """One customer with one browser."""

    def __init__(self, phone: WebPhone) -> None:
        self.phone = phone
        self.page: Page = phone.page
        self.page.set_default_timeout(PATIENCE_MILLISECONDS)

    def sees(self, screen: str) -> None:
        """Wait until this screen is shown."""
        expect(self.page.locator(f"main[data-screen='{screen}']")).to_be_visible(timeout=PATIENCE_MILLISECONDS)

    def reads(self, text: str) -> None:
        """Wait until this text can be read."""
        expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible(timeout=PATIENCE_MILLISECONDS)

    def touches(self, name: str) -> None:
        """Touch the button or the link of this name: of the window on top, if there is one."""
        ends = time.monotonic() + PATIENCE_MILLISECONDS / 1000
        while True:
            found = self.find(name)
            try:
                found.wait_for(timeout=GLANCE_MILLISECONDS)
            except TimeoutError:
                # The window on top may have been on its way out when we looked.
                if time.monotonic() > ends:
                    raise
            else:
                # Not within the loop's patience: what was touched once is not touched again.
                found.click()
                return

    def confirms(self, name: str) -> None:
        """Touch the button of this name, and the one of the same name in the window that then asks."""
        self.touches(name)
        self.page.locator("dialog").last.wait_for()
        self.touches(name)

    def find(self, name: str) -> Locator:
        """Return the button or the link of this name."""
        windows = self.page.locator("dialog").last if self.page.locator("dialog").count() else self.page
        button = windows.get_by_role("button", name=name, exact=True)
        return button.or_(windows.get_by_role("link", name=name, exact=True)).first

    def goes_to(self, path: str) -> None:
        """Go where a link would lead."""
        self.page.evaluate("path => { location.hash = `/${path}` }", path)
        self.sees(path.split("/")[0])

    def types_pin(self, pin: str = PIN) -> None:
        """Type the PIN into the pad that is there."""
        expect(self.page.locator(".pad").last).to_be_visible(timeout=PATIENCE_MILLISECONDS)
        self.page.keyboard.type(pin)

    def begins_by_mail(self, stack: House) -> str:
        """Register by e-mail, activate, choose a PIN; return the address."""
        email = f"{uuid4().hex}@kundin.example"
        self.sees("welcome")
        self.touches("Mit E-Mail")
        self.page.get_by_label("E-Mail-Adresse").fill(email)
        self.touches("Code schicken")
        self.sees("mailed")
        code = read_mailed_code(stack.card["demo_url"], email)
        assert code is not None
        self.page.get_by_label("Code", exact=True).press_sequentially(code)
        self.sees("activate")
        self.touches("Aktivieren")
        self.chooses_pin()
        return email

    def chooses_pin(self) -> None:
        """Choose the first PIN, twice alike."""
        self.sees("first-pin")
        self.types_pin()
        self.reads("Geben Sie dieselbe PIN noch einmal ein")
        self.page.keyboard.type(PIN)
        self.sees("home")

    def links_account(self, login: Login) -> None:
        """Link the account at the bank's own page, and come back."""
        self.goes_to("means")
        self.touches("Bankkonto verbinden")
        self.types_pin_if_asked("input[name=contract]")
        self.page.locator("input[name=contract]").fill(login.contract)
        self.page.locator("input[name=password]").fill(login.password)
        self.page.keyboard.press("Enter")
        self.page.locator("input[name=account]").first.check()
        self.page.locator("button[value=confirm]").click()
        self.sees("linked")
        self.touches("Abschliessen")
        self.types_pin()
        self.sees("home")

    def types_pin_if_asked(self, otherwise: str) -> None:
        """Type the PIN if it is asked for; what is waited for otherwise comes by itself."""
        expect(self.page.locator(f"dialog .pad, {otherwise}").first).to_be_visible(timeout=PATIENCE_MILLISECONDS)
        if self.page.locator("dialog .pad").count():
            self.types_pin()

    def shows_code(self, pin: str = PIN) -> str:
        """Show a code, and return what a scanner reads from a picture of the screen."""
        self.page.locator("button.big").click()
        self.types_pin_if_asked("main.code") if pin == PIN else self.types_pin(pin)
        self.sees("code")
        return read_picture(self.page.screenshot())

    def forgets_pin(self) -> None:
        """Let the PIN session end, as it does when the phone is put away."""
        self.page.evaluate("document.dispatchEvent(new Event('freeze'))")


def sell(till: Till, code: str, amount: int) -> dict[str, Any]:
    """Sell something for the code, however long the customer takes to agree."""
    payment = till.await_outcome(till.authorise(code, amount, uuid4().hex, lines=_lines(amount)), within_seconds=40)
    return till.capture(payment["id"]) if payment["status"] == "authorised" else payment


@contextmanager
def selling(stack: House, code: str, amount: int) -> Iterator["Future[dict[str, Any]]"]:
    """Sell meanwhile; the till has its answer at the end."""
    sale = stack.begin(sell, stack.till(), code, amount)
    yield sale
    stack.finish(sale, within_seconds=60)


def _lines(amount: int) -> list[dict[str, Any]]:
    return [
        {"name": "Äpfel", "quantity": "1.250", "amount": 500, "vat_rate_basis_points": 260},
        {"name": "Wein", "quantity": "1", "amount": amount - 500, "vat_rate_basis_points": 810},
    ]
