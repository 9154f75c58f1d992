"""The web process on the real server, on the tests' database, with nothing else beside it."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from stack.processes import free_port

ROOT = Path(__file__).parents[2]


@dataclass
class WebProcess:
    """Granian with the assembly's WSGI application; `changes` are settings."""

    log: Path
    changes: dict[str, str]
    port: int = field(default_factory=lambda: free_port(8600))

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def start(self) -> subprocess.Popen[bytes]:
        parts = urlsplit(os.environ["DATABASE_URL"])
        environment = {
            **os.environ,
            "DATABASE_URL": urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}")),
            "AUTHORISE_IN": "request",
            "LOG_LEVEL": "ERROR",
            **self.changes,
        }
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"]
        with self.log.open("wb") as file:
            process = subprocess.Popen(
                [*command, "--blocking-threads", "8", "--port", str(self.port), "mpayment.wsgi:application"],
                cwd=ROOT,
                env=environment,
                stdout=file,
                stderr=file,
            )
        deadline = time.monotonic() + 60
        while not self._lives():
            assert process.poll() is None, self.log.read_text(errors="replace")
            assert time.monotonic() < deadline, self.log.read_text(errors="replace")
            time.sleep(0.05)
        return process

    def _lives(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/live", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def web_process(place: Path, **changes: str) -> Iterator[WebProcess]:
    """Run the process with these settings."""
    web = WebProcess(place / "web.log", changes)
    process = web.start()
    try:
        yield web
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
