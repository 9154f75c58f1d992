"""What a phone keeps when it is switched off, in one file that is written whole or not at all."""

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

# Any: the realm document's lists of keys, as they came.
Keys = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Facts:
    """Bytes as base64url text. Neither the PIN nor K_pin is here, nor anything that could confirm a guess.

    A native app keeps `private_key` and `k_dev` in the phone's key store, which does not let them out; this file
    stands for it.
    """

    realm: str = ""
    realm_version: int = 0
    code_keys: Keys = ()
    receipt_keys: Keys = ()
    device_id: str = ""
    device_ref: str = ""
    private_key: str = field(default="", repr=False)
    k_dev: str = field(default="", repr=False)
    certificate: str = ""
    counter: int = 0
    sync: str = ""
    pin_epoch: int = 0
    clock_offset_seconds: float = 0.0
    last_event: int = 0


class Memory:
    """The facts, and the file in which they survive. Whoever changes what it has read holds `lock` meanwhile."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self._path = path
        self.facts = Facts(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Facts()

    # Any: the fields of Facts.
    def keep(self, **changes: Any) -> None:
        """Change facts; when it returns they are on the disk, also if the power fails the moment after."""
        with self.lock:
            facts = replace(self.facts, **changes)
            _write(self._path, json.dumps(asdict(facts)))
            self.facts = facts


def _write(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    unfinished.rename(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        # Without this the old file may come back after a power cut, and with it the old counter.
        os.fsync(directory)
    finally:
        os.close(directory)
