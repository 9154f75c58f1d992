"""The receipt as a PDF of the size A6, with the signed document inside the file."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

from apps.pages.printing import ENCODING, shown
from apps.wallet_api.receipts.reading import Printed, Row

_FONT: Final = "Helvetica"
_WIDTH_MM, _HEIGHT_MM, _MARGIN_MM = 105.0, 148.0, 9.0
_TEXT_MM: Final = _WIDTH_MM - 2 * _MARGIN_MM
_FIGURE_MM: Final = 24.0
_TITLE, _NORMAL, _SMALL = 14, 9, 6
ATTACHMENT: Final = "receipt.json"


class _Paper(FPDF):
    """One narrow column, from top to bottom."""

    def __init__(self, language: str) -> None:
        super().__init__(unit="mm", format=(_WIDTH_MM, _HEIGHT_MM))
        self.core_fonts_encoding = ENCODING
        self.set_margins(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
        self.set_auto_page_break(True, margin=_MARGIN_MM)
        self.set_lang(language)
        self.add_page()

    def say(self, text: str, *, size: int = _NORMAL, style: str = "") -> None:
        """Write a paragraph."""
        self.set_font(_FONT, style=style, size=size)
        self.multi_cell(_TEXT_MM, size * 0.45, shown(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def columns(self, cells: Sequence[str], *, style: str = "") -> None:
        """Write a row: the first cell takes the room that the figures leave, and as many lines as it needs."""
        self.set_font(_FONT, style=style, size=_NORMAL)
        height = _NORMAL * 0.5
        first, figures = cells[0], cells[1:]
        width = _TEXT_MM - _FIGURE_MM * len(figures)
        lines = self.multi_cell(width, height, shown(first), align="L", dry_run=True, output=MethodReturnValue.LINES)
        taken = height * (len(lines) if isinstance(lines, list) else 1)
        if self.will_page_break(taken):
            self.add_page()
        top = self.get_y()
        self.multi_cell(width, height, shown(first), align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
        for cell in figures:
            self.cell(_FIGURE_MM, height, shown(cell), align="R")
        self.set_xy(_MARGIN_MM, top + taken)

    def rows(self, rows: Sequence[Row]) -> None:
        """Write names and values."""
        for row in rows:
            self.say(f"{row.name}: {row.value}")

    def gap(self) -> None:
        """Leave some room."""
        self.ln(2.5)


def receipt_pdf(receipt: Printed) -> bytes:
    """Return the PDF; drawn twice, it is the same file."""
    words, paper = receipt.words, _Paper(receipt.language)
    paper.set_title(f"{receipt.title} {receipt.name}")
    paper.set_creator("mpayment")
    # A moment of its own would make every copy another file.
    paper.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))
    paper.say(receipt.title, size=_TITLE, style="B")
    if receipt.is_training:
        paper.say(words.training, style="B")
    paper.gap()
    paper.say(receipt.merchant, style="B")
    paper.say(", ".join(receipt.address))
    paper.rows(receipt.facts)
    paper.gap()
    for name, quantity, amount in receipt.lines:
        paper.columns([name if quantity == "1" else f"{quantity} \u00d7 {name}", amount])
    for row in receipt.sums:
        paper.columns([row.name, row.value], style="B" if row.is_total else "")
    if receipt.vat:
        paper.gap()
        paper.columns([words.vat, words.gross, words.tax], style="B")
        for rate, gross, tax in receipt.vat:
            paper.columns([rate, gross, tax])
    paper.gap()
    paper.rows(receipt.afterwards)
    if receipt.refunds:
        paper.gap()
        paper.say(words.refunds, style="B")
        for row in receipt.refunds:
            paper.columns([row.name, row.value])
    _prove(paper, receipt)
    return bytes(paper.output())


def _prove(paper: _Paper, receipt: Printed) -> None:
    paper.gap()
    paper.say(receipt.words.verification, style="B")
    paper.say(receipt.words.explanation, size=_SMALL)
    for row in receipt.proof:
        paper.say(f"{row.name}: {row.value}", size=_SMALL)
    signed = json.dumps(dict(receipt.signed), separators=(",", ":")).encode()
    paper.embed_file(
        basename=ATTACHMENT, bytes=signed, mime_type="application/json", compress=True, modification_date=None
    )
