"""The pages as HTML: every word from outside is escaped, here and nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from simulators.bankcore.exchange import Fields
from simulators.bankcore.pages.words import NAMES, WORDS


@dataclass(frozen=True)
class Sheet:
    """Where a page stands: its language, its path, and what proves that a form is its own."""

    language: str
    path: str
    form_key: str = ""

    @property
    def words(self) -> Mapping[str, str]:
        """The words of the page's language."""
        return WORDS[self.language]

    @property
    def address(self) -> str:
        """The path with the language, as forms are sent to it."""
        return f"{self.path}?lang={self.language}"


def login_page(sheet: Sheet, *, why: str, is_wrong: bool) -> str:
    """Return the page that asks who it is."""
    words = sheet.words
    wrong = f'<p class="notice wrong" role="alert">{escape(words["login_wrong"])}</p>' if is_wrong else ""
    return _page(
        sheet,
        words["login_title"],
        f"""<h1>{escape(words["login_title"])}</h1><p>{escape(why)}</p>{wrong}
<form method="post" action="{escape(sheet.address)}"><input type="hidden" name="step" value="login">
<label class="field">{escape(words["contract"])}
<input name="contract" inputmode="numeric" autocomplete="username" required maxlength="20"></label>
<label class="field">{escape(words["password"])}
<input name="password" type="password" autocomplete="current-password" required maxlength="128"></label>
<div class="buttons"><button class="main">{escape(words["log_in"])}</button></div></form>""",
    )


def consent_page(sheet: Sheet, *, client: str, owner: str, accounts: Sequence[Fields], has_missed: bool) -> str:
    """Return the page on which the holder of the accounts decides."""
    words = sheet.words
    missed = f'<p class="notice wrong" role="alert">{escape(words["choose_one"])}</p>' if has_missed else ""
    usable = [account for account in accounts if account["status"] == "active"]
    choices = "".join(_choice(words, account, is_only=len(usable) == 1) for account in accounts)
    none = "" if usable else f'<p class="notice wrong">{escape(words["none"])}</p>'
    confirm = f'<button class="main" name="decision" value="confirm">{escape(words["confirm"])}</button>'
    return _page(
        sheet,
        words["consent_title"],
        f"""<p class="quiet">{escape(words["hello"].format(owner=owner))}</p><h1>{escape(words["consent_title"])}</h1>
<p>{escape(words["consent_asks"].format(client=client))}</p>
<ul><li>{escape(words["may_hold"])}</li><li>{escape(words["may_refund"])}</li></ul>
<p>{escape(words["may_not"].format(client=client))}</p>{missed}{none}
<form method="post" action="{escape(sheet.address)}">{_keys(sheet, "decide")}
<fieldset><legend>{escape(words["which"])}</legend>{choices}</fieldset>
<p class="quiet">{escape(words["withdraw_any_time"])}</p>
<div class="buttons">{confirm if usable else ""}
<button name="decision" value="refuse" formnovalidate>{escape(words["refuse"])}</button></div></form>""",
    )


def consents_page(sheet: Sheet, *, owner: str, consents: Sequence[Fields], has_withdrawn: bool) -> str:
    """Return the page on which consents are withdrawn."""
    words = sheet.words
    done = f'<p class="notice" role="status">{escape(words["withdrawn"])}</p>' if has_withdrawn else ""
    items = "".join(_consent(sheet, consent) for consent in consents)
    listed = f'<ul class="consents">{items}</ul>' if items else f"<p>{escape(words['no_consents'])}</p>"
    return _page(
        sheet,
        words["consents_title"],
        f"""<p class="quiet">{escape(words["hello"].format(owner=owner))}</p><h1>{escape(words["consents_title"])}</h1>
{done}{listed}<form method="post" action="{escape(sheet.address)}">{_keys(sheet, "logout")}
<div class="buttons"><button>{escape(words["log_out"])}</button></div></form>""",
    )


def message_page(sheet: Sheet, *, title: str, text: str = "") -> str:
    """Return a page that only says something."""
    return _page(sheet, title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>")


def shown_amount(amount: int, currency: str) -> str:
    """Return minor units as Swiss people read them."""
    whole, rest = divmod(abs(amount), 100)
    return f"{currency}\u00a0{'-' if amount < 0 else ''}{f'{whole:,}'.replace(',', '’')}.{rest:02d}"


def _choice(words: Mapping[str, str], account: Fields, *, is_only: bool) -> str:
    is_usable = account["status"] == "active"
    state = ("checked" if is_only else "") if is_usable else "disabled"
    note = words["available"] if is_usable else words["blocked"]
    amount = shown_amount(int(str(account["available"])), str(account["currency"]))
    return f"""<label class="choice"><input type="radio" name="account" value="{account["account_id"]}" required
{state}>
<span>{escape(str(account["iban_masked"]))}</span>
<span class="number">{escape(amount)}<small>{escape(note)}</small></span></label>"""


def _consent(sheet: Sheet, consent: Fields) -> str:
    words, iban = sheet.words, str(consent["iban"])
    year, month, day = str(consent["given_at"])[:10].split("-")
    since = words["since"].format(date=f"{day}.{month}.{year}")
    return f"""<li><strong>{escape(str(consent["client"]))}</strong><br>{escape(f"{iban[:4]} **** {iban[-4:]}")}
<span class="quiet">{escape(since)}</span>
<form method="post" action="{escape(sheet.address)}">{_keys(sheet, "withdraw")}
<input type="hidden" name="consent" value="{escape(str(consent["consent_id"]))}">
<div class="buttons"><button>{escape(words["withdraw"])}</button></div></form></li>"""


def _keys(sheet: Sheet, step: str) -> str:
    return (
        f'<input type="hidden" name="step" value="{step}">'
        f'<input type="hidden" name="key" value="{escape(sheet.form_key)}">'
    )


def _language_link(sheet: Sheet, code: str, name: str) -> str:
    current = ' aria-current="true"' if code == sheet.language else ""
    return f'<a href="{escape(sheet.path)}?lang={code}" lang="{code}" hreflang="{code}"{current}>{escape(name)}</a>'


def _page(sheet: Sheet, title: str, body: str) -> str:
    words = sheet.words
    languages = "".join(_language_link(sheet, code, name) for code, name in NAMES.items())
    return f"""<!doctype html>
<html lang="{sheet.language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>{escape(title)} · {escape(words["bank"])}</title><link rel="stylesheet" href="/style.css"></head>
<body><header><svg viewBox="0 0 24 24" aria-hidden="true">
<path d="M12 2 2 8v2h20V8zM4 12v7H2v3h20v-3h-2v-7h-3v7h-3v-7h-4v7H7v-7z"/></svg>{escape(words["bank"])}</header>
<main>{body}</main>
<footer><nav aria-label="{escape(words["language"])}">{languages}</nav></footer></body></html>
"""
