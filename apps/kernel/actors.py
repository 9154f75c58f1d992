"""Who did it, as a value, so that evidence needs no foreign keys."""

from dataclasses import dataclass
from typing import Final

KINDS: Final = frozenset({"till", "customer", "device", "operator", "member", "provider", "system"})


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone or something that acts; `id` is a public id, or the name of a job for `system`."""

    kind: str
    id: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of actor {self.kind!r}")

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def read(cls, text: str) -> "Actor":
        """Return the actor that `str` wrote. Raises ValueError for any other text."""
        kind, _, identifier = text.partition(":")
        return cls(kind, identifier)
