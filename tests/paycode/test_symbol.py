"""A drawn code is read back by an ordinary scanner."""

import io
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image

from apps.paycode.errors import CodeError
from apps.paycode.symbol import MODULES, QUIET_ZONE, draw, draw_png, draw_svg, draw_terminal
from tests.paycode.known import VALID, titles

TEXT: str = VALID[0]["text"]
SIDE = MODULES + 2 * QUIET_ZONE


@pytest.mark.parametrize("vector", VALID, ids=titles(VALID))
def test_a_scanner_reads_the_drawn_text(vector: dict[str, str]) -> None:
    image = Image.open(io.BytesIO(draw_png(vector["text"])))

    read = zxingcpp.read_barcodes(image)

    assert [(code.format, code.text) for code in read] == [(zxingcpp.BarcodeFormat.QRCode, vector["text"])]


def test_the_symbol_is_version_eleven_level_m_byte_mode() -> None:
    symbol = draw(TEXT)

    assert (symbol.version, symbol.error, symbol.mode) == (11, "M", "byte")
    assert symbol.symbol_size(border=0) == (MODULES, MODULES)


def test_the_png_has_its_quiet_zone_and_is_dark_on_light() -> None:
    image = Image.open(io.BytesIO(draw_png(TEXT, pixels_per_module=1))).convert("L")

    dark_box = image.point(lambda value: 255 - value).getbbox()
    assert image.size == (SIDE, SIDE)
    assert dark_box == (QUIET_ZONE, QUIET_ZONE, SIDE - QUIET_ZONE, SIDE - QUIET_ZONE)


def test_the_svg_is_one_well_formed_element_of_the_right_size() -> None:
    root = ElementTree.fromstring(draw_svg(TEXT, pixels_per_module=2))  # noqa: S314, our own drawing

    assert root.tag.endswith("svg")
    assert (root.get("width"), root.get("height")) == (str(2 * SIDE), str(2 * SIDE))


def test_a_scanner_reads_the_terminal_drawing() -> None:
    lines = draw_terminal(TEXT).splitlines()
    image = Image.new("L", (SIDE, 2 * len(lines)), 255)
    for row, line in enumerate(lines):
        for column, glyph in enumerate(line):
            image.putpixel((column, 2 * row), 255 if glyph in "█▀" else 0)
            image.putpixel((column, 2 * row + 1), 255 if glyph in "█▄" else 0)

    read = zxingcpp.read_barcodes(image.crop((0, 0, SIDE, SIDE)).resize((SIDE * 4, SIDE * 4), Image.Resampling.NEAREST))

    assert [code.text for code in read] == [TEXT]


def test_a_longer_text_is_not_drawn_in_another_version() -> None:
    with pytest.raises(CodeError, match="malformed"):
        draw("A" * 300)
