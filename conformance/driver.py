"""The kit's hands on a till: commands in, screens out."""

import contextlib
import json
import os
import queue
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from conformance.port import Fields, Screen, answer
from stack.servers import die_with_parent

# Longer than the longest that a till may wait by the rules.
ANSWER_WITHIN_SECONDS = 75.0
END_WITHIN_SECONDS = 5.0


class Unsupported(Exception):
    """The till cannot do that, so that the scenario says nothing about it."""


class Silent(Exception):
    """The till did not answer, or has ended; the message says which."""


class Port(Protocol):
    """A till that answers commands."""

    def begin(self, command: Fields) -> "Future[str]":
        """Send a command; the future has the till's line."""
        ...

    def said(self) -> str:
        """Return everything that it has written besides its answers."""
        ...


class TillProcess:
    """A till behind a command line."""

    def __init__(self, command: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 -- whoever runs the kit says what to run
            shlex.split(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            preexec_fn=die_with_parent(15),
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._said: list[str] = []
        for work in (self._read_answers, self._read_log):
            threading.Thread(target=work, daemon=True).start()

    def begin(self, command: Fields) -> "Future[str]":
        """Send a command. Raises Silent when the till has ended."""
        if self._process.stdin is None:
            raise Silent("the till has no standard input")
        try:
            self._process.stdin.write(json.dumps(command, ensure_ascii=False) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise Silent(f"the till has ended with code {self._process.poll()}: {self.said()[-400:]}") from error
        future: Future[str] = Future()
        threading.Thread(target=self._await_line, args=(future,), daemon=True).start()
        return future

    def said(self) -> str:
        """Return its standard error."""
        return "".join(self._said)

    def end(self) -> None:
        """Close its input, and end it if that does not."""
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(END_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(END_WITHIN_SECONDS)

    def _read_answers(self) -> None:
        for line in self._process.stdout or ():
            self._lines.put(line)
        self._lines.put(None)

    def _read_log(self) -> None:
        for line in self._process.stderr or ():
            self._said.append(line)

    def _await_line(self, future: "Future[str]") -> None:
        line = self._lines.get()
        if line is None:
            future.set_exception(Silent(f"the till has ended: {self.said()[-400:]}"))
        else:
            future.set_result(line)


class TillInside:
    """A till in this process: for tests of the kit, and for tills that are written in Python."""

    def __init__(self, cashier: object) -> None:
        self._cashier = cashier
        self.log: list[str] = []

    def begin(self, command: Fields) -> "Future[str]":
        """Carry the command out in a thread of its own."""
        future: Future[str] = Future()

        def work() -> None:
            future.set_result(answer(self._cashier, command).line())

        threading.Thread(target=work, daemon=True).start()
        return future

    def said(self) -> str:
        """Return what was put into its log."""
        return "\n".join(self.log)


@contextlib.contextmanager
def till_process(command: str) -> Iterator[TillProcess]:
    """Start a till; it ends with us."""
    till = TillProcess(command)
    try:
        yield till
    finally:
        till.end()


def own_till(name: str) -> str:
    """Return the command of one of our own tills: `virtual`, `client`, `example`."""
    return f"{shlex.quote(sys.executable)} -m conformance.tills.{name}"


@dataclass
class Step:
    """A command and what the till showed; None until it has answered."""

    command: Fields
    screen: Screen | None = None


@dataclass
class Driver:
    """Plays the cashier, and keeps what was done and seen."""

    port: Port
    steps: list[Step] = field(default_factory=list)
    till: Fields = field(default_factory=dict)

    def begin(self, do: str, **fields: object) -> "Pending":
        """Ask the till for something, and do not wait. Raises Silent."""
        step = Step({"do": do, **fields})
        self.steps.append(step)
        return Pending(step, self.port.begin(step.command))

    def ask(self, do: str, **fields: object) -> Screen:
        """Ask the till for something, and return what it shows. Raises Silent, Unsupported, NotUnderstood."""
        return self.begin(do, **fields).screen()


@dataclass
class Pending:
    """A command that the till is busy with."""

    step: Step
    line: "Future[str]"

    @property
    def is_over(self) -> bool:
        """Whether the till has answered."""
        return self.line.done()

    def screen(self) -> Screen:
        """Return what the till shows at last. Raises Silent, Unsupported, NotUnderstood."""
        do = str(self.step.command["do"])
        try:
            line = self.line.result(ANSWER_WITHIN_SECONDS)
        except TimeoutError:
            raise Silent(f"the till did not answer {do!r} within {ANSWER_WITHIN_SECONDS:g} s") from None
        self.step.screen = Screen.read(line)
        if self.step.screen.shows == "unsupported":
            raise Unsupported(f"the till cannot do this: {do}")
        return self.step.screen
