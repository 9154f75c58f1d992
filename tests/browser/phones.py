"""The wallet in a page: tests call its modules as the screens do."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Route

from simulators.bank_customer import decide
from stack.play import read_mailed_code
from tests.journeys.house import PIN, House

TESTS = Path(__file__).parents[1]
# Below an address of our own origin, so that the modules of the tests may import those of the wallet.
TEST_FILES = "/tests/"

# The page's own module of that name: the import map gives both the same address, so it is the very same object.
_IMPORT = "const { %s } = await import('/static/wallet/js/%s.js');"


@dataclass
class WebPhone:
    """One window of one browser profile."""

    stack: House
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    email: str = ""

    # Any: what JavaScript returns.
    def run(self, script: str, argument: Any = None) -> Any:
        """Run the body of an async function in the page; `argument` is what it is called with."""
        return self.page.evaluate(f"async (argument) => {{ {script} }}", argument)

    def code_of(self, script: str, argument: Any = None) -> str:
        """Return the code of the error that the script ends with; empty without one."""
        caught = (
            f"try {{ await (async () => {{ {script} }})(); }} catch (error) {{ return error.code ?? String(error); }}"
        )
        return str(self.run(f"{caught} return '';", argument))

    def enrol(self, email: str | None = None) -> str:
        """Register, and make this browser a phone; return the status."""
        self.email = email or f"{uuid4().hex}@kundin.example"
        api = "const { wallet } = globalThis.walletForTests;"
        self.run(f"{api} await wallet.api.register({{ email: argument, language: 'de' }});", self.email)
        code = read_mailed_code(self.stack.card["demo_url"], self.email)
        assert code is not None
        script = (
            f"{api} const [email, code] = argument;"
            "const { activation_code } = await wallet.api.confirmRegistration({ email, code });"
            "return wallet.enrol({ activationCode: activation_code, name: 'Browser' });"
        )
        return str(self.run(script, [self.email, code]))

    def set_pin(self, pin: str = PIN) -> None:
        self.run("await globalThis.walletForTests.wallet.setPin(argument);", pin)

    def link_account(self, balance: int = 100_000) -> None:
        """Link an account with money in it; the person at the bank's page is played."""
        login = self.stack.clerk.open_contract("Customer", self.stack.clerk.open_account("Customer", balance))
        link = self.run(
            "return globalThis.walletForTests.wallet.api.linkInstrument({ kind: 'bank_account', provider: 'bank' });"
        )
        returned = decide(link["link_url"], login)
        self.run("return globalThis.walletForTests.wallet.api.completeLink(...argument);", [link["id"], returned])

    def make_code(self) -> str:
        """Return the text of a fresh code; the PIN was typed."""
        return str(self.run("return (await globalThis.walletForTests.wallet.makeCode()).text;"))

    def type_pin(self, pin: str = PIN) -> None:
        self.run("await globalThis.walletForTests.wallet.typePin(argument);", pin)

    def second_window(self) -> "WebPhone":
        """Return another window of the same profile."""
        return _open(self.context, self.stack)

    def serve_tests(self) -> None:
        """Let the page import modules of `tests/` below TEST_FILES."""

        def answer(route: Route) -> None:
            path = TESTS / urlsplit(route.request.url).path.removeprefix(TEST_FILES)
            kind = "text/javascript" if path.suffix == ".js" else "application/json"
            route.fulfill(body=path.read_bytes(), content_type=kind)

        self.context.route(f"**{TEST_FILES}**", answer)


def open_wallet(context: BrowserContext, stack: House) -> WebPhone:
    """Open the wallet in a fresh profile."""
    return _open(context, stack)


def _open(context: BrowserContext, stack: House) -> WebPhone:
    page = context.new_page()
    phone = WebPhone(stack, context, page)
    page.on("console", lambda message: _note(phone, message))
    page.on("pageerror", lambda error: phone.complaints.append(str(error)))
    page.goto(stack.card["wallet_url"])
    load(phone)
    return phone


def _note(phone: WebPhone, message: ConsoleMessage) -> None:
    if message.type == "error":
        phone.complaints.append(f"{message.text} ({message.location['url']})")


def load(phone: WebPhone) -> None:
    """Make a wallet of the tests' own in the page, beside that of the screens."""
    phone.run(
        _IMPORT % ("Wallet", "wallet")
        + _IMPORT % ("readConfig", "config")
        + "globalThis.walletForTests = { wallet: await Wallet.open(readConfig(document)) };"
    )
