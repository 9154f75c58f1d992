"""The bank describes its own calls, all of them, to whoever asks."""

import json
import re
from contextlib import closing
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from simulators.bankcore.bank import DOORS, FIELDS
from simulators.bankcore.openapi import document
from tests.simulators.bank_process import BankProcess, hold_fields

UNDESCRIBED = {"admin", "openapi"}


def operations() -> dict[str, dict[str, Any]]:
    paths: dict[str, Any] = document()["paths"]  # type: ignore[assignment]
    return {
        operation["operationId"]: {**operation, "path": path, "method": method.upper()}
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def test_every_door_is_described_and_nothing_else() -> None:
    described = operations()

    assert described.keys() == {call for call, _, _ in DOORS} - UNDESCRIBED
    samples = {"{date}": "2026-11-25", "{ref}": "op-1"}
    for call, method, pattern in DOORS:
        if call not in UNDESCRIBED:
            path = re.sub(r"\{\w+\}", lambda found: samples.get(found[0], "abc_1"), described[call]["path"])
            assert described[call]["method"] == method
            assert pattern.fullmatch(path), path


def test_the_fields_are_those_that_are_taken() -> None:
    described = operations()

    for call, names in FIELDS.items():
        schema = described[call]["requestBody"]["content"]["application/json"]["schema"]
        assert schema["properties"].keys() == set(names)


def test_it_is_served_without_a_key_and_is_the_document(bank: BankProcess) -> None:
    with closing(bank.connect()) as connection:
        connection.request("GET", "/v1/openapi.json")
        served = json.loads(connection.getresponse().read())

    assert served == json.loads(json.dumps(document()))
    assert served["openapi"].startswith("3.1")


@pytest.mark.parametrize("amount", [1295, 99999])
def test_answers_are_as_described(bank: BankProcess, amount: int) -> None:
    status, answer = bank.post("/v1/holds", **hold_fields(bank.open_account(10_000), amount))
    schema = operations()["hold"]["responses"][str(status)]["content"]["application/json"]["schema"]

    Draft202012Validator({**schema, "components": document()["components"]}).validate(answer)
