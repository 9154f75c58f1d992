"""The lines of a receipt, as a till sends them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from apps.kernel.errors import Refused
from apps.rest.fields import Fields, list_of, object_of
from apps.rest.values import quantity, signed_amount, text, whole_number

MAXIMUM_LINES: Final = 1000
MAXIMUM_NAME_LENGTH: Final = 120


class LinesMismatch(Refused):
    """The lines and the tip do not add up to the amount."""

    code = "lines_mismatch"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `amount_minor` is its total, negative for a discount or a deposit."""

    name: str
    quantity: Decimal
    amount_minor: int
    vat_rate_basis_points: int

    def as_member(self) -> dict[str, str | int]:
        """Return the line as the till sent it, for the row that keeps it."""
        return {
            "name": self.name,
            "quantity": str(self.quantity),
            "amount": self.amount_minor,
            "vat_rate_basis_points": self.vat_rate_basis_points,
        }


def _line(fields: Fields) -> Line:
    return Line(
        name=fields.required("name", text(maximum=MAXIMUM_NAME_LENGTH)),
        quantity=fields.required("quantity", quantity),
        amount_minor=fields.required("amount", signed_amount),
        vat_rate_basis_points=fields.required("vat_rate_basis_points", whole_number(minimum=0, maximum=10_000)),
    )


lines: Final[Callable[[object], tuple[Line, ...]]] = list_of(object_of(_line), maximum=MAXIMUM_LINES)


def check_lines(*, amount_minor: int, tip_minor: int, lines: Sequence[Line]) -> None:
    """Raise LinesMismatch unless the lines and the tip add up to the amount, to the minor unit."""
    total = sum(line.amount_minor for line in lines) + tip_minor
    if total != amount_minor:
        raise LinesMismatch(f"lines and tip make {total}, not {amount_minor}")
