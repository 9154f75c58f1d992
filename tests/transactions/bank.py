"""A bank that says exactly what a test wants, verb by verb; where nothing is scripted it is the sandbox."""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Final

import pytest

from apps.providers.connectors.sandbox import SandboxConnector
from apps.providers.contract import Request, Verb

VERBS: Final = (*(str(verb) for verb in Verb), "inquire")


class Bank:
    """What the bank was asked, and what it says next.

    An answer is an outcome, or an exception to be raised. A request that gets one does nothing at the bank, as if
    another had answered; any later one finds the sandbox's own books.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, Request]] = []
        self._answers: defaultdict[str, deque[object]] = defaultdict(deque)
        self._always: dict[str, object] = {}

    def says(self, verb: str, *answers: object) -> None:
        """Answer the next requests of this verb with these, in this order."""
        self._answers[verb].extend(answers)

    def keeps_saying(self, verb: str, answer: object) -> None:
        """Answer every request of this verb so, until `is_itself`."""
        self._always[verb] = answer

    def is_itself(self) -> None:
        """Forget the script."""
        self._always.clear()
        self._answers.clear()

    def references(self, verb: str) -> list[str]:
        """Return under which references this verb was asked, in order."""
        return [request.reference for asked, request in self.asked if asked == verb]

    def install(self, monkeypatch: pytest.MonkeyPatch) -> "Bank":
        """Take the place of every sandbox until the test is over."""
        for verb in VERBS:
            monkeypatch.setattr(SandboxConnector, verb, self._speaking(verb, getattr(SandboxConnector, verb)))
        return self

    def _speaking(self, verb: str, itself: Callable[..., object]) -> Callable[..., object]:
        def answer(connector: SandboxConnector, request: Request) -> object:
            self.asked.append((verb, request))
            if self._answers[verb]:
                said = self._answers[verb].popleft()
            elif verb in self._always:
                said = self._always[verb]
            else:
                return itself(connector, request)
            if isinstance(said, BaseException):
                raise said
            return said

        return answer
