"""Faults on order: by script, by magic amounts, drawn from a seed."""

import random
import threading
from dataclasses import asdict, dataclass, replace

KINDS = frozenset(
    {
        "delay",
        "drop_before",
        "drop_after",
        "duplicate",
        "error_500",
        "garbage",
        "half_body",
        "slow_drip",
        "late_yes",
        # The bank says what is not so: another amount, another object, or with a signature that is not its own.
        "lie_amount",
        "lie_id",
        "lie_signature",
        # Its process ends before or after the work, or stands still after it.
        "die_before",
        "die_after",
        "stall",
        # Of notices alone: another one goes first; somebody changes what it says.
        "reorder",
        "forge",
    }
)
NOTICE_KINDS = frozenset({"reorder", "forge"})
TARGETS = frozenset(
    {
        "hold",
        "capture",
        "release",
        "refund",
        "reversal",
        "description",
        "link",
        "redemption",
        "consent_end",
        "notice",
        "inquiry",
        "statement",
        "health",
        "any",
    }
)
MAGIC_FAULTS = {
    9901: "drop_before",
    9902: "drop_after",
    9903: "delay",
    9904: "duplicate",
    9905: "error_500",
    9906: "garbage",
    9907: "half_body",
    9908: "slow_drip",
    9909: "late_yes",
}
MAGIC_REASONS = {
    9911: "insufficient_funds",
    9912: "limit_exceeded",
    9913: "blocked_account",
    9914: "suspected_fraud",
    9915: "do_not_honour",
    9916: "expired_instrument",
    9917: "authentication_required",
    9918: "unknown_account",
}
MAGIC_MILLISECONDS = 3000


@dataclass(frozen=True)
class Fault:
    """One order: what goes wrong, on which call, how often."""

    on: str
    kind: str
    times: int = 1
    milliseconds: int = 1000
    probability: float = 1.0


class FaultBook:
    """The faults still to strike. In memory only: a restarted bank is an honest one."""

    def __init__(self, *, seed: int, magic: bool) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(seed)  # noqa: S311 -- repeatable, not secret
        self._magic = magic
        self._orders: list[Fault] = []
        self._struck: set[tuple[str, str]] = set()

    def add(self, fault: Fault) -> None:
        """Order a fault behind those already ordered."""
        with self._lock:
            self._orders.append(fault)

    def clear(self) -> None:
        """Forget all orders."""
        with self._lock:
            self._orders.clear()

    def show(self) -> list[dict[str, object]]:
        """Return the orders left."""
        with self._lock:
            return [asdict(fault) for fault in self._orders]

    def coin(self) -> bool:
        """Return yes or no, drawn from the seed."""
        with self._lock:
            return self._random.random() < 0.5

    def strike(self, call: str, ref: str, amount: int | None) -> Fault | None:
        """Return the fault that strikes this call, used up by that."""
        with self._lock:
            for place, fault in enumerate(self._orders):
                if fault.on != call and (fault.on != "any" or call in ("health", "notice")):
                    continue
                if self._random.random() >= fault.probability:
                    continue
                if fault.times > 1:
                    self._orders[place] = replace(fault, times=fault.times - 1)
                else:
                    del self._orders[place]
                return fault
            kind = MAGIC_FAULTS.get(amount % 10_000) if self._magic and amount is not None else None
            if kind is None or (call, ref) in self._struck:
                return None
            self._struck.add((call, ref))
            return Fault(on=call, kind=kind, milliseconds=MAGIC_MILLISECONDS)

    def magic_reason(self, amount: int) -> str | None:
        """Return the reason to decline that an amount stands for."""
        return MAGIC_REASONS.get(amount % 10_000) if self._magic else None
