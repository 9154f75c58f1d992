"""How a client gets onto the secured line, and off it again."""

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from tests.providers.lines import Client, csr_of, enrol, fingerprint, new_key, public_text, secured_bank
from tests.simulators.bank_process import ROOT, BankProcess


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[BankProcess]:
    with secured_bank(tmp_path) as bank:
        yield bank


def enrol_by_command(directory: Path, request: dict[str, Any], *more: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "simulators.bankcore", "enrol", "--request", "-", *more]
    command += ["--data", str(directory / "bank"), "--tls-dir", str(directory / "tls")]
    return subprocess.run(command, cwd=ROOT, input=json.dumps(request), capture_output=True, text=True, timeout=30)


def request_of(client: Client | None = None) -> dict[str, Any]:
    tls, signing = (client.tls, client.signing) if client else (new_key(), new_key())
    return {"csr": csr_of(tls), "signing_keys": {signing.key_id: public_text(signing)}}


def test_a_client_is_taken_in_before_the_bank_first_runs_and_known_when_it_does(tmp_path: Path) -> None:
    enrolled = enrol_by_command(tmp_path, request_of())
    answer = json.loads(enrolled.stdout)

    with secured_bank(tmp_path) as bank:
        known = bank.get("/v1/admin/clients")

    certificate = x509.load_pem_x509_certificate(answer["certificate"].encode())
    assert [each["fingerprint"] for each in known["certificates"]] == [certificate.fingerprint(SHA256()).hex()]
    assert [each["key_id"] for each in known["signing_keys"]] == answer["accepted"]
    assert answer.keys() == {"ca", "pins", "signing_keys", "accepted", "certificate"}


def test_a_request_is_answered_the_same_when_it_is_repeated(tmp_path: Path) -> None:
    request = request_of()

    first, again = (enrol_by_command(tmp_path, request).stdout for _ in range(2))

    assert first
    assert first == again


def test_whoever_asks_for_nothing_learns_whom_to_trust(bank: BankProcess) -> None:
    status, answer = bank.call("POST", "/v1/admin/clients", {"name": "mpayment"})

    assert (status, answer["accepted"], "certificate" in answer) == (201, [], False)
    assert len(answer["pins"]) == len(answer["signing_keys"]) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Two Words"},
        {"name": None},
        {"csr": "none"},
        {"csr": 1},
        {"signing_keys": ["AAAA"]},
        {"signing_keys": {"k": "AAAA"}},
        {"signing_keys": {"k": None}},
        {"signing_keys": {"a b": public_text(new_key())}},
    ],
)
def test_a_wrong_request_is_refused_and_leaves_no_trace(bank: BankProcess, wrong: dict[str, Any]) -> None:
    status, answer = bank.call("POST", "/v1/admin/clients", {"name": "mpayment", **request_of(), **wrong})

    assert (status, answer["code"]) == (422, "invalid_field")
    assert bank.get("/v1/admin/clients") == {"certificates": [], "signing_keys": []}


def test_what_was_revoked_or_is_another_s_is_not_taken_again(bank: BankProcess) -> None:
    client = enrol(bank)
    request = request_of(client)
    theirs = bank.call("POST", "/v1/admin/clients", {"name": "them", **request})

    for name in (fingerprint(client.tls), client.signing.key_id):
        bank.call("POST", "/v1/admin/clients/revocations", {"revoke": name})
    key_again = bank.call("POST", "/v1/admin/clients", {"name": "mpayment", **request, "csr": None})
    certificate_again = bank.call("POST", "/v1/admin/clients", {"name": "mpayment", "csr": request["csr"]})

    for status, answer in (theirs, key_again, certificate_again):
        assert (status, answer["code"]) == (409, "key_refused")
    assert bank.call("POST", "/v1/admin/clients/revocations", {"revoke": "nobody"})[0] == 404


def test_the_next_keys_are_announced_before_they_are_used(bank: BankProcess) -> None:
    before = bank.call("POST", "/v1/admin/clients", {"name": "mpayment"})[1]

    early = bank.call("POST", "/v1/admin/keys/use")
    announced = bank.call("POST", "/v1/admin/keys/next")[1]
    again = bank.call("POST", "/v1/admin/keys/next")[1]
    used = bank.call("POST", "/v1/admin/keys/use")[1]

    assert (early[0], early[1]["code"]) == (409, "nothing_announced")
    assert announced == again
    assert announced["pins"] == [*before["pins"], *used["pins"]]
    assert len(used["pins"]) == 1


def test_the_bank_s_keys_are_for_their_owner_only(bank: BankProcess) -> None:
    directory = bank.directory.parent / "tls"

    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()} == {0o600}


def test_signatures_are_not_wanted_without_certificates(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulators.bankcore", "--data", str(tmp_path), "--require-signatures"]

    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)

    assert refused.returncode == 2
    assert "--tls-dir" in refused.stderr


def test_a_refused_request_on_the_command_line_says_why(tmp_path: Path) -> None:
    refused = enrol_by_command(tmp_path, {"csr": "none"})

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "csr" in refused.stderr
