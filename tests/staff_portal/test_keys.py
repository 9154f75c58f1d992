"""A real browser, one key, and a payment goes on; without a script the same buttons are there.

The browser is driven from a thread of its own: its event loop would keep Django's database from being used here.
"""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import connection
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.merchants.models import Mode
from apps.merchants.operations import issue_till_key
from apps.operators.roles import Role
from apps.transactions.models import Payment
from apps.transactions.states import Status
from simulators.till import Till
from tests.browser.conftest import ARGUMENTS, CHROMIUM, MISSING
from tests.cast import STAFF
from tests.shop import Shop, carry_out_all
from tests.staff_portal.desk import sit_down

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
Value = TypeVar("Value")


@pytest.fixture
def on_page(live_server: LiveServer, settings: Settings) -> Callable[..., object]:
    """Return what lets somebody do something on a page of the portal, as an operator of a role."""
    path = shutil.which(CHROMIUM)
    if path is None:
        pytest.skip(MISSING)
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.CSRF_COOKIE_SECURE = False

    def run(role: Role, does: Callable[[Page], Value], *, has_script: bool = True) -> Value:
        token = sit_down(role).client.cookies["staff_session"].value

        def drive() -> Value:
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
                context = browser.new_context(
                    base_url=live_server.url, java_script_enabled=has_script, bypass_csp=False
                )
                context.add_cookies([{"name": "staff_session", "value": token, "url": f"{live_server.url}/staff/"}])
                try:
                    return does(context.new_page())
                finally:
                    browser.close()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(drive).result()

    return run


def test_one_key_releases_the_payment_in_which_the_focus_is(
    on_page: Callable[..., object], hold: Callable[..., Payment], now: datetime
) -> None:
    first, second = hold(1000), hold(2000)

    def decide(page: Page) -> None:
        page.goto("/staff/reviews")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        page.keyboard.press("j")
        page.keyboard.press("a")
        expect(page.get_by_role("status")).to_contain_text("Released.")

    on_page(Role.FRAUD_ANALYST, decide)

    assert Payment.objects.get(id=first.id).status == Status.IN_REVIEW
    assert Payment.objects.get(id=second.id).status == Status.AUTHORISING
    assert carry_out_all(second.id, now=now).status == Status.AUTHORISED


def test_one_key_refuses_the_till_hears_it_and_none_is_heard_while_somebody_types(
    on_page: Callable[..., object], hold: Callable[..., Payment], live_server: LiveServer, shop: Shop, now: datetime
) -> None:
    key = issue_till_key(till_id=shop.till.id, mode=Mode.LIVE, overlap=timedelta(0), by=STAFF, now=now).text
    till = Till(f"{live_server.url}/api/pos/v1", key.reveal(), patience_seconds=40)
    payment = hold()

    def decide(page: Page) -> None:
        page.goto("/staff/reviews")
        page.keyboard.press("/")
        expect(page.locator("#q")).to_be_focused()
        page.keyboard.type("ar")
        expect(page.locator("#q")).to_have_value("ar")
        page.locator("h1").click()
        page.keyboard.press("?")
        expect(page.locator("#keys dl")).to_be_visible()
        page.keyboard.press("r")  # no row has the focus: the one that was looked at may have gone
        page.keyboard.press("j")
        page.keyboard.press("o")
        expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
        page.keyboard.press("r")
        expect(page.get_by_role("status")).to_contain_text("Refused.")

    with ThreadPoolExecutor(1) as counter:
        waiting = counter.submit(till.await_outcome, till.get(payment.public_id), 30)
        on_page(Role.FRAUD_ANALYST, decide)
        heard = waiting.result()

    assert Payment.objects.get(id=payment.id).status == Status.DECLINED
    assert (heard["status"], heard["decline"]["code"]) == ("declined", "rejected")
    assert "fraud" not in str(heard)


def test_a_payment_that_is_held_later_appears_by_itself_and_stays_under_the_hand(
    on_page: Callable[..., object], hold: Callable[..., Payment]
) -> None:
    def sell() -> str:
        try:
            return hold().public_id
        finally:
            connection.close()

    def wait(page: Page) -> None:
        page.goto("/staff/reviews")
        expect(page.get_by_text("Nothing to do.")).to_be_visible()
        with ThreadPoolExecutor(1) as shop:
            sold = shop.submit(sell).result()
        expect(page.locator(f"#{sold}")).to_be_visible(timeout=20_000)
        page.get_by_label("Note").fill("call")
        page.wait_for_timeout(4000)
        expect(page.get_by_label("Note")).to_have_value("call")

    on_page(Role.FRAUD_ANALYST, wait)


def test_the_first_page_counts_by_itself_and_leaves_open_what_somebody_opened(
    on_page: Callable[..., object], hold: Callable[..., Payment]
) -> None:
    def sell() -> None:
        try:
            hold()
        finally:
            connection.close()

    def wait(page: Page) -> None:
        page.goto("/staff/")
        expect(page.locator("#queue-1 .count")).to_have_text("0")
        page.locator("#figures-rate-table summary").click()
        seen = page.locator("#figures time").inner_text()
        with ThreadPoolExecutor(1) as shop:
            shop.submit(sell).result()
        expect(page.locator("#queue-1 .count")).to_have_text("1", timeout=20_000)
        expect(page.locator("#figures time")).not_to_have_text(seen, timeout=20_000)
        expect(page.locator("#figures-rate-table table")).to_be_visible()

    on_page(Role.FINANCE, wait)


def test_without_a_script_the_buttons_do_the_same(on_page: Callable[..., object], hold: Callable[..., Payment]) -> None:
    payment = hold()

    def decide(page: Page) -> None:
        page.goto("/staff/reviews")
        page.get_by_label("Note").fill("called her")
        page.get_by_role("button", name="Release").click()
        expect(page.get_by_role("status")).to_contain_text("Released.")

    on_page(Role.FRAUD_ANALYST, decide, has_script=False)

    assert Payment.objects.get(id=payment.id).status == Status.AUTHORISING


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_fit_a_phone_and_everybody(
    on_page: Callable[..., object], hold: Callable[..., Payment], theme: str
) -> None:
    payment = hold()
    assert payment.device is not None
    assert payment.customer is not None
    paths = ["/staff/", "/staff/reviews", f"/staff/payments/{payment.public_id}", "/staff/audit", "/staff/preferences"]
    paths += [f"/staff/devices/{payment.device.public_id}", f"/staff/customers/{payment.customer.public_id}"]

    def look(page: Page) -> list[str]:
        trouble: list[str] = []
        page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        for path in paths:
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 740})
                page.goto(path)
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    trouble.append(f"{path} is wider than {width}")
            page.evaluate(AXE.read_text(encoding="utf-8"))
            found = page.evaluate("axe.run()")["violations"]
            trouble += [f"{path}: {one['id']} {one['nodes'][0]['html'][:200]}" for one in found]
        return trouble

    assert on_page(Role.ADMINISTRATOR, look) == []
