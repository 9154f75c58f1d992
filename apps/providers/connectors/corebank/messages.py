"""How the bank core's messages are written and read: one object, one way to write it, nothing forgiven."""

import json
from datetime import UTC, datetime
from typing import Final

from apps.providers.connectors.corebank.words import REFUSALS
from apps.providers.contract import ConfigError, Declined
from apps.providers.http import HttpRequest
from apps.providers.strict_json import read_object

_CONFIGURATION_STATUSES: Final = frozenset({400, 404, 405, 413, 415, 422})


class NotTheAnswer(ValueError):
    """The answer is not about what was asked."""


def post(path: str, content: dict[str, object]) -> HttpRequest:
    """Return the content as a POST in the one way in which it is signed and repeated."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return HttpRequest("POST", path, body, (("Content-Type", "application/json"),))


def read_answer(status: int, body: bytes) -> dict[str, object]:
    """Return the answer's object. Raises ConfigError where we are not let in, NotTheAnswer, NotStrictJson."""
    if status in {401, 403}:
        # Whoever answered did not let us in, whatever it wrote.
        raise ConfigError(f"the bank core refused our credentials: HTTP {status}")
    if status not in {200, 201} and status not in _CONFIGURATION_STATUSES:
        raise NotTheAnswer("no answer of this API")
    return read_object(body)


def refusal_in(status: int, answer: dict[str, object]) -> Declined | None:
    """Return the refusal that an error proves, None where the answer is no error."""
    if status in {200, 201}:
        return None
    code = answer.get("code")
    if not isinstance(code, str):
        # Not the bank's own error: something in between spoke.
        raise NotTheAnswer("an error without a code")
    if reason := REFUSALS.get((status, code)):
        return Declined(reason, code)
    raise ConfigError(f"the bank core rejected our message: HTTP {status} {code[:64]!r}")


def expect(answer: dict[str, object], name: str, value: object) -> None:
    """Raise NotTheAnswer unless the member is exactly this."""
    # The type too: True equals 1 in Python.
    if type(answer.get(name)) is not type(value) or answer[name] != value:
        raise NotTheAnswer(f"another {name}")


def text_in(answer: dict[str, object], name: str) -> str:
    """Return a text of 1 to 128 characters, or raise NotTheAnswer."""
    value = answer.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 128:
        raise NotTheAnswer(f"no {name}")
    return value


def time_in(answer: dict[str, object], name: str) -> datetime:
    """Return a moment in UTC, or raise NotTheAnswer."""
    try:
        moment = datetime.fromisoformat(text_in(answer, name))
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise NotTheAnswer(f"{name} is no time")
