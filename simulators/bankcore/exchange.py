"""What goes in and out of the bank's doors, free of sockets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON_MEDIA_TYPE = "application/json"
Fields = dict[str, object]


@dataclass(frozen=True)
class Exchange:
    """One request as it came: the body in raw bytes, header names in lower case, the path undecoded."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    # SHA-256 of the client's certificate in hexadecimal digits; empty on a plain line.
    certificate: str = ""


@dataclass(frozen=True)
class Answer:
    """One response, ready to be signed and sent."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Objection(Exception):
    """The request is refused without a trace; nothing is stored under its reference."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail


def answer_json(status: int, fields: Mapping[str, object]) -> Answer:
    """Return the fields as a JSON answer."""
    return answer_text(status, json.dumps(fields, separators=(",", ":")))


def answer_text(status: int, text: str) -> Answer:
    """Return JSON text that is already written, as stored answers are."""
    return Answer(status, {"content-type": JSON_MEDIA_TYPE}, text.encode())


def answer_objection(objection: Objection) -> Answer:
    """Return the error as the caller sees it."""
    return answer_json(objection.status, {"code": objection.code, "detail": objection.detail})
