"""One line of a journal, before it is written."""

from dataclasses import dataclass

from apps.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Line:
    """A signed amount on an account: positive is a debit, negative a credit."""

    account: str
    amount: Money


def _positive(amount: Money) -> Money:
    if amount.amount <= 0:
        raise ValueError(f"a debit or credit is more than nothing, not {amount}")
    return amount


def debit(account: str, amount: Money) -> Line:
    """Return a debit of a positive amount; ValueError for any other."""
    return Line(account, _positive(amount))


def credit(account: str, amount: Money) -> Line:
    """Return a credit of a positive amount; ValueError for any other."""
    return Line(account, -_positive(amount))
