"""The clerk of the simulated bank: opens accounts, orders faults, and shows the books."""

from typing import Any

from simulators.bank_customer import Login
from simulators.caller import Caller, Fields

TIMEOUT_SECONDS = 10.0


class Clerk:
    """Whoever holds the bank's administration key."""

    def __init__(self, bank_url: str, key: str) -> None:
        self._caller = Caller(bank_url, timeout_seconds=TIMEOUT_SECONDS)
        self._headers = {"X-Admin-Key": key.strip()}

    def open_account(self, owner: str, balance: int, currency: str = "CHF") -> str:
        """Open an account with so much in it, in minor units, and return its token."""
        account = self._call("POST", "accounts", {"owner": owner, "currency": currency, "balance": balance})
        return str(account["account_token"])

    def open_contract(self, owner: str, *tokens: str) -> Login:
        """Give somebody e-banking with these accounts, and return what he logs in with."""
        given = self._call("POST", "contracts", {"owner": owner, "accounts": list(tokens)})
        return Login(str(given["contract"]), str(given["password"]))

    def set_status(self, token: str, status: str) -> None:
        """Block the account, close it (`expired`), or let it go on (`active`)."""
        self._call("POST", f"accounts/{token}/status", {"status": status})

    def account(self, token: str) -> Fields:
        """Return the account with its balance and what is available of it. Raises LookupError."""
        for account in self._call("GET", "accounts")["accounts"]:
            if account["account_token"] == token:
                return dict(account)
        raise LookupError("no such account")

    def order_fault(self, on: str, kind: str, *, times: int = 1, milliseconds: int = 1000) -> None:
        """Let so many of the next calls of one kind go wrong."""
        self._call("POST", "faults", {"on": on, "kind": kind, "times": times, "milliseconds": milliseconds})

    def faults_left(self) -> int:
        """Return how many orders have not been used up."""
        return len(self._call("GET", "faults")["faults"])

    def clear_faults(self) -> None:
        """Let everything work again."""
        self._call("DELETE", "faults")

    def books(self) -> Fields:
        """Return all balances, summed from the postings, and the holds that are open."""
        return self._call("GET", "books")

    def operations(self) -> list[dict[str, Any]]:
        """Return every answer the bank has given, in the order of arrival."""
        return list(self._call("GET", "operations")["operations"])

    def _call(self, method: str, path: str, fields: Fields | None = None) -> Fields:
        return self._caller.call(method, f"v1/admin/{path}", fields, self._headers).accepted()
