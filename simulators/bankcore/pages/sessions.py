"""Who is logged in at the pages: in memory only, for ten minutes, each for one purpose."""

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

LIFE = timedelta(minutes=10)
MOST = 10_000


@dataclass(frozen=True)
class Session:
    """A person at the page of this path; logging in at one link opens no other."""

    contract: str
    path: str
    ends_at: datetime


class Sessions:
    """Found by the digest of what the cookie holds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Session] = {}

    def open(self, contract: str, path: str, now: datetime) -> str:
        """Let a person in, and return what his cookie holds."""
        text = secrets.token_urlsafe(32)
        with self._lock:
            self._open = {key: each for key, each in self._open.items() if each.ends_at > now}
            if len(self._open) >= MOST:
                self._open.clear()
            self._open[_digest(text)] = Session(contract, path, now + LIFE)
        return text

    def find(self, text: str, path: str, now: datetime) -> Session | None:
        """Return who it is, at this path and in time."""
        with self._lock:
            session = self._open.get(_digest(text))
        return session if session is not None and session.path == path and session.ends_at > now else None

    def close(self, text: str) -> None:
        """Let the person out."""
        with self._lock:
            self._open.pop(_digest(text), None)


def form_key(text: str) -> str:
    """Return what a form of this session carries, so that nobody else can send one."""
    return hashlib.sha256(b"form\x00" + text.encode("utf-8", "surrogateescape")).hexdigest()


def is_form_key(shown: str, text: str) -> bool:
    """Say whether the form is this session's."""
    return hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), form_key(text).encode())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
