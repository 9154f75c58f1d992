"""Money as an integer count of minor units with its currency."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from apps.kernel.currencies import minor_unit_digits


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met in one sum or comparison."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (rappen, cents); may be negative, as in a posting."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        # bool is an int in Python; True rappen would be a mistake that travels far.
        if type(self.amount) is not int:
            raise TypeError(f"an amount is a whole number of minor units, not {self.amount!r}")
        minor_unit_digits(self.currency)

    def _same(self, other: Self) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be combined")

    def __add__(self, other: Self) -> "Money":
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Self) -> "Money":
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Self) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Self) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __bool__(self) -> bool:
        return self.amount != 0

    def fee(self, *, basis_points: int) -> "Money":
        """Return the share in basis points, rounded half up once, to the minor unit."""
        return Money((self.amount * basis_points + 5000) // 10000, self.currency)

    def __str__(self) -> str:
        """Return the amount for logs and exports: ``CHF 12.95``, a dot, no separators."""
        digits = minor_unit_digits(self.currency)
        return f"{self.currency} {Decimal(self.amount).scaleb(-digits):.{digits}f}"
