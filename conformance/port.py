"""The cashier port: what the kit asks of a till under test, one JSON object a line, on standard input and output.

A till's side of it is an object with a method for each command; `serve` reads, answers and flushes until the input
ends. Vendors who write Python may use both, everybody else writes the same thirty lines: docs/till-conformance.md.
"""

import inspect
import json
import sys
from dataclasses import asdict, dataclass, field
from typing import Any, TextIO

# Any: a command's fields, checked by the signature of whoever carries it out.
Fields = dict[str, Any]

COMMANDS = {
    "start": "forget everything, and work with this server",
    "sell": "the cashier has scanned a code for a sale",
    "wait": "the cashier goes on waiting for an open sale",
    "cancel": "the cashier calls a sale off, or takes a paid one back at once",
    "confirm": "the cashier says whether a possible duplicate is another sale",
    "look": "the cashier wants to know what became of a sale",
    "capture": "the cashier takes a part of what is held",
    "refund": "the cashier gives a part of a paid sale back",
    "return": "somebody brings a part of a sale back and shows a code",
    "close_day": "the cashier closes the till's day",
}
SHOWS = {
    "ready": "works with this server",
    "paid": "paid: the goods may go",
    "not_paid": "not paid, and nothing is open any more",
    "held": "the money is held and not taken (after `sell` with `capture: false`)",
    "wait": "open: nobody knows yet, or somebody must agree",
    "ask_cashier": "open: the cashier must say whether it is another sale",
    "refunded": "the money is on its way back",
    "not_refunded": "nothing is given back",
    "day_closed": "the day is closed; `differences` has what differs",
    "unsupported": "this till cannot do that",
    "error": "something went wrong in the till; `message` says what",
}


LISTS = ("receipt", "differences")


class NotUnderstood(Exception):
    """The till's line is not an answer of the cashier port."""


@dataclass(frozen=True)
class Screen:
    """What the cashier and the customer see; `goods` only where goods are handed over by something else than `paid`."""

    shows: str
    message: str = ""
    customer_message: str = ""
    may_retry: bool = False
    goods: bool | None = None
    receipt: tuple[str, ...] = ()
    # Each `{"type", "reference", "told", "ours"}`, amounts in minor units, `reference` null for a sum.
    differences: tuple[Fields, ...] = ()
    # Of `ready`: `{"vendor", "name", "version"}`.
    till: Fields = field(default_factory=dict)

    @property
    def releases_goods(self) -> bool:
        """Whether the goods leave the shop."""
        return self.shows == "paid" if self.goods is None else self.goods

    @classmethod
    def read(cls, line: str) -> "Screen":
        """Return what a till's line says. Raises NotUnderstood."""
        try:
            fields = json.loads(line)
            known = {name: fields[name] for name in cls.__dataclass_fields__ if fields.get(name) is not None}
        except (AttributeError, TypeError, ValueError) as error:
            raise NotUnderstood(f"no answer of the cashier port ({type(error).__name__}): {line[:200]}") from error
        if (strange := [name for name, value in known.items() if not _is_right(name, value)]) or "shows" not in known:
            raise NotUnderstood(f"{strange[0] if strange else 'shows'} is not as the cashier port has it: {line[:200]}")
        members: Fields = {name: tuple(value) if name in LISTS else value for name, value in known.items()}
        return cls(**members)

    def line(self) -> str:
        """Return it as a till writes it."""
        said = {name: value for name, value in asdict(self).items() if value or name == "goods"}
        return json.dumps({name: value for name, value in said.items() if value is not None}, ensure_ascii=False)


def _is_right(name: str, value: object) -> bool:
    """Say whether a member of an answer has the type, and `shows` one of the words, that the port knows."""
    match name:
        case "shows":
            return isinstance(value, str) and value in SHOWS
        case "receipt":
            return isinstance(value, list) and all(isinstance(line, str) for line in value)
        case "differences":
            return isinstance(value, list) and all(isinstance(each, dict) for each in value)
        case "may_retry" | "goods":
            return isinstance(value, bool)
        case "till":
            return isinstance(value, dict)
        case _:
            return isinstance(value, str)


def answer(cashier: object, command: Fields) -> Screen:
    """Carry one command out by the method that is named after it; `return` is `take_back`.

    Whatever goes wrong is shown, as on a real till's screen.
    """
    fields = dict(command)
    name = str(fields.pop("do", ""))
    method = getattr(cashier, "take_back" if name == "return" else name, None) if name in COMMANDS else None
    if method is None:
        return Screen("unsupported")
    # Later kits may tell more: what a method does not take is left out.
    takes = inspect.signature(method).parameters
    if not any(each.kind is inspect.Parameter.VAR_KEYWORD for each in takes.values()):
        fields = {key: value for key, value in fields.items() if key in takes}
    try:
        screen = method(**fields)
    except Exception as error:
        # The edge of the till: the cashier sees a fault, and the port stays open.
        return Screen("error", message=f"{type(error).__name__}: {error}")
    return screen if isinstance(screen, Screen) else Screen("error", message="the till showed nothing")


def serve(cashier: object, commands: TextIO = sys.stdin, screens: TextIO = sys.stdout) -> None:
    """Answer commands until there are no more."""
    for line in commands:
        print(answer(cashier, json.loads(line)).line(), file=screens, flush=True)
