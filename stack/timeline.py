"""Who said what to whom, how long it took, and what came of it: kept for programs, and shown to people."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from simulators.caller import NoAnswer, Refused
from simulators.handset import NoKey, NotGenuine
from simulators.phone import CounterBehind, Offline
from simulators.scanner import NothingRead

# What the other side, or the lack of one, may do to us; anything else is a mistake of ours and shows its traceback.
TROUBLE = (CounterBehind, LookupError, NoAnswer, NoKey, NotGenuine, NothingRead, Offline, OSError, Refused)
_BOLD, _DIM, _GREEN, _RED, _END = "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m", "\x1b[0m"


class Failed(Exception):
    """A step did not end as it must."""

    def __init__(self, step: str, expected: object, got: object) -> None:
        self.step, self.expected, self.got = step, expected, got
        super().__init__(f"{step}: expected {expected}, got {got}")


@dataclass
class Hop:
    """One step. Not frozen: its result and its time come last."""

    act: str
    source: str
    target: str
    what: str
    started_ms: float
    milliseconds: float = 0.0
    result: str = ""

    @property
    def step(self) -> str:
        """The step as a failure names it."""
        return f"{self.act}: {self.source} -> {self.target}, {self.what}"

    # Any value that can be compared and shown.
    def expect(self, expected: Any, got: Any) -> None:
        """Raise Failed unless both are equal."""
        if expected != got:
            raise Failed(self.step, expected, got)

    def expect_that(self, holds: bool, expected: str, got: object) -> None:
        """Raise Failed, in words, unless it holds."""
        if not holds:
            raise Failed(self.step, expected, got)


@dataclass
class Timeline:
    """The steps of one play. `show` gets each line as it happens."""

    show: Callable[[str], None]
    is_coloured: bool = False
    hops: list[Hop] = field(default_factory=list)
    has_picture: bool = False
    _act: str = ""
    _began: float = field(default_factory=time.perf_counter)

    def act(self, title: str) -> None:
        """Begin the next part of the play."""
        self._act = title
        self.show(f"\n{self._in(_BOLD, title)}")

    @contextlib.contextmanager
    def hop(self, source: str, target: str, what: str) -> Iterator[Hop]:
        """Time what happens inside, and show it. Raises Failed also for what the other side did to us."""
        started = time.perf_counter()
        hop = Hop(self._act, source, target, what, (started - self._began) * 1000)
        try:
            yield hop
        except TROUBLE as error:
            raise Failed(hop.step, "an answer", f"{type(error).__name__}: {error}") from error
        finally:
            hop.milliseconds = (time.perf_counter() - started) * 1000
            self.hops.append(hop)
        self._show_hop(hop)

    def note(self, source: str, target: str, what: str, *, milliseconds: float, result: str) -> None:
        """Keep and show a step that others have timed, and that was part of the one before or went on beside it."""
        hop = Hop(self._act, source, target, what, self.total_ms() - milliseconds, milliseconds, result)
        self.hops.append(hop)
        self._show_hop(hop)

    def show_once(self, picture: str) -> None:
        """Show the first of several pictures, and none of the later ones."""
        if not self.has_picture:
            self.has_picture = True
            self.show(picture)

    def as_fields(self) -> list[dict[str, Any]]:
        """Return the steps for a program, times in milliseconds."""
        rounded = ("started_ms", "milliseconds")
        return [{**asdict(hop), **{name: round(getattr(hop, name), 1) for name in rounded}} for hop in self.hops]

    def total_ms(self) -> float:
        """Return how long the play has taken so far."""
        return (time.perf_counter() - self._began) * 1000

    def _show_hop(self, hop: Hop) -> None:
        took = self._in(_DIM, f"{hop.milliseconds:8.1f} ms")
        who = f"{hop.source:>6} -> {hop.target:<6}" if hop.target else f"{hop.source:>6}          "
        self.show(f"{took}  {who}  {hop.what:<46}  {self._in(_GREEN, hop.result)}")

    def show_failure(self, failure: Failed) -> None:
        """Show what went wrong, and where."""
        self.show(f"\n{self._in(_RED, 'It did not work.')}")
        self.show(f"  step      {failure.step}\n  expected  {failure.expected}\n  got       {failure.got}")

    def _in(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_END}" if self.is_coloured and text else text
