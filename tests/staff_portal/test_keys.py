"""A real browser, one key, and a payment goes on; without a script the same buttons are there.

The browser is driven from a thread of its own: its event loop would keep Django's database from being used here.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import connection
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.merchants.models import Mode
from apps.merchants.operations import issue_till_key
from apps.operators.roles import Role
from apps.transactions.models import Payment
from apps.transactions.states import Status
from simulators.till import Till
from tests.cast import STAFF
from tests.shop import Shop, carry_out_all


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
