"""The whole product as `make run` starts it, below a directory of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stack.identity import SHARED_TEMPORARY
from stack.places import Places

ROOT = Path(__file__).parents[2]
# What the tests' own servers are found by must not reach the product.
_OURS = frozenset(
    {
        *("DATABASE_URL", "REDIS_URL", "MPAYMENT_TEST_DATABASE", "ALLOW_FORGETFUL_DATABASE"),
        *("SECRET_KEY", "KEY_ENCRYPTION_KEYS", "REALM_ID", "DJANGO_SETTINGS_MODULE", "DEMO", "DEBUG"),
    }
)


def run_command(home: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "stack.run", "--home", str(home), *options]


def demo_command(home: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "stack.demo", "--home", str(home), *options]


def clean_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _OURS}
    return kept | {"PYTHONPATH": str(ROOT)}


@dataclass
class Running:
    """`python -m stack.run`; `start` again after `interrupt` on the same directory."""

    places: Places
    process: subprocess.Popen[str] | None = None
    output: list[str] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.places.checkout

    @property
    def card_file(self) -> Path:
        return self.places.var / "run" / "demo.json"

    def card(self) -> dict[str, Any]:
        card: dict[str, Any] = json.loads(self.card_file.read_text(encoding="utf-8"))
        return card

    def start(self, *options: str) -> None:
        """Return once it says that it runs."""
        self.output = []
        self.process = subprocess.Popen(
            run_command(self.home, "--port", "0", *options),
            cwd=self.home,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        # The last line of the announcement is where the card lies.
        for line in self.process.stdout:
            self.output.append(line)
            if line.strip() == str(self.card_file):
                return
        raise AssertionError("it did not come up:\n" + "".join(self.output))

    def interrupt(self) -> int:
        """Press Ctrl-C, and return the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=60)
        self.output.append(rest)
        code, self.process = self.process.returncode, None
        return code

    def processes(self) -> list[int]:
        """Return the ids of all processes that work below its directories."""
        grounds = (self.home.resolve(), SHARED_TEMPORARY / f"mpayment-{self.places.mark}")
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if any((entry / "cwd").readlink().is_relative_to(ground) for ground in grounds):
                        found.append(int(entry.name))
        return found


def health(address: str, path: str) -> tuple[int, dict[str, Any]]:
    """Return status and body of a probe."""
    url = address.replace("ws://", "http://") + path
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 -- our own address
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as answer:
        return answer.code, json.loads(answer.read())


def is_gone(running: Running, within_seconds: float = 5) -> bool:
    """Say whether none of its processes is left."""
    deadline = time.monotonic() + within_seconds
    while running.processes():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
