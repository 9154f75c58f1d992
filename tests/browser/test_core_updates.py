"""A new version comes whole, when it suits, or not at all; no window ever sees a mixture."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.site import Site, running_site

READY = """async () => {
  const workers = navigator.serviceWorker;
  await workers.ready;
  if (!workers.controller) {
    await new Promise((resolve) => workers.addEventListener("controllerchange", resolve, { once: true }));
  }
}"""
# Ask for a new version; say what became of it: it waits, or it could not be installed.
LOOK = """async () => {
  await updates.look();
  const registration = await navigator.serviceWorker.getRegistration();
  const worker = registration.installing ?? registration.waiting;
  if (!worker) return "nothing new";
  while (!["installed", "redundant"].includes(worker.state)) {
    await new Promise((resolve) => worker.addEventListener("statechange", resolve, { once: true }));
  }
  return worker.state;
}"""


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as site:
        site.publish("one")
        yield site


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def test_a_new_version_waits_until_it_is_applied_and_then_all_windows_have_it(
    site: Site, context: BrowserContext
) -> None:
    window, other = _visit(context, site), _visit(context, site)
    site.publish("two")

    assert window.evaluate(LOOK) == "installed"
    window.reload()
    assert _title(window) == "one one one"
    assert window.evaluate("() => updates.isReady")

    with other.expect_navigation():
        window.evaluate("() => updates.apply()")
    window.wait_for_function("document.title.startsWith('two')")

    assert (_title(window), _title(other)) == ("two two two", "two two two")
    assert window.evaluate("() => caches.keys()") == ["mpayment-wallet two"]


def test_half_of_a_new_version_is_not_used(site: Site, context: BrowserContext) -> None:
    window = _visit(context, site)
    site.publish("two", without=frozenset({"/static/second.js"}))

    state = window.evaluate(LOOK)
    window.reload()

    assert (state, _title(window)) == ("redundant", "one one one")
    assert window.evaluate("() => caches.keys()") == ["mpayment-wallet one"]


def test_a_page_of_another_version_is_not_taken_for_the_new_one(site: Site, context: BrowserContext) -> None:
    window = _visit(context, site)
    site.publish("two", without=frozenset({"/wallet/"}))
    site.version = "one"

    assert window.evaluate(LOOK) == "redundant"
    assert window.evaluate("() => caches.keys()") == ["mpayment-wallet one"]


def test_a_window_goes_on_while_the_server_is_being_updated(site: Site, context: BrowserContext) -> None:
    window = _visit(context, site)
    site.files.clear()

    window.reload()

    assert _title(window) == "one one one"


def test_whatever_is_not_of_the_wallet_is_left_to_the_network(site: Site, context: BrowserContext) -> None:
    window = _visit(context, site)
    site.files["/api/wallet/v1/realm"] = b"first"
    read = "async () => (await fetch('/api/wallet/v1/realm')).text()"
    first = window.evaluate(read)
    site.files["/api/wallet/v1/realm"] = b"second"

    assert (first, window.evaluate(read)) == ("first", "second")
    cached = "async () => (await (await caches.open('mpayment-wallet one')).keys()).map((each) => each.url)"
    assert [address for address in window.evaluate(cached) if "/api/" in address] == []


def _visit(context: BrowserContext, site: Site) -> Page:
    page = context.new_page()
    page.goto(site.url)
    page.evaluate(READY)
    page.wait_for_function("document.title !== ''")
    return page


def _title(page: Page) -> str:
    page.wait_for_function("document.title !== ''")
    return page.title()
