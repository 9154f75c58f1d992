"""The value added tax that gross amounts contain: pure arithmetic, the same on every receipt."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VatOfRate:
    """What was sold at one rate, and the tax within it, in minor units; negative for what was returned."""

    rate_basis_points: int
    gross_minor: int
    vat_minor: int


def vat_within(gross_minor: int, *, rate_basis_points: int) -> int:
    """Return the tax that a gross amount contains, rounded half up once, away from zero for a return."""
    base = 10_000 + rate_basis_points
    vat = (2 * abs(gross_minor) * rate_basis_points + base) // (2 * base)
    return vat if gross_minor >= 0 else -vat


def vat_by_rate(sold: Iterable[tuple[int, int]]) -> list[VatOfRate]:
    """Return the tax of each rate, lowest rate first; `sold` are pairs of rate in basis points and gross amount.

    It is rounded once per rate and not per line: that is what the law asks of a receipt, and what adds up.
    """
    gross: defaultdict[int, int] = defaultdict(int)
    for rate, amount in sold:
        gross[rate] += amount
    return [VatOfRate(rate, total, vat_within(total, rate_basis_points=rate)) for rate, total in sorted(gross.items())]
