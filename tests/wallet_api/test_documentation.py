"""What the door describes is what it does."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from jsonschema import Draft202012Validator

from apps.confirmations.tasks import tell
from apps.live.operations import number_events
from apps.live.presence import note_presence
from apps.outbox.models import Message
from apps.rest.docs import openapi
from apps.wallet_api import examples
from apps.wallet_api.urls import urlpatterns
from tests.cast import WRONG_PIN, Phone, make_phone
from tests.confirmations.giving import give_back
from tests.shop import Shop, carry_out_all
from tests.wallet_api.door import (
    PREFIX,
    Door,
    body_of,
    consent_request,
    encoded,
    enrolment_request,
    session_request,
)
from tests.wallet_api.handover import approval_request

METHODS = ("get", "post", "put", "delete")


@pytest.fixture
def described(rf: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(openapi(rf.get("/")).content)
    return document


def operations(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what is described of this door, by name."""
    paths = {path: calls for path, calls in described["paths"].items() if path.startswith(PREFIX)}
    return {
        call["operationId"]: call for calls in paths.values() for method, call in calls.items() if method in METHODS
    }


def check(described: dict[str, Any], schema: dict[str, Any], value: object) -> None:
    Draft202012Validator({**schema, "components": described["components"]}).validate(value)


def whole(answer: HttpResponse) -> HttpResponse:
    """Return a streamed answer as one that was read to its end."""
    parts = cast(StreamingHttpResponse, answer).streaming_content
    content = b"".join(cast(Iterator[bytes], parts))
    return HttpResponse(content, status=answer.status_code, content_type=answer.headers["Content-Type"])


def test_every_address_is_described(described: dict[str, Any]) -> None:
    ours = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", PREFIX + str(url.pattern)) for url in urlpatterns}

    assert {path for path in described["paths"] if path.startswith(PREFIX)} == ours


def test_every_example_is_as_its_schema_says(described: dict[str, Any]) -> None:
    for call in operations(described).values():
        contents = [answer.get("content", {}) for answer in call["responses"].values()]
        contents += [call["requestBody"]["content"]] if "requestBody" in call else []
        for content in contents:
            for kind in content.values():
                for example in kind.get("examples", {}).values():
                    text = json.dumps(example["value"])
                    if "..." not in text.replace("Bank ...", ""):
                        check(described, kind["schema"], example["value"])


