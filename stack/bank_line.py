"""Introduce the platform and its bank to each other: keys and certificates go through files below var/."""

import json
import secrets
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stack.installation import secret_file, write_private
from stack.places import Places

LONGEST_SECONDS = 60
# What of the bank's answer is trusted for longer than this start.
_TRUST = ("ca", "pins", "signing_keys")

# Who has e-banking in the demo: the contract's number, the name, and the accounts with minor units in them.
CONTRACTS = (
    ("10024711", "Anna Keller", ("CHF:250000", "CHF:4500")),
    ("10024712", "Luca Bernasconi", ("CHF:180000",)),
)

# Any: JSON, as both sides print it.
Fields = dict[str, Any]


class LineRefused(RuntimeError):
    """The bank did not take our keys; the message is what it said."""


def tls_directory(places: Places) -> Path:
    """Return where the bank keeps its authority and its keys."""
    return places.data("bank") / "tls"


@dataclass(frozen=True)
class Addresses:
    """Where the bank sends our customers back to, and its notices; both may change with every start."""

    return_url: str
    notice_url: str


def secure_line(
    places: Places, checkout: Path, request: Fields, manage: Callable[..., str], addresses: Addresses | None = None
) -> None:
    """Let the bank take the keys in `request`, and the platform trust the bank; once done, it is left as it is.

    `manage` runs one of the platform's commands and returns what it prints.
    """
    file = places.data("bank") / "line.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    answer = _enrol(places, checkout, request, addresses)
    if known and known["ca"] != answer["ca"]:
        # Another bank than before, which has never heard of the keys in use.
        request = json.loads(manage("rotate_line_keys", "--account", "bank"))
        answer = _enrol(places, checkout, request)
    if request["csr"] or request["signing_keys"] or any(known.get(name) != answer[name] for name in _TRUST):
        write_private(file, json.dumps(answer))
        manage("trust_bank", "--account", "bank", "--answer", str(file))


def give_contracts(places: Places, checkout: Path) -> list[Fields]:
    """Give the demo's people e-banking, and return what they log in with; what is there already stays."""
    return [_give_contract(places, checkout, *contract) for contract in CONTRACTS]


def _give_contract(places: Places, checkout: Path, number: str, owner: str, accounts: tuple[str, ...]) -> Fields:
    password = secret_file(places, f"e-banking-{number}.key", lambda: secrets.token_urlsafe(9))
    command = ["contract", "--data", str(places.data("bank")), "--number", number, "--owner", owner]
    command += ["--password-file", str(password)]
    given = _ask_bank(checkout, [*command, *(f"--account={account}" for account in accounts)], "")
    return {**given, "password": password.read_text(encoding="utf-8").strip()}


def _enrol(places: Places, checkout: Path, request: Fields, addresses: Addresses | None = None) -> Fields:
    command = ["enrol", "--request", "-", "--data", str(places.data("bank")), "--tls-dir", str(tls_directory(places))]
    if addresses is not None:
        command += ["--return-url", addresses.return_url, "--notice-url", addresses.notice_url]
    return _ask_bank(checkout, command, json.dumps(request))


def _ask_bank(checkout: Path, command: list[str], text: str) -> Fields:
    result = subprocess.run(
        [sys.executable, "-m", "simulators.bankcore", *command],
        cwd=checkout,
        input=text,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
    )
    if result.returncode != 0:
        raise LineRefused(f"the bank did not take what we asked for ({command[0]}):\n{result.stderr[-2000:]}")
    answer: Fields = json.loads(result.stdout)
    return answer
