"""A till's own program, as a vendor would write it: it keeps a key and speaks JSON over HTTP."""

import itertools
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from django.http import HttpResponse
from django.test import Client

from apps.merchants.models import Mode
from apps.merchants.operations import issue_till_key
from tests.shop import STAFF, Shop

BASE = "/api/pos/v1/"
_numbers = itertools.count(1)

# Any: JSON values.
Json = dict[str, Any]


def sale(code: str = "", amount: object = 4250, **fields: object) -> Json:
    """Return the body of a sale under a fresh receipt number."""
    return {"code": code, "amount": amount, "currency": "CHF", "reference": f"R-{next(_numbers)}"} | fields


@dataclass
class TillProgram:
    """A connected till; every POST gets a fresh idempotency key unless one is given."""

    key: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def post(
        self, path: str, body: object = None, *, key: str = "", raw: bytes | None = None, **headers: str
    ) -> HttpResponse:
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        environ = {
            "CONTENT_TYPE": "application/json",
            "HTTP_AUTHORIZATION": f"Bearer {self.key}",
            "HTTP_IDEMPOTENCY_KEY": key or f"key-{next(_numbers)}",
        } | headers
        answer = self.client.generic("POST", BASE + path, content, environ["CONTENT_TYPE"], **environ)  # type: ignore[arg-type]
        return cast(HttpResponse, answer)

    def get(self, path: str, **headers: str) -> HttpResponse:
        environ = {"HTTP_AUTHORIZATION": f"Bearer {self.key}"} | headers
        return cast(HttpResponse, self.client.get(BASE + path, **environ))  # type: ignore[arg-type]

    def pay(self, code: str, amount: object = 4250, **fields: object) -> Json:
        """Send a sale, and return the payment that it became."""
        response = self.post("payments", sale(code, amount, **fields))
        assert response.status_code in (201, 202), response.content
        return body_of(response)


def connect(shop: Shop, *, now: datetime, mode: Mode = Mode.LIVE) -> TillProgram:
    """Return a program with a key of the shop's till."""
    issued = issue_till_key(till_id=shop.till.id, mode=mode, overlap=timedelta(hours=1), by=STAFF, now=now)
    return TillProgram(issued.text.reveal())


def body_of(response: HttpResponse) -> Json:
    body: Json = json.loads(response.content)
    return body


def assert_problem(response: HttpResponse, status: int, code: str) -> Json:
    """Assert that the answer is this problem, in its one shape, and return it."""
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json"), (
        response.content
    )
    problem = body_of(response)
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["request_id"] == response.headers["Request-Id"]
    assert b"Traceback" not in response.content
    return problem
