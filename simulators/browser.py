"""A browser of the plainest kind: loads pages, fills in forms, keeps one site's cookies, and sees where it is sent."""

import http.client
import re
import ssl
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

from simulators.caller import NoAnswer

TIMEOUT_SECONDS = 15.0
MOST_REDIRECTS = 5
_COOKIE = re.compile(r"([^=;]+)=([^;]*)")


@dataclass
class Form:
    """One form: where it goes, what it holds already, and the names and values that can be chosen."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """Where the browser is, what it shows, and the forms on it; a page of another site is not loaded, and empty."""

    url: str
    status: int = 0
    text: str = ""
    forms: tuple[Form, ...] = ()


class Browser:
    """One person's browser. `authority` is a file with certificates to be trusted instead of the system's."""

    def __init__(self, *, language: str = "de-CH", authority: Path | None = None) -> None:
        self._language = language
        self._authority = authority
        self.cookies: dict[str, str] = {}

    def open(self, url: str) -> Page:
        """Load a page, and whatever it leads to. Raises NoAnswer."""
        return self._go("GET", url, None, urlsplit(url).netloc)

    def submit(self, page: Page, form: Form, **filled: str) -> Page:
        """Send a form with these fields filled in; a redirect to another site is where the browser ends up."""
        return self._go("POST", urljoin(page.url, form.action), {**form.fields, **filled}, urlsplit(page.url).netloc)

    def _go(self, method: str, url: str, fields: dict[str, str] | None, site: str) -> Page:
        for _ in range(MOST_REDIRECTS):
            if urlsplit(url).netloc != site:
                return Page(url)
            status, location, text = self._exchange(method, url, fields)
            if status != 303:
                return Page(url, status, text, _forms_in(text))
            method, url, fields = "GET", urljoin(url, location), None
        raise NoAnswer(f"{url}: sent in circles")

    def _exchange(self, method: str, url: str, fields: dict[str, str] | None) -> tuple[int, str, str]:
        parts = urlsplit(url)
        headers = {"Accept": "text/html", "Accept-Language": self._language}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
        connection = self._connect(parts.scheme, parts.hostname or "", parts.port)
        try:
            connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException, UnicodeDecodeError) as error:
            raise NoAnswer(f"{method} {parts.path}: {type(error).__name__}") from error
        finally:
            connection.close()
        for header in answer.headers.get_all("set-cookie", []):
            self._keep(header)
        return answer.status, answer.headers.get("location", ""), text

    def _connect(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
        trusted = ssl.create_default_context(cafile=self._authority)
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=trusted)

    def _keep(self, header: str) -> None:
        found = _COOKIE.match(header)
        if found is None:
            return
        if "max-age=0" in header.lower():
            self.cookies.pop(found[1].strip(), None)
        else:
            self.cookies[found[1].strip()] = found[2]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(found.get("action", "")))
        if not self.forms or "name" not in found:
            return
        name, value = found["name"], found.get("value", "")
        if tag == "input" and found.get("type") == "hidden":
            self.forms[-1].fields[name] = value
        elif (tag == "button" or found.get("type") == "radio") and "disabled" not in found:
            self.forms[-1].choices.append((name, value, ""))

    def handle_data(self, data: str) -> None:
        # The words beside a choice belong to it.
        if self.forms and self.forms[-1].choices and data.strip():
            name, value, words = self.forms[-1].choices[-1]
            self.forms[-1].choices[-1] = (name, value, f"{words} {data.strip()}".strip())


def _forms_in(text: str) -> tuple[Form, ...]:
    reader = _Reader()
    reader.feed(text)
    return tuple(reader.forms)
