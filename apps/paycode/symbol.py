"""Drawing a code: QR in byte mode, level M, always version 11, with its quiet zone."""

import io
from typing import Any

import segno

from apps.paycode.errors import CodeError, Reason

VERSION = 11
MODULES = 61
QUIET_ZONE = 4


# segno ships no types: its symbol is Any.
def draw(text: str) -> Any:
    """Return the symbol; raise `malformed` for a text that version 11 at level M does not hold."""
    try:
        return segno.make(text, mode="byte", error="m", version=VERSION, boost_error=False, micro=False)
    except ValueError:
        raise CodeError(Reason.MALFORMED, "the text does not fit the symbol") from None


def draw_png(text: str, *, pixels_per_module: int = 6) -> bytes:
    """Return a PNG, dark on light."""
    out = io.BytesIO()
    draw(text).save(out, kind="png", scale=pixels_per_module, border=QUIET_ZONE, dark="#000", light="#fff")
    return out.getvalue()


def draw_svg(text: str, *, pixels_per_module: int = 6) -> str:
    """Return an SVG document, dark on light, without an XML declaration so that it can stand inside HTML."""
    out = io.BytesIO()
    draw(text).save(
        out, kind="svg", scale=pixels_per_module, border=QUIET_ZONE, dark="#000", light="#fff", xmldecl=False
    )
    return out.getvalue().decode("utf-8")


def draw_terminal(text: str) -> str:
    """Return half-block characters for a terminal with light text on dark ground, one line per two rows."""
    rows = [[bool(module) for module in row] for row in draw(text).matrix_iter(border=QUIET_ZONE)]
    width = len(rows[0])
    rows.append([True] * width)  # an odd number of rows: the last half line stays unlit
    glyphs = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    return "\n".join(
        "".join(glyphs[upper, lower] for upper, lower in zip(top, bottom, strict=True))
        for top, bottom in zip(rows[0:-1:2], rows[1::2], strict=True)
    )
