"""A circuit breaker for one provider account: stop asking who does not answer.

Closed: requests pass. Open: none do, and the caller answers NotSent at once. After a rest the
provider's `health` is asked; a good answer half-opens it: one request at a time is tried, and its
outcome closes or opens it again. Only silence (Unknown, NotSent) counts against a provider: a
Declined, or a rejection of our credentials, is an answer.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from apps.providers.contract import ConfigError, Description, InquiryOutcome, LinkOutcome, NotSent, Unknown

SILENCES_IN_A_ROW: Final = 5
WINDOW: Final = 50
# 20 % of the window. The count matters, not the share of a window that is still filling.
SILENCES_IN_WINDOW: Final = 10
REST_SECONDS: Final = 5.0
# A trial whose worker died must not keep the circuit half-open for ever.
TRIAL_SECONDS: Final = 15.0


class State(StrEnum):
    """Whether requests pass."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Permit:
    """The right to send one request; its outcome counts only in the period that gave it."""

    period: int


class CircuitBreaker:
    """Safe to share between threads. `monotonic` is the clock, in seconds."""

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._state = State.CLOSED
        self._period = 0
        self._silences: deque[bool] = deque(maxlen=WINDOW)
        self._in_a_row = 0
        self._quiet_until = 0.0

    @property
    def state(self) -> State:
        """Return the state at this moment; it may change before you act on it, so use `admit`."""
        with self._lock:
            return self._state

    def admit(self) -> Permit | None:
        """Return the permit to send one request, or None: answer NotSent without trying."""
        with self._lock:
            if self._state is State.OPEN:
                return None
            if self._state is State.HALF_OPEN:
                if self._monotonic() < self._quiet_until:
                    return None
                self._quiet_until = self._monotonic() + TRIAL_SECONDS
                self._period += 1
            return Permit(self._period)

    def record(self, permit: Permit, outcome: InquiryOutcome | Description | LinkOutcome | ConfigError) -> None:
        """Count what came of the permitted request. Late news from an earlier period is ignored."""
        is_silence = isinstance(outcome, Unknown | NotSent)
        with self._lock:
            if permit.period != self._period or self._state is State.OPEN:
                return
            if self._state is State.HALF_OPEN:
                self._move(State.OPEN if is_silence else State.CLOSED)
                return
            self._silences.append(is_silence)
            self._in_a_row = self._in_a_row + 1 if is_silence else 0
            if self._in_a_row >= SILENCES_IN_A_ROW or sum(self._silences) >= SILENCES_IN_WINDOW:
                self._move(State.OPEN)

    def claim_probe(self) -> bool:
        """Say whether the caller should ask for health now; of many callers one is told so per rest."""
        with self._lock:
            if self._state is not State.OPEN or self._monotonic() < self._quiet_until:
                return False
            self._quiet_until = self._monotonic() + REST_SECONDS
            return True

    def record_health(self, *, is_healthy: bool) -> None:
        """Half-open an open circuit when the provider is well."""
        with self._lock:
            if self._state is State.OPEN and is_healthy:
                self._move(State.HALF_OPEN)

    def _move(self, state: State) -> None:
        self._state = state
        self._period += 1
        self._silences.clear()
        self._in_a_row = 0
        self._quiet_until = self._monotonic() + REST_SECONDS if state is State.OPEN else 0.0
