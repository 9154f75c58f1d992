"""The bank simulator as a process of its own, and a caller that knows its keys."""

import http.client
import json
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from simulators.bank_customer import Login

ROOT = Path(__file__).parents[2]
Fields = dict[str, Any]  # answers are read as they come


@dataclass
class BankProcess:
    """A running bank; `start` again after `kill` on the same directory."""

    directory: Path
    options: tuple[str, ...] = ()
    refs: "count[int]" = field(default_factory=lambda: count(1))

    def start(self) -> "BankProcess":
        command = [sys.executable, "-m", "simulators.bankcore", "--data", str(self.directory), *self.options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline())
        # The administrator's own entrance where there is one; the line itself wants certificates.
        self.line_url = ready["address"]
        self.page_url = str(ready.get("page_address", ""))
        self.port = int(ready.get("admin_address", self.line_url).rpartition(":")[2])
        return self

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=10)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {(self.directory / 'client.key').read_text().strip()}",
            "X-Admin-Key": (self.directory / "admin.key").read_text().strip(),
            "Content-Type": "application/json",
        }

    def call(self, method: str, path: str, fields: Fields | None = None) -> tuple[int, Fields]:
        with closing(self.connect()) as connection:
            connection.request(method, path, json.dumps(fields) if fields is not None else None, self.headers())
            response = connection.getresponse()
            return response.status, json.loads(response.read())

    def post(self, path: str, **fields: object) -> tuple[int, Fields]:
        return self.call("POST", path, {"ref": f"test-{next(self.refs)}", **fields})

    def get(self, path: str) -> Fields:
        return self.call("GET", path)[1]

    def open_account(self, balance: int = 10_000, **fields: object) -> str:
        body = {"owner": "Alice", "currency": "CHF", "balance": balance, **fields}
        token: str = self.call("POST", "/v1/admin/accounts", body)[1]["account_token"]
        return token

    def open_contract(self, *tokens: str, owner: str = "Alice") -> Login:
        """Give somebody e-banking with these accounts."""
        status, answer = self.call("POST", "/v1/admin/contracts", {"owner": owner, "accounts": list(tokens)})
        assert status == 201, answer
        return Login(answer["contract"], answer["password"])

    def register(self, *return_urls: str, notice_url: str | None = None, name: str = "mpayment") -> None:
        """Say where the client's customers come back to, and where it wants its notices."""
        fields = {"name": name, "return_urls": list(return_urls), "notice_url": notice_url}
        status, answer = self.call("POST", "/v1/admin/clients/addresses", fields)
        assert status == 200, answer

    def order(self, **fault: object) -> None:
        assert self.call("POST", "/v1/admin/faults", fault)[0] == 201

    def logged(self, **wanted: object) -> Fields:
        """Return the call log's first entry with these members; the bank writes it just after it has answered."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for line in (self.directory / "calls.log").read_text().splitlines(keepends=True):
                entry: Fields = json.loads(line) if line.endswith("\n") else {}
                if wanted.items() <= entry.items():
                    return entry
            time.sleep(0.01)
        raise AssertionError(f"the call log knows no {wanted}")

    def account(self, token: str) -> Fields:
        found: Fields = next(a for a in self.get("/v1/admin/accounts")["accounts"] if a["account_token"] == token)
        return found


def hold_fields(token: str, amount: int = 1295, *, seconds: float = 600, **fields: object) -> Fields:
    expires_at = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    return {
        "account_token": token,
        "amount": amount,
        "currency": "CHF",
        "merchant": "Shop 12",
        "expires_at": expires_at,
        "proof": "signed",
        **fields,
    }
