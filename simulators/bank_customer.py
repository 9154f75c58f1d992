"""A person at the bank's own pages: logs in, chooses an account, says yes or no, or takes a consent back."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from simulators.browser import Browser, Form, Page


class NotAtTheBank(LookupError):
    """The page is not the one that was expected; the message has its status and no secret."""


@dataclass(frozen=True)
class Login:
    """What the person knows, and the last four digits of the account that he means; the first one if empty."""

    contract: str
    password: str = field(repr=False)
    account: str = ""


def decide(consent_url: str, login: Login, *, is_yes: bool = True, browser: Browser | None = None) -> dict[str, str]:
    """Go to the consent page, decide, and return the parameters with which the bank sends the person back."""
    browser = browser or Browser()
    page = _log_in(browser, browser.open(consent_url), login)
    form = _form(page, "decide")
    if not is_yes:
        page = browser.submit(page, form, decision="refuse")
    else:
        accounts = [(value, words) for name, value, words in form.choices if name == "account"]
        chosen = next((value for value, words in accounts if login.account in words.split(" CHF")[0]), None)
        if chosen is None:
            raise NotAtTheBank("there is no such account to choose")
        page = browser.submit(page, form, decision="confirm", account=chosen)
    if page.status:
        raise NotAtTheBank(f"not sent back: {page.status}")
    return dict(parse_qsl(urlsplit(page.url).query))


def withdraw_all(page_url: str, login: Login) -> int:
    """Take back every consent that the person has given, at the bank's page; return how many there were."""
    browser = Browser()
    page = _log_in(browser, browser.open(f"{page_url}/consents"), login)
    count = 0
    while (form := next((each for each in page.forms if each.fields.get("step") == "withdraw"), None)) is not None:
        page = browser.submit(page, form)
        count += 1
    return count


def _log_in(browser: Browser, page: Page, login: Login) -> Page:
    form = _form(page, "login")
    return browser.submit(page, form, contract=login.contract, password=login.password)


def _form(page: Page, step: str) -> Form:
    for form in page.forms:
        if form.fields.get("step") == step:
            return form
    raise NotAtTheBank(f"no form to {step} on the page: {page.status}")
