"""Descriptions of calls, kept beside their views."""

import pytest
from drf_spectacular.generators import SchemaGenerator

from apps.rest import documentation
from apps.rest.documentation import (
    AMOUNT,
    Answer,
    Body,
    component,
    describe,
    identifier,
    nullable,
    object_schema,
    only_described,
    path_parameter,
)
from apps.rest.views import ApiView
from tests.rest.urls import SellView

THING = object_schema({"amount": AMOUNT, "name": nullable({"type": "string"})}, optional=("name",))


class DescribedView(ApiView):
    @describe(
        "sell_thing",
        tag="Tests",
        summary="Sell",
        parameters=(path_parameter("payment_id", identifier("pay"), "Which"),),
        body=Body(THING, examples={"one": {"amount": 1}}),
        answers={201: Answer("Sold", THING)},
        problems={422: "`invalid_field`"},
    )
    def post(self, request: object) -> None:
        """Sell."""

    def get(self, request: object) -> None:
        """Stay undescribed."""


def test_a_method_becomes_an_operation() -> None:
    generator = SchemaGenerator()
    view = generator.create_view(DescribedView.as_view(), "POST")

    operation = view.schema.get_operation("/x", "x", "/", "POST", generator.registry)

    assert (operation["operationId"], operation["security"]) == ("sell_thing", [])
    assert list(operation["responses"]) == ["201", "400", "413", "415", "422", "429", "503"]
    assert operation["requestBody"]["required"]
    assert operation["requestBody"]["content"]["application/json"]["schema"]["required"] == ["amount"]


def test_what_nobody_described_is_left_out() -> None:
    described, plain = DescribedView.as_view(), SellView.as_view()
    endpoints = [("/x", "x", "POST", described), ("/x", "x", "GET", described), ("/y", "y", "POST", plain)]

    assert only_described(endpoints) == endpoints[:1]


def test_a_name_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documentation, "_schemas", {})

    assert component("Thing", THING) == {"$ref": "#/components/schemas/Thing"}
    with pytest.raises(ValueError, match="Thing"):
        component("Thing", THING)
