"""A phone in front of the real door: it sends JSON, and keeps the token of its session."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any, cast

from django.http import HttpResponse
from django.test import Client

from apps.keys.contexts import realm_id
from apps.paycode.messages import consent_content, consent_pin_ok, step_up_message, verify_signature
from apps.transactions.models import Payment
from tests.cast import Phone

PREFIX = "/api/wallet/v1/"


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Door:
    """The wallet's API as one phone, or a stranger without a token, meets it."""

    token: str = ""
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def send(self, method: str, path: str, body: object = None, **meta: str) -> HttpResponse:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        environ = {"CONTENT_TYPE": "application/json"} | meta
        if self.token:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        # The client's own content_type argument is forgotten when the body is empty.
        answer = self.client.generic(method, PREFIX + path, content, environ["CONTENT_TYPE"], **environ)  # type: ignore[arg-type]
        return cast(HttpResponse, answer)

    def get(self, path: str) -> HttpResponse:
        return self.send("GET", path)

    def post(self, path: str, body: object = None) -> HttpResponse:
        return self.send("POST", path, body)

    def put(self, path: str, body: object) -> HttpResponse:
        return self.send("PUT", path, body)

    def challenge(self) -> bytes:
        return decoded(body_of(self.post("challenges"), 201)["challenge"])


def body_of(answer: HttpResponse, status: int = 200) -> dict[str, Any]:
    """Return the body of an answer that must have this status."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Cache-Control"] == "no-store"
    document: dict[str, Any] = json.loads(answer.content)
    return document


def assert_problem(answer: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """Return the problem that the answer must be."""
    problem = body_of(answer, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["request_id"] == answer.headers["Request-Id"]
    assert b"Traceback" not in answer.content
    return problem


def session_request(phone: Phone, challenge: bytes, *, pin: str | None = "") -> dict[str, str]:
    """Return the body of `POST sessions`; with the right PIN unless another one, or None, is given."""
    body = {
        "device_id": phone.identity.public_id,
        "challenge": encoded(challenge),
        "signature": encoded(phone.sign(phone.session_message(challenge))),
    }
    if pin is not None:
        body["pin_ok"] = encoded(phone.session_pin_ok(pin or phone.pin, challenge))
    return body


def come_in(phone: Phone, *, pin: str | None = "") -> Door:
    """Return the door with a session of the phone opened through it, confirmed unless `pin` is None."""
    door = Door()
    opened = body_of(door.post("sessions", session_request(phone, door.challenge(), pin=pin)), 201)
    return Door(token=opened["token"])


def enrolment_request(phone: Phone, activation_code: str, challenge: bytes, **changes: object) -> dict[str, object]:
    """Return the body of `POST devices`."""
    return {
        "activation_code": activation_code,
        "name": "Alice's phone",
        "platform": "web",
        "public_key": encoded(phone.public_key),
        "challenge": encoded(challenge),
        "proof": encoded(phone.proof(activation_code, challenge)),
    } | changes


def consent_request(phone: Phone, payment: Payment, *, is_yes: bool = True, pin: str | None = "") -> dict[str, str]:
    """Return the body of `POST consents/...` as the phone makes it of what it showed; a yes has the right PIN."""
    content = consent_content(
        device_ref=phone.device_ref,
        payment_id=payment.id.bytes,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        merchant=payment.merchant.legal_name,
        is_yes=is_yes,
    )
    realm = realm_id().bytes
    body = {
        "decision": "yes" if is_yes else "no",
        "signature": encoded(phone.sign(step_up_message(realm=realm, content=content))),
    }
    if is_yes and pin is not None:
        k_pin = phone.k_pin(pin or phone.pin)
        body["pin_ok"] = encoded(consent_pin_ok(k_pin=k_pin, realm=realm, content=content))
    return body


def is_signed(signed: dict[str, str], *, public_key: bytes, message: bytes) -> bool:
    return verify_signature(public_key, message, decoded(signed["signature"]))
