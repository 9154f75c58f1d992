"""The whole catalogue, its rows, and where those are proved that it leaves to others."""

from typing import Final

from tests.badinput import amounts, codes, transport
from tests.badinput.cases import Case, Scene

CATALOGUE: Final[tuple[Case | Scene, ...]] = (*transport.CASES, *amounts.CASES, *codes.CASES)

# What is specified, row by row; a case's name begins with its row.
ROWS: Final = (
    *("A01", "A02", "A04", "A05", "A06", "A07", "A08", "A10", "A11", "A12", "A13", "A15", "A16", "A17", "A18"),
    *("A21", "A22", "A24", "A25", "A27", "A28", "A29", "A30", "A31", "A33", "A36", "A37", "A38"),
    *("B01", "B02", "B03", "B05", "B06", "B07", "B09", "B10", "B11", "B13", "B15", "B16", "B18", "B19", "B20"),
    *("B21", "B22", "B23", "B24"),
    *("C01", "C03", "C04", "C07", "C08", "C10", "C11", "C12", "C13", "C14", "C18", "C19", "C20", "C21", "C22"),
    *("C23", "C24", "C25", "C27", "C28", "C29", "C30", "C31", "C32", "C33", "C34", "C37", "C39", "C40", "D16"),
)
# A race between two operations needs its hands on both, and so no door.
ELSEWHERE: Final = {
    "C32": "tests/codes/test_spending.py::test_a_revocation_and_a_scan_at_once_end_in_one_of_two_orders",
}
