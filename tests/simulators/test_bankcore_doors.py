"""Whom the bank lets in, and what it refuses to read."""

import ast
import json
import stat
from contextlib import closing
from pathlib import Path

import pytest

from simulators.bankcore.accounts import swiss_iban
from tests.simulators.bank_process import ROOT, BankProcess, hold_fields


@pytest.mark.parametrize(("path", "header"), [("/v1/health", "Authorization"), ("/v1/admin/books", "X-Admin-Key")])
def test_nobody_comes_in_without_the_right_key(bank: BankProcess, path: str, header: str) -> None:
    with closing(bank.connect()) as connection:
        connection.request("GET", path, headers={**bank.headers(), header: "Bearer wrong"})

        assert connection.getresponse().status == 401


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b'{"ref":"a"', 400, "malformed_json"),
        (b"[]", 400, "malformed_json"),
        (b'{"ref":"a","ref":"b"}', 400, "duplicate_key"),
        (b"[" * 50_000, 400, "malformed_json"),
        (b'{"ref":"a"}', 422, "missing_field"),
        (b" " * 70_000, 413, "too_large"),
    ],
)
def test_a_body_that_is_not_the_one_expected_is_refused(bank: BankProcess, body: bytes, status: int, code: str) -> None:
    with closing(bank.connect()) as connection:
        connection.request("POST", "/v1/holds", body, bank.headers())
        response = connection.getresponse()

        assert (response.status, json.loads(response.read())["code"]) == (status, code)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 0}, "invalid_amount"),
        ({"amount": True}, "invalid_amount"),
        ({"amount": 12.0}, "invalid_amount"),
        ({"amount": "12"}, "invalid_amount"),
        ({"amount": 100_000_001}, "amount_too_large"),
        ({"currency": "chf"}, "invalid_currency"),
        ({"currency": ["CHF"]}, "invalid_currency"),
        ({"ref": "a b"}, "invalid_field"),
        ({"expires_at": "2030-01-01T00:00:00"}, "invalid_field"),
        ({"merchant": "\ud800"}, "invalid_field"),
        ({"tip": 1}, "unknown_field"),
    ],
)
def test_a_field_that_is_not_right_is_refused_and_leaves_no_trace(
    bank: BankProcess, change: dict[str, object], code: str
) -> None:
    fields = {**hold_fields(bank.open_account()), "ref": "op-1", **change}

    status, answer = bank.call("POST", "/v1/holds", fields)

    assert (status, answer["code"]) == (422, code)
    assert bank.get("/v1/admin/operations")["operations"] == []


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/operations/nobody", 404, "unknown_operation"),
        ("GET", "/v1/statements/2026-02-30", 422, "invalid_field"),
        ("GET", "/v1/holds", 405, "method_not_allowed"),
        ("GET", "/v1//holds", 404, "not_found"),
    ],
)
def test_a_wrong_door_says_so(bank: BankProcess, method: str, path: str, status: int, code: str) -> None:
    answered, answer = bank.call(method, path)

    assert (answered, answer["code"]) == (status, code)


def test_an_unknown_hold_is_not_found_and_its_ref_stays_free(bank: BankProcess) -> None:
    fields = {"ref": "op-1", "amount": 1, "currency": "CHF", "final": True}

    status, answer = bank.call("POST", "/v1/holds/hld_nobody/captures", fields)

    assert (status, answer["code"]) == (404, "unknown_hold")
    assert bank.call("GET", "/v1/operations/op-1")[0] == 404


def test_a_token_is_described_without_being_repeated_or_written_down(bank: BankProcess) -> None:
    token = bank.open_account()

    status, answer = bank.call("POST", "/v1/accounts/describe", {"account_token": token})

    iban = bank.account(token)["iban"]
    assert (status, answer) == (
        200,
        {
            "label": f"Bank ...{iban[-4:]}",
            "iban_masked": f"{iban[:4]} **** {iban[-4:]}",
            "currency": "CHF",
            "status": "active",
        },
    )
    line = bank.logged(call="description")
    assert (line["account"], line["status"]) == (f"...{token[-4:]}", 200)
    assert token not in (bank.directory / "calls.log").read_text()


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"account_token": "act_nobody"}, 404, "unknown_account"),
        ({"account_token": ""}, 422, "invalid_field"),
        ({"account_token": ["act_1"]}, 422, "invalid_field"),
        ({"account_token": "act_1", "ref": "a"}, 422, "unknown_field"),
        ({}, 422, "missing_field"),
    ],
)
def test_what_is_no_token_of_this_bank_is_not_described(
    bank: BankProcess, fields: dict[str, object], status: int, code: str
) -> None:
    answered, answer = bank.call("POST", "/v1/accounts/describe", fields)

    assert (answered, answer["code"]) == (status, code)


def test_nobody_has_a_token_described_without_the_clients_key(bank: BankProcess) -> None:
    headers = {**bank.headers(), "Authorization": "Bearer wrong"}
    with closing(bank.connect()) as connection:
        connection.request("POST", "/v1/accounts/describe", json.dumps({"account_token": bank.open_account()}), headers)

        assert connection.getresponse().status == 401


def test_the_keys_are_for_their_owner_only(bank: BankProcess) -> None:
    modes = [stat.S_IMODE((bank.directory / name).stat().st_mode) for name in ("client.key", "admin.key")]

    assert modes == [0o600, 0o600]


def test_an_iban_has_a_valid_checksum() -> None:
    iban = swiss_iban(42)

    digits = "".join(str(int(character, 36)) for character in iban[4:] + iban[:4])
    assert (len(iban), int(digits) % 97) == (21, 1)


def test_the_bank_shares_no_code_with_the_platform() -> None:
    files = list(Path(ROOT / "simulators" / "bankcore").rglob("*.py"))

    imported = {
        name.split(".")[0]
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        for name in (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert files
    assert not imported & {"apps", "mpayment", "django"}
