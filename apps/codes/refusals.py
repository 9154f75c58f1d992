"""Why a code may not pay: the true reason for staff, and the one that the till may learn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

# From outside, a stolen phone, a cloned one and a forged signature look alike.
_REJECTED: Final = "rejected"
_VEILED: Final = frozenset(
    {"device_unknown", "signature_wrong", "device_revoked", "device_cloned", "device_locked", "customer_frozen"}
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A no whose traces must stay, hence a value. `reason` is a stable code; `facts` are for staff, without secrets."""

    reason: str
    tries_left: int | None = None
    facts: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def shown_reason(self) -> str:
        """Return the stable code that the till may see."""
        return _REJECTED if self.reason in _VEILED else self.reason
