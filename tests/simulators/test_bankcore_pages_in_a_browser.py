"""The bank's pages in a real browser with scripts switched off, at a phone's width, in both colours. Needs chromium."""

import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from simulators.bank_customer import Login
from tests.simulators.bank_process import BankProcess

# No sandbox, because containers and root have none; the rest keeps a fresh browser from calling home.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PHONE = {"width": 390, "height": 844}


class Wallet(BaseHTTPRequestHandler):
    """Somebody else's page, to which the bank sends people back."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"back in the wallet")

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium here (Debian and Ubuntu: apt-get install chromium)")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def wallet_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Wallet)
    Thread(target=server.serve_forever, daemon=True).start()
    # Another name than the bank's, and so another site.
    yield f"http://localhost:{server.server_address[1]}/wallet/linked"
    server.shutdown()
    server.server_close()


@pytest.fixture
def link(bank_with_pages: BankProcess, wallet_url: str) -> str:
    bank_with_pages.register(wallet_url)
    fields = {"ref": "l-1", "subject": "c-1", "state": "s-1", "return_url": wallet_url, "language": "de"}
    url: str = bank_with_pages.call("POST", "/v1/links", fields)[1]["consent_url"]
    return url


@pytest.fixture
def bank_with_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    bank = BankProcess(tmp_path_factory.mktemp("bank") / "bank", ("--page-port", "0")).start()
    yield bank
    bank.kill()


@pytest.fixture
def login(bank_with_pages: BankProcess) -> Login:
    return bank_with_pages.open_contract(bank_with_pages.open_account(1000), bank_with_pages.open_account(2000))


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE, color_scheme=request.param)
    yield context.new_page()
    context.close()


def log_in(page: Page, url: str, login: Login) -> None:
    page.goto(url)
    page.get_by_label("Vertragsnummer").fill(login.contract)
    page.get_by_label("Passwort").fill(login.password)
    page.get_by_role("button", name="Anmelden").click()


def test_a_yes_leads_back_to_the_wallet_with_a_code(page: Page, link: str, login: Login) -> None:
    log_in(page, link, login)
    page.get_by_role("radio").nth(1).check()
    page.get_by_role("button", name="Zustimmen").click()

    page.wait_for_url("**/wallet/linked?state=s-1&code=*")
    assert page.inner_text("body") == "back in the wallet"


def test_a_no_needs_no_account_to_be_chosen(page: Page, link: str, login: Login) -> None:
    log_in(page, link, login)
    page.get_by_role("button", name="Ablehnen").click()

    page.wait_for_url("**/wallet/linked?state=s-1&error=access_denied")


def test_every_target_is_large_enough_and_nothing_is_cut_off(page: Page, link: str, login: Login) -> None:
    log_in(page, link, login)

    for target in [*page.get_by_role("button").all(), *page.locator("label.choice").all()]:
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
