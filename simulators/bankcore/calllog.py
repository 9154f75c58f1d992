"""One JSON line per call, with references and never with tokens or keys."""

import json
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path

from simulators.bankcore.books import rfc3339


class CallLog:
    """An append-only file, written line by line."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._stream = path.open("a", encoding="utf-8")

    def write(
        self,
        *,
        call: str,
        ref: str,
        status: int,
        milliseconds: float,
        fault: str,
        account: str,
        tls: str = "",
        client: str = "",
        signed: bool = False,
        certificate: str = "",
        key_id: str = "",
        answer_key_id: str = "",
    ) -> None:
        """Note one call; `status` 0 says that nothing was sent, `signed` that both sides have signed.

        The certificate is the fingerprint of what the client showed; the keys are those that signed request and answer.
        """
        self._append(
            {
                "call": call,
                "ref": ref,
                "status": status,
                "ms": round(milliseconds, 3),
                "fault": fault,
                "account": account,
                "tls": tls,
                "client": client,
                "signed": signed,
                "certificate": certificate,
                "key_id": key_id,
                "answer_key_id": answer_key_id,
            }
        )

    def write_error(self, error: Exception) -> None:
        """Note a bug by its kind and places; its message may quote what must not be here."""
        places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-5:]]
        self._append({"call": "error", "kind": type(error).__name__, "places": places})

    def _append(self, entry: dict[str, object]) -> None:
        line = json.dumps({"time": rfc3339(datetime.now(UTC)), **entry}, separators=(",", ":"))
        with self._lock:
            self._stream.write(line + "\n")
            self._stream.flush()
