"""The bank's pages as browsers see them: who gets in, what may run there, in which language, over which line."""

import http.client
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simulators.bank_customer import Login, decide
from simulators.browser import Browser, Page
from tests.simulators.bank_process import ROOT, BankProcess
from tests.simulators.test_bankcore_links import RETURN, announce


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    process = BankProcess(tmp_path_factory.mktemp("bank") / "bank", ("--magic", "--page-port", "0")).start()
    process.register(RETURN)
    yield process
    process.kill()


@pytest.fixture
def login(bank: BankProcess) -> Login:
    return bank.open_contract(bank.open_account(5_000), owner="<b>Anna</b>")


def fetch(url: str, body: bytes | None = None, **headers: str) -> tuple[int, http.client.HTTPMessage, str]:
    """Say exactly these bytes, and return what came back."""
    parts = urlsplit(url)
    form = {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
    with closing(http.client.HTTPConnection(parts.netloc, timeout=10)) as connection:
        connection.request("GET" if body is None else "POST", parts.path, body, form | headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()


def logged_in(url: str, login: Login, browser: Browser) -> Page:
    page = browser.open(url)
    return browser.submit(page, page.forms[0], contract=login.contract, password=login.password)


@pytest.mark.parametrize(
    ("query", "accepted", "language", "title"),
    [
        ("?lang=fr", "de", "fr", "Se connecter"),
        ("?lang=it", "", "it", "Accedere"),
        ("?lang=rm", "rm, en;q=0.8, fr;q=0.9", "fr", "Se connecter"),
        ("", "en-GB", "en", "Log in"),
        ("", "xx;q=nonsense", "de", "anmelden"),
        ("", "", "de", "anmelden"),
    ],
)
def test_a_page_speaks_the_language_of_its_address_or_of_the_browser(
    bank: BankProcess, query: str, accepted: str, language: str, title: str
) -> None:
    url = announce(bank)[1].partition("?")[0]

    page = Browser(language=accepted).open(f"{url}{query}")

    assert f'<html lang="{language}">' in page.text
    assert title in page.text


def test_nothing_runs_on_a_page_and_nobody_frames_it(bank: BankProcess, login: Login) -> None:
    _, headers, text = fetch(announce(bank)[1])

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert not re.search(r"<script|<style| style=| on\w+=", text)


def test_the_consent_page_may_lead_back_to_the_client_and_nowhere_else(bank: BankProcess, login: Login) -> None:
    browser, url = Browser(), announce(bank)[1]
    logged_in(url, login, browser)
    _, headers, _ = fetch(url, Cookie=f"bank_session={browser.cookies['bank_session']}")

    policy = headers["content-security-policy"]

    assert "form-action 'self' https://shop.example;" in policy


def test_what_people_are_called_is_not_markup(bank: BankProcess, login: Login) -> None:
    page = logged_in(announce(bank)[1], login, Browser())

    assert "<b>Anna</b>" not in page.text
    assert "&lt;b&gt;Anna" in page.text


def test_a_wrong_password_opens_nothing_and_five_lock_the_contract(bank: BankProcess, login: Login) -> None:
    url = announce(bank)[1]

    for password in ["wrong"] * 5 + [login.password]:
        page = logged_in(url, Login(login.contract, password), Browser())
        assert page.status == 403
    assert logged_in(url, Login("10000000", "nobody"), Browser()).text == page.text


def test_a_form_that_another_site_or_another_session_made_is_refused(bank: BankProcess, login: Login) -> None:
    browser, url = Browser(), announce(bank)[1]
    page = logged_in(url, login, browser)
    form = page.forms[0]
    account = next(value for name, value, _ in form.choices if name == "account")

    assert browser.submit(page, form, key="0" * 64, decision="confirm", account=account).status == 403
    for origin in ("https://evil.example", "null"):
        assert fetch(url, b"step=login", Origin=origin)[0] == 403
    # And the account of somebody else is no choice.
    assert browser.submit(page, form, decision="confirm", account="1").status == 422
    assert browser.submit(page, form, decision="confirm", account=account).url.startswith(RETURN)


def test_a_login_at_one_link_is_none_at_another(bank: BankProcess, login: Login) -> None:
    browser = Browser()
    logged_in(announce(bank)[1], login, browser)

    other = browser.open(announce(bank)[1])

    assert other.forms[0].fields["step"] == "login"


def test_a_link_that_nobody_announced_or_that_is_over_says_so(bank: BankProcess, login: Login) -> None:
    url = announce(bank)[1]
    decide(url, login)

    assert Browser().open(url).status == 410
    assert Browser().open(f"{bank.page_url}/consent/{'x' * 43}").status == 410
    assert Browser().open(f"{bank.page_url}/nowhere").status == 404


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"a" * 9000, "application/x-www-form-urlencoded", 413),
        (b"step=login", "application/json", 413),
        (b"step=\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(50)), "application/x-www-form-urlencoded", 400),
    ],
)
def test_what_is_no_form_is_refused(bank: BankProcess, body: bytes, media_type: str, status: int) -> None:
    assert fetch(f"{bank.page_url}/consents", body, **{"Content-Type": media_type})[0] == status


def test_the_pages_come_over_tls_where_it_is_wanted(tmp_path: Path) -> None:
    options = ("--tls-dir", str(tmp_path / "tls"), "--admin-port", "0", "--page-port", "0", "--page-tls")
    bank = BankProcess(tmp_path / "bank", options).start()
    try:
        page = Browser(authority=tmp_path / "tls" / "ca.pem").open(f"{bank.page_url}/consents")
    finally:
        bank.kill()

    assert bank.page_url.startswith("https://")
    assert page.status == 200


def test_pages_that_others_reach_want_tls(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulators.bankcore", "--data", str(tmp_path), "--host", "0.0.0.0"]  # noqa: S104
    result = subprocess.run([*command, "--page-port", "0"], cwd=ROOT, capture_output=True, text=True, timeout=30)

    assert result.returncode == 2
    assert "--page-tls" in result.stderr


def test_a_contract_is_given_once_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("a long password")
    command = [sys.executable, "-m", "simulators.bankcore", "contract", "--data", str(tmp_path / "bank")]
    command += ["--number", "20010001", "--password-file", str(tmp_path / "password"), "--owner", "Anna"]
    command += ["--account", "CHF:1000", "--account", "CHF:2000"]

    first, second = (subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True) for _ in range(2))

    assert first.stdout == second.stdout
    assert first.stdout.count("CH") == 2
    assert "password" not in first.stdout
