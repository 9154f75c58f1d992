"""Steps 1 and 2: from what the scanner typed to a sealed blob, or whose code it is instead."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from apps.paycode.errors import CodeError, Reason
from apps.paycode.layout import (
    ADF,
    ADF_NAME,
    CONSTANT_PREFIX,
    FORMAT_INDICATOR,
    KID_OFFSET,
    PAYLOAD_LENGTH,
    SEALED_OFFSET,
)

LONGEST_TEXT = 512
ALPHABET = re.compile(r"[A-Za-z0-9+/]+={0,2}")
# "hQVDUFYw..." typed by a scanner that believes in a Swiss or German keyboard, where Y and Z trade places.
SWAPPED_LAYOUT_START = "hQVDUFZ"

APPLICATION_TEMPLATE = 0x61
ADF_NAME_TAG = 0x4F


@dataclass(frozen=True)
class SealedCode:
    """A well-formed code that nobody has opened yet. `sealed` is enc and ct, `digest` the SHA-256 of the text."""

    kid: int
    sealed: bytes = field(repr=False)
    digest: bytes = field(repr=False)


def read_text(text: str) -> SealedCode:
    """Return the sealed code that the text carries, whatever its kid.

    Raises `scanner_layout`, `malformed`, `unknown_scheme` or `unsupported_version`; nothing else, whatever the text.
    """
    payload = payload_of(text)
    if not payload.startswith(CONSTANT_PREFIX):
        raise CodeError(foreign_reason(payload))
    if len(payload) != PAYLOAD_LENGTH:
        raise CodeError(Reason.MALFORMED, "wrong length")
    return SealedCode(
        kid=payload[KID_OFFSET], sealed=payload[SEALED_OFFSET:], digest=hashlib.sha256(text.encode("ascii")).digest()
    )


def payload_of(text: str) -> bytes:
    """Return the bytes of a canonical Base64 text that starts like any consumer-presented code."""
    if text.startswith(SWAPPED_LAYOUT_START):
        raise CodeError(Reason.SCANNER_LAYOUT)
    if len(text) > LONGEST_TEXT or not ALPHABET.fullmatch(text):
        raise CodeError(Reason.MALFORMED, "not Base64")
    try:
        payload = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise CodeError(Reason.MALFORMED, "not Base64") from None
    if base64.b64encode(payload).decode("ascii") != text:
        raise CodeError(Reason.MALFORMED, "not canonical Base64")
    if not payload.startswith(FORMAT_INDICATOR):
        raise CodeError(Reason.MALFORMED, "no payload format indicator")
    return payload


def foreign_reason(payload: bytes) -> Reason:
    """Say why a container that does not start with our constant is not a code of version 1."""
    try:
        templates = [value for tag, value in read_tlv(payload) if tag == APPLICATION_TEMPLATE]
        names = [value for template in templates for tag, value in read_tlv(template) if tag == ADF_NAME_TAG]
    except CodeError:
        return Reason.MALFORMED
    if not names:
        return Reason.MALFORMED
    ours = [name for name in names if name.startswith(ADF_NAME)]
    if any(len(name) == len(ADF) and name != ADF for name in ours):
        return Reason.UNSUPPORTED_VERSION
    return Reason.MALFORMED if ours else Reason.UNKNOWN_SCHEME


def read_tlv(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and value of each BER-TLV object, one level deep.

    Tags of one or two bytes, lengths short, 81 and 82, also when a shorter form would do. Bytes 00 are tags like any
    other, not padding. Raises `malformed` for everything else.
    """
    position = 0
    while position < len(content):
        tag, position = content[position], position + 1
        if tag & 0x1F == 0x1F:
            second, position = octet(content, position), position + 1
            if second & 0x80:
                raise CodeError(Reason.MALFORMED, "tag longer than two bytes")
            tag = tag << 8 | second
        length, position = octet(content, position), position + 1
        if length >= 0x80:
            if length not in (0x81, 0x82):
                raise CodeError(Reason.MALFORMED, "unreadable length")
            end = position + length - 0x80
            if end > len(content):
                raise CodeError(Reason.MALFORMED, "ends inside a length")
            length, position = int.from_bytes(content[position:end], "big"), end
        end = position + length
        if end > len(content):
            raise CodeError(Reason.MALFORMED, "ends beyond its parent")
        yield tag, content[position:end]
        position = end


def octet(content: bytes, position: int) -> int:
    """Return one byte, or raise `malformed` at the end."""
    if position >= len(content):
        raise CodeError(Reason.MALFORMED, "ends inside a tag or length")
    return content[position]
