"""A real browser in front of the whole product in real processes. Without chromium these tests are skipped, loudly.

Nothing here outlives this package: while the driver runs, its event loop keeps Django's database from being used.

`stack` is the product, once for all; `browser` one chromium; `phone` a browser profile of its own with the wallet open;
`open_phone` opens further ones.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from tests.browser.phones import WebPhone, open_wallet
from tests.journeys.house import House, running_house

CHROMIUM = "chromium"
# No sandbox, because containers and root have none; the rest keeps a fresh browser from calling home.
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--no-first-run"),
    *("--disable-component-update", "--disable-sync"),
]
MISSING = "NO BROWSER TESTS RAN: there is no chromium here (Debian and Ubuntu: apt-get install chromium)"


@pytest.fixture(scope="package")
def chromium() -> str:
    path = shutil.which(CHROMIUM)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return path


@pytest.fixture(scope="package")
def stack(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("browser")) as house:
        yield house


@pytest.fixture(scope="package")
def playwright(chromium: str) -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def browser(chromium: str, playwright: Playwright) -> Iterator[Browser]:
    opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
    yield opened
    opened.close()


@pytest.fixture
def open_phone(browser: Browser, stack: House) -> Iterator[Callable[..., WebPhone]]:
    """Return what opens a fresh phone: a profile of its own, with nothing in it."""
    with ExitStack() as opened:

        def open_one(**options: object) -> WebPhone:
            context: BrowserContext = browser.new_context(
                viewport={"width": 390, "height": 844}, locale="de-CH", timezone_id="Europe/Zurich", **options
            )
            opened.callback(context.close)
            return open_wallet(context, stack)

        yield open_one


@pytest.fixture
def phone(open_phone: Callable[..., WebPhone]) -> WebPhone:
    """Return a phone that nobody has enrolled yet."""
    return open_phone()
