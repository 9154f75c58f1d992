"""A till's scanner: reads the code from a picture of it, with a reader that is not ours."""

import io

import zxingcpp
from PIL import Image

_QR_ALONE = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


class NothingRead(Exception):
    """There is not exactly one symbol in the picture."""


def read_picture(png: bytes) -> str:
    """Return the text of the only QR symbol in the picture. Raises NothingRead."""
    with Image.open(io.BytesIO(png)) as picture:
        # QR alone, as a till's scanner should be set: of some thousand symbols one holds what looks like a bar code.
        found = zxingcpp.read_barcodes(picture.convert("L"), formats=_QR_ALONE)
    if len(found) != 1:
        raise NothingRead(f"{len(found)} symbols")
    return str(found[0].text)