def test_every_answer_is_as_its_schema_says(
    described: dict[str, Any], shop: Shop, phone: Phone, confirmed: Door, now: datetime
) -> None:
    calls = operations(described)
    seen: set[str] = set()

    def answered(name: str, answer: HttpResponse) -> dict[str, Any]:
        seen.add(name)
        said = calls[name]["responses"][str(answer.status_code)]
        if not answer.content:
            assert "content" not in said
            return {}
        ((media_type, content),) = said["content"].items()
        assert answer.headers["Content-Type"].split(";")[0] == media_type
        if "json" not in media_type:
            return {}
        body: dict[str, Any] = json.loads(answer.content)
        check(described, content["schema"], body)
        return body

    door = Door()
    answered("show_realm", door.get("realm"))
    answered("register", door.post("registrations", examples.REGISTER))
    answered("confirm_registration", door.post("registrations/confirm", examples.CONFIRM_REGISTRATION))
    challenge = answered("issue_challenge", door.post("challenges"))
    assert challenge["challenge"]
    answered("enrol_device", door.post("devices", enrolment_request(Phone(), "x", door.challenge())))
    answered("open_session", door.post("sessions", session_request(phone, door.challenge())))
    answered("show_device", confirmed.get("device"))
    answered("sync_device", confirmed.post("device/sync", {"sync": encoded(phone.sync)}))
    kid, sealed, signature = phone.sealed_pin("582046", now=now)
    body = {"kid": kid, "sealed": encoded(sealed), "signature": encoded(signature)}
    answered("set_pin", confirmed.put("device/pin", body))
    phone.pin = "582046"

    second = make_phone(now=now, customer=phone.customer).identity.public_id
    answered("list_devices", confirmed.get("devices"))
    answered("rename_device", confirmed.post(f"devices/{second}/rename", examples.RENAME_DEVICE))
    answered("lock_device", confirmed.post(f"devices/{second}/lock"))
    answered("unlock_device", confirmed.post(f"devices/{second}/unlock"))
    answered("revoke_device", confirmed.post(f"devices/{second}/revoke"))

    offer = answered("hand_over", confirmed.post("handover"))
    new = Phone()
    waiting = body_of(door.post("devices", enrolment_request(new, offer["qr_text"], door.challenge())), 201)
    body = approval_request(phone, confirmed, waiting["device_id"])
    answered("approve_device", confirmed.post(f"devices/{waiting['device_id']}/approve", body))

    link = answered("start_link", confirmed.post("instruments", {"kind": "bank_account"}))
    answered("complete_link", confirmed.post(f"instruments/{link['id']}/complete", {"account_token": "act_test_7"}))
    answered("list_instruments", confirmed.get("instruments"))
    answered("rename_instrument", confirmed.post("instruments/2/rename", examples.RENAME))
    answered("make_default", confirmed.post("instruments/2/default"))
    answered("remove_instrument", confirmed.send("DELETE", "instruments/2"))

    paid = shop.sell(phone, now=now)
    shop.capture(paid, now=now)
    carry_out_all(paid.id, now=now)
    give_back(shop, paid, 500, now=now)
    refused = shop.sell(phone, now=now, code=phone.make_code(now=now, pin=WRONG_PIN))
    note_presence(str(phone.identity.id))
    asked = shop.sell(phone, 1234, now=now)
    for note in Message.objects.filter(topic="confirmations.tell"):
        tell(**note.arguments)
    number_events(now=timezone.now(), limit=100)
    told = [event["type"] for event in answered("list_events", confirmed.get("events"))["data"]]
    assert {"payment.captured", "payment.declined", "payment.refunded", "consent.requested"} < set(told)
    assert len(answered("list_own_payments", confirmed.get("payments"))["data"]) == 3
    for payment in (paid, refused, asked):
        answered("show_own_payment", confirmed.get(f"payments/{payment.public_id}"))
    answered("show_receipt", confirmed.get(f"payments/{paid.public_id}/receipt"))
    refund_id = body_of(confirmed.get(f"payments/{paid.public_id}"))["refunds"][0]["id"]
    answered("show_refund_receipt", confirmed.get(f"payments/{paid.public_id}/refunds/{refund_id}/receipt"))
    receipt, refund = f"payments/{paid.public_id}/receipt", f"payments/{paid.public_id}/refunds/{refund_id}/receipt"
    answered("show_receipt_page", confirmed.get(f"{receipt}/page"))
    answered("show_receipt_pdf", confirmed.get(f"{receipt}/pdf"))
    answered("show_refund_receipt_page", confirmed.get(f"{refund}/page"))
    answered("show_refund_receipt_pdf", confirmed.get(f"{refund}/pdf"))
    answered("decide_consent", confirmed.post(f"consents/{asked.public_id}", consent_request(phone, asked)))

    answered("set_limits", confirmed.put("limits", examples.SET_LIMITS))
    assert answered("show_limits", confirmed.get("limits"))["later"]

    answered("show_me", confirmed.get("me"))
    answered("choose_language", confirmed.put("me", examples.CHOOSE_LANGUAGE))
    answered("export_me", whole(confirmed.get("me/export")))
    carry_out_all(asked.id, now=now)
    cancelled = shop.cancel(asked, now=now)
    carry_out_all(cancelled.payment.id, now=now)
    answered("close_account", confirmed.post("me/close"))

    assert seen == calls.keys()


def test_the_story_tells_every_call(described: dict[str, Any]) -> None:
    story = (settings.BASE_DIR / Path("docs/wallet-api.md")).read_text()

    told = set(re.findall(r"^### (GET|POST|PUT|DELETE) (\S+)$", story, re.MULTILINE))

    paths = described["paths"]
    assert told == {
        (method.upper(), path.removeprefix(PREFIX))
        for path in paths
        if path.startswith(PREFIX)
        for method in paths[path]
        if method in METHODS
    }
