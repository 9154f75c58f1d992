"""Introduce the platform and its bank to each other: keys and certificates go through files below var/."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stack.installation import write_private
from stack.places import Places

LONGEST_SECONDS = 60
# What of the bank's answer is trusted for longer than this start.
_TRUST = ("ca", "pins", "signing_keys")

# Any: JSON, as both sides print it.
Fields = dict[str, Any]


class LineRefused(RuntimeError):
    """The bank did not take our keys; the message is what it said."""


def tls_directory(places: Places) -> Path:
    """Return where the bank keeps its authority and its keys."""
    return places.data("bank") / "tls"


def secure_line(places: Places, checkout: Path, request: Fields, manage: Callable[..., str]) -> None:
    """Let the bank take the keys in `request`, and the platform trust the bank; once done, it is left as it is.

    `manage` runs one of the platform's commands and returns what it prints.
    """
    file = places.data("bank") / "line.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    answer = _enrol(places, checkout, request)
    if known and known["ca"] != answer["ca"]:
        # Another bank than before, which has never heard of the keys in use.
        request = json.loads(manage("rotate_line_keys", "--account", "bank"))
        answer = _enrol(places, checkout, request)
    if request["csr"] or request["signing_keys"] or any(known.get(name) != answer[name] for name in _TRUST):
        write_private(file, json.dumps(answer))
        manage("trust_bank", "--account", "bank", "--answer", str(file))


def _enrol(places: Places, checkout: Path, request: Fields) -> Fields:
    command = [sys.executable, "-m", "simulators.bankcore", "enrol", "--request", "-"]
    command += ["--data", str(places.data("bank")), "--tls-dir", str(tls_directory(places))]
    result = subprocess.run(
        command, cwd=checkout, input=json.dumps(request), capture_output=True, text=True, timeout=LONGEST_SECONDS
    )
    if result.returncode != 0:
        raise LineRefused(f"the bank did not take our keys:\n{result.stderr[-2000:]}")
    answer: Fields = json.loads(result.stdout)
    return answer
