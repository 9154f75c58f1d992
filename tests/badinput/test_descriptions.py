"""The OpenAPI document against the doors: whatever it allows and forbids, the answer is one that it describes.

Bodies and parameters are made from the document, the same in every run: half of them as they must be, half of them
not. Where an id is asked for, some are of things that there are.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import hypothesis
import pytest
import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import strategies
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.devices.models import Device
from apps.instruments.models import Instrument
from apps.rest.renderers import encode
from tests.badinput.world import World
from tests.cast import Phone

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 8
# A till may send ten codes a minute that nobody can read.
REQUESTS_PER_TILL = 8


def operations() -> Iterator[APIOperation]:
    document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    for found in schemathesis.openapi.from_dict(json.loads(encode(document))).get_all_operations():
        yield found.ok()


OPERATIONS = list(operations())


@dataclass
class Visitor:
    """Somebody who may do everything that an operation asks for, and knows what there is."""

    world: World
    count: int = 0
    key: str = ""
    token: str = ""
    known: dict[str, list[str]] = field(default_factory=dict)
    phone: Phone = field(default_factory=Phone)

    def begin(self) -> None:
        """Come with a key and a session that nobody has used; sell something, so that there is something."""
        self.key = self.world.till()
        self.phone = self.world.payer()
        code = self.phone.make_code(now=self.world.now)
        sale = self.world.sale(code, capture="automatic")
        captured = self.world.play("POST", "payments", sale, key=self.key)
        held = self.world.authorised(key=self.key)
        refund = self.world.play(
            "POST", f"payments/{captured['id']}/refunds", {"amount": 1, "currency": "CHF"}, key=self.key
        )
        self.token = self.phone.open_session(now=self.world.now).token.reveal()
        self.known = {
            "payment_id": [captured["id"], held["id"]],
            "payment": [captured["id"]],
            "refund": [refund["id"]],
            "device": [Device.objects.get(id=self.phone.identity.id).public_id],
            "handle": [str(Instrument.objects.get(customer=self.phone.customer).handle)],
            "reference": [captured["reference"]],
        }

    def headers(self, path: str) -> dict[str, str]:
        """Return what gets past the gate, from another address each time."""
        self.count += 1
        if self.count % REQUESTS_PER_TILL == 0:
            self.key = self.world.till()
        headers = dict(self.world.every_header())
        credential = self.key if path.startswith("/api/pos/") else self.token
        return headers | {"Authorization": f"Bearer {credential}"}

    def put_known_ids(self, case: Case, data: strategies.DataObject) -> None:
        """Put something that there is into the places of some ids."""
        for place in (case.path_parameters, case.query):
            # Sorted, because the same draws must mean the same in every run.
            for name in sorted(set(place or ()) & set(self.known)):
                if self.known[name] and data.draw(strategies.booleans(), label=f"known {name}"):
                    place[name] = data.draw(strategies.sampled_from(self.known[name]))
        is_scan = case.path.endswith(("payments", "returns")) and isinstance(case.body, dict) and "code" in case.body
        if is_scan and data.draw(strategies.booleans(), label="good code"):
            case.body["code"] = self.phone.make_code(now=self.world.now)


@pytest.fixture(scope="module")
def visitor(world: World) -> Visitor:
    visitor = Visitor(world)
    visitor.begin()
    return visitor


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.label for operation in OPERATIONS])
def test_answers_as_it_is_described(operation: APIOperation, visitor: Visitor) -> None:
    cases = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if operation.body or operation.query or operation.path_parameters:
        # Nothing can be wrong with a call that takes nothing.
        cases |= operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @hypothesis.settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=cases, data=strategies.data())
    def ask(case: Case, data: strategies.DataObject) -> None:
        visitor.put_known_ids(case, data)
        response = case.call(base_url=visitor.world.server.url, headers=visitor.headers(operation.path), timeout=20)
        case.validate_response(response, checks=CHECKS)
        if response.status_code in (401, 403):
            # The session was ended, or is not confirmed any more.
            visitor.begin()

    ask()
