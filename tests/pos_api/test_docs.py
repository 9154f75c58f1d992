"""The OpenAPI document: valid, complete, true to what the door answers; and a page that loads nothing foreign."""

import json
import re
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator
from pytest_django import Settings

from apps.live.operations import number_events
from apps.merchants.models import TillScope
from apps.paycode.claims import Purpose
from apps.pos_api import examples
from apps.pos_api.urls import urlpatterns
from apps.rest.renderers import encode
from apps.transactions.words import DECLINE_CODES, decline_words
from tests.cast import WRONG_PIN, Phone
from tests.pos_api.till import Json, TillProgram, body_of, sale

LINE = {"name": "Wein", "quantity": "2", "amount": 200, "vat_rate_basis_points": 810}


@pytest.fixture
def client(settings: Settings) -> Client:
    settings.ALLOWED_HOSTS = ["testserver"]
    return Client()


@pytest.fixture
def document(client: Client) -> Json:
    response = client.get("/api/docs/openapi.json")
    assert response.headers["Content-Type"] == "application/json"
    found: Json = json.loads(response.content)
    return found


def assert_fits(value: object, schema: Json, document: Json) -> None:
    """Assert that a JSON value fits a schema of the document."""
    whole = schema | {"components": document["components"]}
    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    validator.validate(json.loads(encode(value)))


def test_the_document_is_valid_openapi_3_1(document: Json) -> None:
    validate_schema(document)

    assert document["openapi"].startswith("3.1.")
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_call_of_a_till_is_described(document: Json) -> None:
    described = {
        (path.removeprefix("/api/pos/v1/"), method)
        for path, methods in document["paths"].items()
        for method in methods
        if path.startswith("/api/pos/")
    }
    there_are = {
        (re.sub(r"<str:(\w+)>", r"{\1}", str(each.pattern)), method.lower())
        for each in urlpatterns
        for method in each.callback.view_class().allowed_methods  # type: ignore[attr-defined]
        if method not in ("OPTIONS", "HEAD")
    }

    assert described == there_are


def test_every_call_names_its_credential_its_problems_and_an_example(document: Json) -> None:
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            if not path.startswith("/api/pos/"):
                continue
            assert call["security"][0] == {"till_key": []}
            assert all("till_key" in ways for ways in call["security"])
            assert {"401", "429", "503"} <= set(call["responses"])
            parameters = {parameter["name"] for parameter in call["parameters"]}
            assert ("Idempotency-Key" in parameters) == (method == "post")
            for status, answer in call["responses"].items():
                (media_type, content), *_ = answer["content"].items()
                assert media_type == ("application/json" if status < "300" else "application/problem+json")
                assert status >= "300" or content["examples"]


def test_every_example_fits_its_schema(document: Json) -> None:
    for path, methods in document["paths"].items():
        for call in methods.values() if path.startswith("/api/pos/") else ():
            bodies = [call["requestBody"]] if "requestBody" in call else []
            for part in (*bodies, *call["responses"].values()):
                for content in part["content"].values():
                    for example in content.get("examples", {}).values():
                        assert_fits(example["value"], content["schema"], document)


def test_what_the_door_answers_is_what_the_document_says(
    document: Json, till: TillProgram, phone: Phone, now: datetime
) -> None:
    schemas = document["components"]["schemas"]
    held = till.pay(phone.make_code(now=now))
    answers: list[Any] = [
        held,
        body_of(till.post(f"payments/{held['id']}/capture")),
        till.pay(phone.make_code(now=now, pin=WRONG_PIN)),
        (waiting := till.pay(phone.make_code(now=now), 9904)),
        body_of(till.post(f"payments/{waiting['id']}/cancel")),
    ]

    for answer in answers:
        assert_fits(answer, schemas["Payment"], document)
    assert_fits(body_of(till.get("till")), schemas["Till"], document)
    refunds = f"payments/{held['id']}/refunds"
    assert_fits(body_of(till.post(refunds)), schemas["RefundWithPayment"], document)
    assert_fits(body_of(till.get(refunds))["data"][0], schemas["Refund"], document)
    till.pay(phone.make_code(now=now), 200, capture="automatic", lines=[LINE])
    returned = body_of(till.post("returns", {"code": phone.make_code(now=now, purpose=Purpose.RETURN)}))
    assert returned["sales"]
    assert_fits(returned, schemas["Return"], document)
    lost = {"idempotency_key": "lost", "reference": "R1"}
    assert_fits(body_of(till.post("cancellations", lost)), schemas["NeverArrived"], document)
    closed = till.post("day-close", examples.DAY_LINES | {"business_date": now.date().isoformat()})
    assert body_of(closed)["differences"]
    assert_fits(body_of(closed), schemas["DayClose"], document)
    number_events(now=now, limit=100)
    for event in body_of(till.get("events"))["data"]:
        assert_fits(event, schemas["TillEvent"], document)
    assert_fits(body_of(till.post("payments", sale("no code"))), schemas["Problem"], document)


def test_the_words_in_the_examples_are_ours() -> None:
    words = decline_words("pin_wrong", "de", tries_left=2)

    assert examples.DECLINED["decline"]["cashier_message"] == words.cashier
    assert examples.DECLINED["decline"]["customer_message"] == words.customer


def test_the_story_tells_every_code_status_and_call(document: Json) -> None:
    story = (Path(__file__).parents[2] / "docs" / "pos-api.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([a-z_]+)`", story))

    assert told >= DECLINE_CODES
    assert told >= set(document["components"]["schemas"]["Payment"]["properties"]["status"]["enum"])
    assert told >= set(document["components"]["schemas"]["Sale"]["properties"])
    assert told >= set(document["components"]["schemas"]["Refund"]["properties"]["status"]["enum"])
    assert told >= set(TillScope.values)
    calls = [each.split("`")[0] for each in story.split("| `")]
    for path in document["paths"]:
        if path.startswith("/api/pos/v1/"):
            place = path.removeprefix("/api/pos/v1/").replace("{payment_id}", "{id}")
            assert any(call.split(" ")[-1].split("?")[0] == place for call in calls), place


class _Links(HTMLParser):
    """Collects what a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = [value for name, value in attrs if name in ("src", "href", "data-document") and value]
        self.addresses += found
        if tag in ("script", "style") and not found:
            self.inline.append(tag)


def test_the_page_loads_nothing_from_anybody_else(client: Client) -> None:
    response = client.get("/api/docs")

    page = _Links()
    page.feed(response.content.decode())
    assert page.inline == []
    assert len(page.addresses) == 5
    assert all(re.fullmatch(r"/(static|api)/[a-zA-Z0-9_./-]+", address) for address in page.addresses)
    for address in page.addresses:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address
        else:
            assert client.get(address).status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_pages_script_asks_no_strangers_validator(client: Client) -> None:
    script = client.get("/api/docs/start.js")

    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "validatorUrl: null" in script.content.decode()
    assert "//" not in script.content.decode()


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/start.js", "/api/docs/openapi.json"])
def test_the_documentation_is_only_read(client: Client, path: str) -> None:
    response = client.post(path)

    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
