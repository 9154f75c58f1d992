"""What the bank noted of the calls it got, for a timeline that reaches as far as the bank."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Of the administration and of nobody.
_NO_BUSINESS = frozenset({"admin", "error", "health", "none", "notice", "openapi", "page"})
# So much of a fingerprint or of a key's id tells one from another for a reader.
_SHOWN_CHARACTERS = 12


@dataclass(frozen=True)
class BankCall:
    """One call with what came of it: the HTTP status, 0 if the bank sent nothing."""

    call: str
    status: int
    milliseconds: float
    fault: str
    # How it was protected, in words; empty on a plain line.
    line: str = ""
    # By which certificate and keys; empty on a plain line.
    proof: str = ""


class BankLog:
    """The calls since it was looked at last; none where the bank keeps its log elsewhere."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = path.stat().st_size if path.exists() else 0

    def new_calls(self) -> Iterator[BankCall]:
        """Yield the calls of the payment server that have ended meanwhile."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                # The last line may still be under way.
                if not line.endswith(b"\n"):
                    return
                self._read += len(line)
                noted = json.loads(line)
                if noted["call"] not in _NO_BUSINESS:
                    call, status, fault = noted["call"], noted["status"], noted["fault"]
                    yield BankCall(call, status, noted["ms"], fault, _protection(noted), _proof(noted))


# Any: a line of the bank's log, documented in docs/bank-core-api.md.
def _protection(noted: dict[str, Any]) -> str:
    if not noted.get("tls"):
        return ""
    version = str(noted["tls"]).removeprefix("TLSv")
    return f"over TLS {version}" + (", both sides signed" if noted.get("signed") else "")


# Any: a line of the bank's log.
def _proof(noted: dict[str, Any]) -> str:
    words = {"certificate": "our certificate", "key_id": "our key", "answer_key_id": "the bank's key"}
    return ", ".join(
        f"{word} {str(noted[name])[:_SHOWN_CHARACTERS]}..." for name, word in words.items() if noted.get(name)
    )
