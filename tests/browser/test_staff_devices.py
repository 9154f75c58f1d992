"""Support revokes a phone with a reason while somebody is on the telephone, and the very next scan is refused."""

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_staff_fraud import signed_in
from tests.journeys.house import PIN, House


@pytest.fixture
def support(browser: Browser, stack: House) -> Iterator[Page]:
    with signed_in(browser, stack, "support") as page:
        yield page


def test_the_very_next_scan_of_a_phone_that_was_revoked_with_a_reason_is_refused(
    support: Page, stack: House, tmp_path: Path
) -> None:
    phone, _ = stack.customer(tmp_path)
    phone.go_online()
    till, code, email = stack.till(), phone.make_code(PIN), phone.me()["email"]

    support.get_by_role("searchbox").fill(email)
    support.keyboard.press("Enter")
    support.locator("ul.rows a").click()
    support.get_by_role("row", name="Phone").get_by_role("link").first.click()
    support.locator("select[name=reason]").select_option("customer_asked")
    support.locator("input[name=note]").fill("Am Telefon")
    support.get_by_role("button", name="Widerrufen").click()
    expect(support.get_by_role("status")).to_contain_text("Ausgeführt")
    answered = time.monotonic()
    refused = till.await_outcome(till.authorise(code, 1250, uuid4().hex), within_seconds=40)
    print(f"refused {1000 * (time.monotonic() - answered):.0f} ms after the portal's answer")

    # The till learns no more than that; why, staff see.
    assert (refused["status"], refused["decline"]["code"]) == ("declined", "rejected")
    expect(support.get_by_text("Widerrufen, wirksam seit")).to_be_visible()
    kept = support.locator("ol.timeline li").filter(has_text="device.revoked")
    expect(kept).to_contain_text("customer_asked: Am Telefon")
    support.goto(f"{stack.card['staff_url'].rstrip('/')}/payments/{refused['id']}")
    expect(support.get_by_text("device_revoked").first).to_be_visible()
