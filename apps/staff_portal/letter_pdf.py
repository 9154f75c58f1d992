"""The letter with an activation code, for the post or the counter: the only place where the code is ever written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import segno
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from apps.devices.operations import IssuedCode, grouped_in_fours
from apps.pages.moments import ZURICH
from apps.pages.printing import ENCODING, shown
from apps.staff_portal.words.letters import LETTERS

_FONT: Final = "Helvetica"
_MARGIN_MM, _ADDRESS_MM, _DATE_MM, _QR_MM = 25.0, 50.0, 95.0, 45.0
_NORMAL, _TITLE, _CODE = 11, 14, 20
_LINE_MM: Final = 5.5


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes to whom, in which language; the postal address is typed for this one sheet and kept nowhere."""

    sender: str
    recipient: Sequence[str]
    language: str


def activation_letter(*, head: Letterhead, issued: IssuedCode, now: datetime) -> bytes:
    """Return the letter as a PDF of one page: the code as text and as a QR code, until when, and what to do."""
    words, code = LETTERS[head.language], issued.code.reveal()
    paper = FPDF(unit="mm", format="A4")
    paper.core_fonts_encoding = ENCODING
    paper.set_margins(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    paper.set_lang(head.language)
    paper.set_title(words.subject)
    paper.set_creator("mpayment")
    paper.set_creation_date(now)
    paper.add_page()
    _say(paper, head.sender, style="B")
    paper.set_y(_ADDRESS_MM)
    for line in head.recipient:
        _say(paper, line)
    paper.set_y(_DATE_MM)
    _say(paper, f"{now.astimezone(ZURICH):%d.%m.%Y}")
    paper.ln(_LINE_MM)
    _say(paper, words.subject, size=_TITLE, style="B")
    paper.ln(_LINE_MM)
    _say(paper, words.greeting)
    _say(paper, words.opening.format(wallet=head.sender))
    paper.ln(_LINE_MM)
    _say(paper, grouped_in_fours(code), size=_CODE, style="B", font="Courier")
    paper.ln(2)
    _draw(paper, code)
    paper.ln(2)
    _say(paper, f"{words.valid_until} {issued.expires_at.astimezone(ZURICH):%d.%m.%Y, %H:%M}", style="B")
    paper.ln(2)
    for number, step in enumerate(words.steps, start=1):
        _say(paper, f"{number}. {step}")
    paper.ln(2)
    _say(paper, words.warning)
    return bytes(paper.output())


def _say(paper: FPDF, text: str, *, size: int = _NORMAL, style: str = "", font: str = _FONT) -> None:
    paper.set_font(font, style=style, size=size)
    paper.multi_cell(0, size * 0.5, shown(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _draw(paper: FPDF, code: str) -> None:
    symbol = segno.make(code, error="m", micro=False)
    side = _QR_MM / symbol.symbol_size(border=0)[0]
    left, top = paper.get_x(), paper.get_y()
    paper.set_fill_color(0)
    for row, modules in enumerate(symbol.matrix):
        for column, is_dark in enumerate(modules):
            if is_dark:
                paper.rect(left + column * side, top + row * side, side, side, style="F")
    paper.set_y(top + _QR_MM)
