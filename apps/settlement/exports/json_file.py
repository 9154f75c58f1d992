"""Takings as one JSON object, written piece by piece: amounts in minor units, totals by currency and rate last."""

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC

from apps.settlement.exports.takings import Taking, Takings
from apps.settlement.states import LineKind


class _Totals:
    """What has been added up so far."""

    def __init__(self) -> None:
        self._rates: defaultdict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
        self._sums: defaultdict[str, dict[str, int]] = defaultdict(
            lambda: {"captured": 0, "refunded": 0, "tip": 0, "gross_without_rate": 0}
        )

    def add(self, taking: Taking) -> None:
        """Count one more."""
        for rate in taking.parts.rates:
            of = self._rates[taking.currency, rate.rate_basis_points]
            of[0] += rate.gross_minor
            of[1] += rate.vat_minor
        sums = self._sums[taking.currency]
        sums["captured" if taking.kind == LineKind.CAPTURED else "refunded"] += taking.gross_minor
        sums["tip"] += taking.parts.tip_minor
        sums["gross_without_rate"] += taking.parts.without_rate_minor

    def as_members(self) -> dict[str, object]:
        """Return them, by currency, and by currency and rate."""
        rates = [
            {"currency": currency, "rate_basis_points": rate, "net": gross - vat, "vat": vat, "gross": gross}
            for (currency, rate), (gross, vat) in sorted(self._rates.items())
        ]
        return {"rates": rates, "sums": [{"currency": name, **sums} for name, sums in sorted(self._sums.items())]}


def write_json(takings: Takings, write: Callable[[str], object]) -> None:
    """Write the object, one line per taking."""
    head = {"merchant": takings.merchant, "from": takings.first.isoformat(), "to": takings.last.isoformat()}
    write(json.dumps(head)[:-1] + ', "takings": [')
    totals, between = _Totals(), "\n"
    for taking in takings.rows:
        totals.add(taking)
        write(between + json.dumps(_member(taking), ensure_ascii=False))
        between = ",\n"
    write("],\n" + json.dumps(totals.as_members())[1:] + "\n")


def _member(taking: Taking) -> dict[str, object]:
    return {
        "business_date": taking.business_date.isoformat(),
        "time": taking.at.astimezone(UTC).isoformat(timespec="seconds"),
        "store": taking.store,
        "till": taking.till,
        "cashier": taking.cashier,
        "reference": taking.reference,
        "payment": taking.payment,
        "refund": taking.refund or None,
        "kind": taking.kind.value,
        "currency": taking.currency,
        "gross": taking.gross_minor,
        "tip": taking.parts.tip_minor,
        "rates": [
            {
                "rate_basis_points": rate.rate_basis_points,
                "net": rate.gross_minor - rate.vat_minor,
                "vat": rate.vat_minor,
                "gross": rate.gross_minor,
            }
            for rate in taking.parts.rates
        ],
        "gross_without_rate": taking.parts.without_rate_minor,
        "batch": taking.batch or None,
        "batch_date": taking.batch_date.isoformat() if taking.batch_date else None,
        "batch_number": taking.batch_number,
    }
