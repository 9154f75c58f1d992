"""The customers who pay at the till under test: phones that register, enrol, and make every kind of code."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.recording import Mask
from simulators.clerk import Clerk
from simulators.encoding import from_text
from simulators.phone import Phone
from stack.play import read_mailed_code

PIN, WRONG_PIN = "271828", "141421"
BALANCE = 100_000


class WanderingPhone(Phone):
    """A phone whose clock can be wrong for one code; it keeps using the code key of today."""

    _wrong_by_seconds = 0.0

    @contextmanager
    def wrong_clock(self, seconds: float) -> Iterator[None]:
        """Let the clock be so many seconds fast, slow if negative."""
        self._wrong_by_seconds = seconds
        try:
            yield
        finally:
            self._wrong_by_seconds = 0.0

    def _server_time(self) -> float:
        return super()._server_time() + self._wrong_by_seconds

    def _code_key(self) -> tuple[int, bytes]:
        wrong, self._wrong_by_seconds = self._wrong_by_seconds, 0.0
        try:
            return super()._code_key()
        finally:
            self._wrong_by_seconds = wrong


class NoCustomer(RuntimeError):
    """A phone could not be set up, so that nothing can be played; the message says why."""


# Any: the card is JSON, and its members are documented in docs/operations.md.
@dataclass
class Customers:
    """Makes phones on a running installation. Every code that one of them makes is masked in reports."""

    card: dict[str, Any]
    bank_key: str
    pocket: Path
    mask: Mask
    _made: list[WanderingPhone] = field(default_factory=list)

    @property
    def phone(self) -> WanderingPhone:
        """The phone of the customer who pays most of the time."""
        return self._made[0] if self._made else self.newcomer()

    def newcomer(self) -> WanderingPhone:
        """Return the phone of somebody new, with a PIN and money, in flight mode."""
        phone = WanderingPhone(
            self.card["wallet_url"],
            self.card["socket_url"],
            self.pocket / f"phone-{len(self._made)}.json",
            root_key=from_text(self.card["realm_root"]) if self.card.get("realm_root") else None,
        )
        email = f"till-{secrets.token_hex(6)}@kundin.example"
        phone.register(email)
        code = read_mailed_code(self.card["demo_url"], email)
        if code is None:
            raise NoCustomer("no mail came with the code for a new phone")
        phone.enrol(phone.confirm_registration(email, code), "Phone")
        phone.open_session()
        phone.set_pin(PIN)
        phone.open_session(PIN)
        clerk = Clerk(self.card["bank_url"], self.bank_key)
        account = clerk.open_account("Customer of the kit", BALANCE)
        phone.link_at_bank(clerk.open_contract("Customer of the kit", account))
        phone.go_offline()
        self._made.append(phone)
        return phone

    # Any: what Phone.make_code takes.
    def code(self, *, phone: WanderingPhone | None = None, pin: str = PIN, **more: Any) -> str:
        """Return a fresh training code."""
        code = (phone or self.phone).make_code(pin, **{"is_training": True, **more})
        self.mask.add_code(code)
        return code

    def gone(self) -> WanderingPhone:
        """Return the phone of somebody who has given it up."""
        first = self.phone
        phone = self.newcomer()
        phone.go_online()
        phone.open_session(PIN)
        phone.revoke()
        phone.go_offline()
        self._made[0] = first
        return phone

    def agree(self, payment_id: str, is_yes: bool) -> None:
        """Let the customer, who is online for that, say yes or no to a payment."""
        self.phone.go_online()
        try:
            self.phone.open_session(PIN)
            self.phone.consent(payment_id, is_yes, PIN if is_yes else None)
        finally:
            self.phone.go_offline()


def eventually(holds: Callable[[], bool], within_seconds: float) -> bool:
    """Say whether it holds in time."""
    deadline = time.monotonic() + within_seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.03)
    return True
