"""One row of the catalogue: what is sent, and what it gets."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.badinput.door import Answer, Request
from tests.badinput.state import DECLINED, changed, state
from tests.badinput.world import World

PROBLEM = "application/problem+json"
# Everything that every problem has.
MEMBERS = frozenset({"type", "title", "status", "code", "detail", "request_id", "errors"})


@dataclass(frozen=True)
class Verdict:
    """What became of one case; `faults` is empty if it was answered as specified."""

    case: str
    requests: int
    faults: tuple[str, ...]
    is_500: bool = False
    has_changed: bool = False


@dataclass(frozen=True)
class Case:
    """One request. `make` sets the scene and returns it; what the scene changes does not count."""

    id: str
    make: Callable[[World], Request]
    # Any of these.
    statuses: tuple[int, ...]
    codes: tuple[str, ...] = ()
    # For a payment that is declined.
    declines: tuple[str, ...] = ()
    # The tables that may change.
    changes: frozenset[str] = frozenset()
    # The server in front of the application answers, which knows no problems.
    is_bare: bool = False
    # What else must hold; returns what does not.
    also: Callable[[World, Answer], Iterable[str]] = field(default=lambda world, answer: ())

    def run(self, world: World) -> Verdict:
        """Send it, and judge the answer and what is left of it."""
        request = self.make(world)
        before = state()
        answer = world.send(request)
        left = changed(before, state()) - self.changes
        faults = [*self._faults(answer), *self.also(world, answer)]
        if left:
            faults.append(f"changed {', '.join(sorted(left))}")
        return Verdict(self.id, 1, tuple(faults), is_500=answer.status == 500, has_changed=bool(left))

    def _faults(self, answer: Answer) -> Iterable[str]:
        if answer.status not in self.statuses:
            yield f"status {answer.status}, not {self.statuses}: {answer.content[:300]!r}"
        if answer.rest:
            yield f"a second answer: {answer.rest[:80]!r}"
        if b"Traceback" in answer.content:
            yield "a stack trace"
        if self.is_bare:
            return
        if answer.status >= 400:
            yield from problem_faults(answer)
        if self.codes and answer.json.get("code") not in self.codes:
            yield f"code {answer.json.get('code')}, not {self.codes}"
        if self.declines:
            decline = answer.json.get("decline") or {}
            if answer.json.get("status") != "declined" or decline.get("code") not in self.declines:
                yield f"{answer.json.get('status')} {decline.get('code')}, not declined {self.declines}"


@dataclass(frozen=True)
class Scene:
    """Many requests that mean something only together; `play` returns how many there were, and what was wrong."""

    id: str
    play: Callable[[World], tuple[list[Answer], list[str]]]

    def run(self, world: World) -> Verdict:
        """Play it."""
        answers, faults = self.play(world)
        return Verdict(self.id, len(answers), tuple(faults), is_500=any(answer.status == 500 for answer in answers))


def problem_faults(answer: Answer) -> Iterable[str]:
    """Say what is missing of an RFC 9457 problem."""
    if answer.headers.get("content-type") != PROBLEM:
        yield f"content type {answer.headers.get('content-type')}"
    if missing := MEMBERS - set(answer.json):
        yield f"without {', '.join(sorted(missing))}"
    if answer.json.get("status") != answer.status:
        yield "another status in the body"
    if answer.json.get("request_id") != answer.headers.get("request-id"):
        yield "another request id in the body"
    if answer.status == 429 and int(answer.headers.get("retry-after", "0")) < 1:
        yield "no Retry-After"


def refused(
    id: str, make: Callable[[World], Request], status: int, code: str, *, changes: frozenset[str] = frozenset()
) -> Case:
    """Return a case that is a problem and changes nothing."""
    return Case(id, make, (status,), (code,), changes=changes)


def declined(id: str, make: Callable[[World], Request], *declines: str, changes: frozenset[str] = DECLINED) -> Case:
    """Return a case that is a declined payment, and leaves what such a one leaves."""
    return Case(id, make, (201,), declines=declines, changes=changes)
