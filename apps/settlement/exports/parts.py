"""What an amount is made of: tip, turnover and tax by rate, and what nobody can say. Pure arithmetic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.kernel.vat import VatOfRate, vat_by_rate

Lines = Sequence[Mapping[str, Any]]  # Any: JSON values, as the till sent them


@dataclass(frozen=True, slots=True)
class Sold:
    """A whole sale, or all that one refund names: its amount, the tip in it, and its lines."""

    amount_minor: int
    tip_minor: int
    lines: Lines


@dataclass(frozen=True, slots=True)
class Parts:
    """They add up to the amount; `without_rate_minor` is what was sold at a rate that nobody has told."""

    tip_minor: int
    rates: tuple[VatOfRate, ...]
    without_rate_minor: int


def parts_of(amount_minor: int, whole: Sold | None) -> Parts:
    """Return what the amount is made of, negative parts for a negative one.

    Only where it is the whole, or the whole given back: of a part nobody can say which lines it was.
    """
    if whole is None or abs(amount_minor) != whole.amount_minor:
        return Parts(0, (), amount_minor)
    sign = 1 if amount_minor >= 0 else -1
    sold = ((int(line["vat_rate_basis_points"]), sign * int(line["amount"])) for line in whole.lines)
    rates, tip_minor = tuple(vat_by_rate(sold)), sign * whole.tip_minor
    return Parts(tip_minor, rates, amount_minor - tip_minor - sum(rate.gross_minor for rate in rates))
