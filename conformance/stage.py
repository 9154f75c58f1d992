"""Where a scenario is played: the till, the line, the customers, and the server that knows what is true."""

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from conformance.between import Between
from conformance.customer import Customers
from conformance.driver import Driver, Pending
from conformance.port import Screen
from conformance.recording import Exchange, Fields, Mask
from simulators.caller import Caller
from stack.play import money

TRUTH_TIMEOUT_SECONDS = 20.0
# Below the amounts whose last four digits mean something in training.
LARGEST_MINOR = 8_999


class Broke(Exception):
    """The till broke the rule; the message says what it did."""


class NotPlayed(Exception):
    """The scenario could not be played to its point; the message says why. It says nothing about the till."""


def need(holds: bool, did: str) -> None:
    """Raise Broke, with what the till did, unless it holds."""
    if not holds:
        raise Broke(did)


@dataclass
class Sale:
    """What the cashier rings up. Not frozen: a till may choose its own receipt number."""

    reference: str
    minor: int
    code: str

    @property
    def amount(self) -> str:
        """The amount as the cashier types it."""
        return f"{self.minor // 100}.{self.minor % 100:02d}"

    @property
    def shown(self) -> str:
        """The amount as a report shows it."""
        return money(self.minor)


class Truth:
    """The server, asked beside the till, with the till's key."""

    def __init__(self, server_url: str, key: str) -> None:
        self._caller = Caller(server_url, timeout_seconds=TRUTH_TIMEOUT_SECONDS)
        self._headers = {"Authorization": f"Bearer {key}"}

    def till(self) -> Fields:
        """Return who the server takes this till for."""
        return self._caller.call("GET", "till", headers=self._headers).accepted()

    def today(self) -> str:
        """Return the merchant's day."""
        me = self.till()
        zone = ZoneInfo(me["merchant"]["time_zone"])
        return datetime.fromisoformat(me["server_time"]).astimezone(zone).date().isoformat()

    def payments(self, reference: str) -> list[Fields]:
        """Return what there is under a receipt number, newest first."""
        query = urlencode({"reference": reference})
        return list(self._caller.call("GET", f"payments?{query}", headers=self._headers).accepted()["data"])

    def taken(self, reference: str) -> int:
        """Return what the customer has paid under a receipt number, and not been promised back."""
        return sum(
            payment["captured"]
            for payment in self.payments(reference)
            if payment["refund_status"] in ("none", "failed")
        )

    def is_off(self, reference: str) -> bool:
        """Say whether nothing under this receipt number is paid, held or open."""
        return all(
            payment["safe_to_retry"] or payment["refund_status"] in ("pending", "full")
            for payment in self.payments(reference)
        )

    def post(self, call: str, fields: Fields, key: str) -> Fields:
        """Do something beside the till; return the answer."""
        return self._caller.call("POST", call, fields, self._headers | {"Idempotency-Key": key}).accepted()


@dataclass
class Stage:
    """Everything that a scenario needs. `key` is the till's."""

    driver: Driver
    between: Between
    customers: Customers
    truth: Truth
    mask: Mask
    key: str
    server_url: str
    till_url: str
    run: str
    random: random.Random
    name: str = ""
    patience_seconds: float = 10.0
    clock_offset_seconds: int = 0
    sales: list[Sale] = field(default_factory=list)
    _used: set[int] = field(default_factory=set)

    # Any: what `Customers.code` takes.
    def sale(self, minor: int | None = None, *, reference: str = "", code: str = "", **more: Any) -> Sale:
        """Return something to ring up: an amount that no other sale has, and a fresh code."""
        if minor is None:
            minor = self.random.randint(100, LARGEST_MINOR)
            # Twice the same amount looks like a sale that was rung up twice.
            while minor in self._used:
                minor = self.random.randint(100, LARGEST_MINOR)
        self._used.add(minor)
        number = reference or f"kit-{self.run}-{len(self.sales) + 1}"
        sale = Sale(number, minor, code or self.customers.code(**more))
        self.sales.append(sale)
        return sale

    def start(self, server: str = "") -> Screen:
        """Switch the till on."""
        screen = self.driver.ask(
            "start",
            server=server or self.till_url,
            key=self.key,
            currency="CHF",
            patience_seconds=self.patience_seconds,
            clock_offset_seconds=self.clock_offset_seconds,
        )
        self.driver.till = screen.till or self.driver.till
        return screen

    def begin_sale(self, sale: Sale, **more: object) -> Pending:
        """Let the cashier scan, and do not wait."""
        return self.driver.begin("sell", reference=sale.reference, amount=sale.amount, code=sale.code, **more)

    def sell(self, sale: Sale, **more: object) -> Screen:
        """Let the cashier scan, and return what the till shows."""
        screen = self.begin_sale(sale, **more).screen()
        self.learn_reference(sale)
        return screen

    def learn_reference(self, sale: Sale) -> None:
        """Keep the receipt number that the till has used: some tills make their own."""
        for sent in self.posts(sale):
            sale.reference = str(sent.asked.get("reference", sale.reference))

    def posts(self, sale: Sale) -> list[Exchange]:
        """Return every request by which the till tried to sell this."""
        return self.between.recording.posts_of(sale.code)

    def need_paid(self, screen: Screen, sale: Sale, minor: int | None = None) -> None:
        """The till shows paid, and it is true."""
        expected = sale.minor if minor is None else minor
        need(screen.shows == "paid", f"it shows {described(screen)}, though {sale.shown} could be paid")
        need(screen.releases_goods, "it shows paid and keeps the goods")
        taken = self.truth.taken(sale.reference)
        need(taken == expected, f"it shows paid, and the server has taken {money(taken)} instead of {money(expected)}")

    def need_not_paid(self, screen: Screen, sale: Sale) -> None:
        """The till shows that nothing is paid, keeps the goods, and it is true."""
        self.need_no_goods(screen)
        need(screen.shows == "not_paid", f"it shows {described(screen)} instead of not paid")
        need(self.truth.is_off(sale.reference), "it shows not paid, and at the server the sale is paid, held or open")

    def need_no_goods(self, screen: Screen) -> None:
        """Neither paid nor goods."""
        need(screen.shows != "paid", "it shows paid")
        need(not screen.releases_goods, "it hands the goods over")

    def need_one_intention(self, sent: list[Exchange], what: str) -> None:
        """However often it was sent: one key, and the same bytes."""
        keys, bodies = {each.key for each in sent}, {each.body for each in sent}
        need(len(keys) <= 1, f"it sent {what} {len(sent)} times with {len(keys)} different Idempotency-Keys")
        need(len(bodies) <= 1, f"it repeated {what} with the same key and another body")


def described(screen: Screen) -> str:
    """Return what the cashier sees, in a few words."""
    return f"{screen.shows} ({screen.message})" if screen.message else screen.shows
