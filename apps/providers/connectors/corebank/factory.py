"""Open the line to a bank core from what an account's row says, and from our keys."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from apps.kernel.masking import Secret
from apps.providers.connectors.corebank.connector import CorebankConnector
from apps.providers.http import ClosedExchange, HttpExchange
from apps.providers.line import OwnKeys, newest_valid, trust_from
from apps.providers.signatures import AnswerVerifier, NoticeVerifier, RequestSigner
from apps.providers.tls import client_context

_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def connect(settings: Mapping[str, object], credential: Secret[str], keys: OwnKeys | None = None) -> CorebankConnector:
    """Return the connector for `base_url` and the bank's client key; ValueError for settings that name no bank.

    Over https the line is mutual TLS with signed messages, and until the bank's side of it (`line`) is known and a key
    of ours is valid, everything is answered NotSent. Plain http stays on this machine. Sends nothing yet.
    """
    base_url = settings.get("base_url")
    if not isinstance(base_url, str):
        raise ValueError("base_url is missing")
    parts = urlsplit(base_url)
    # Reading the port raises ValueError for one that is no number; credentials have their own, sealed place.
    is_plain = parts.port != 0 and parts.path in {"", "/"} and not parts.query and not parts.fragment
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc or not is_plain:
        raise ValueError("base_url is scheme, host and port, such as https://bank.example:8443")
    if parts.scheme == "https":
        exchange = _secured(base_url, settings.get("line"), keys or OwnKeys())
    elif parts.hostname not in _THIS_MACHINE or "line" in settings:
        raise ValueError("a bank is reached by https; by http only on this machine, and without a line")
    else:
        exchange = HttpExchange(base_url)
    notices = _notices(settings.get("notice_url"), settings.get("line"))
    return CorebankConnector(exchange=exchange, client_key=credential, notices=notices)


def _secured(base_url: str, line: object, keys: OwnKeys) -> HttpExchange | ClosedExchange:
    if line is None:
        return ClosedExchange("the bank's certificates and keys are not known yet")
    trust = trust_from(line)
    shown = newest_valid(keys.tls, _clock())
    if shown is None:
        return ClosedExchange("no client certificate of ours is valid")
    return HttpExchange(
        base_url,
        tls=client_context(trust, shown),
        signer=RequestSigner(base_url, keys.signing, clock=_clock),
        verifier=AnswerVerifier(base_url, trust.signing_keys),
    )


def _notices(url: object, line: object) -> NoticeVerifier | None:
    """Return what believes notices, once the bank's keys are known; ValueError for an address that is none."""
    if url is None:
        return None
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("notice_url is where the bank reaches us, without query")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _THIS_MACHINE):
        raise ValueError("notice_url is https, or http on this machine only")
    return None if line is None else NoticeVerifier(str(url), trust_from(line).signing_keys)


def _clock() -> datetime:
    return datetime.now(UTC)
