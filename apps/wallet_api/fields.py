"""Readers for what only this door takes: binary values, codes that people type, names and languages."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Final

from django.conf import settings

from apps.customers.registrations import CODE_DIGITS
from apps.kernel.masking import Secret
from apps.merchants.models import Language
from apps.rest.values import InvalidValue, one_of, text, whole_number
from apps.wallet_api.history import SEEN_AS

CHALLENGE_BYTES: Final = 32
PUBLIC_KEY_BYTES: Final = 65
SIGNATURE_BYTES: Final = 64
PROOF_BYTES: Final = 32
SYNC_BYTES: Final = 4
# enc, the hundred bytes of a PIN setting, and the tag. Another length does not open, and is told so alike.
_MAXIMUM_SEALED_BYTES: Final = 256
MAXIMUM_EMAIL_LENGTH: Final = 320
_MAXIMUM_TYPED_LENGTH: Final = 64
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*")


def binary(*, maximum: int) -> Callable[[object], bytes]:
    """Return a reader for base64url without padding, of at most so many bytes; a value has one spelling only."""

    def read(value: object) -> bytes:
        longest = (maximum * 4 + 2) // 3
        # Checked before decoding, which would skip over signs that are not of the alphabet.
        if not isinstance(value, str) or not value or len(value) > longest or not _BASE64URL.fullmatch(value):
            raise InvalidValue(f"must be base64url without padding, at most {maximum} bytes")
        try:
            content = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        except binascii.Error:
            content = b""
        # Spare bits would be a second spelling of the same value.
        if not content or encoded(content) != value:
            raise InvalidValue("must be canonical base64url without padding")
        return content

    return read


def binary_of(length: int, *, code: str = "invalid_field") -> Callable[[object], bytes]:
    """Return a reader for base64url without padding of exactly so many bytes."""
    read_any = binary(maximum=length)

    def read(value: object) -> bytes:
        try:
            content = read_any(value)
        except InvalidValue:
            content = b""
        if len(content) != length:
            raise InvalidValue(f"must be {length} bytes as canonical base64url without padding", code=code)
        return content

    return read


challenge: Final = binary_of(CHALLENGE_BYTES)
signature: Final = binary_of(SIGNATURE_BYTES)
proof: Final = binary_of(PROOF_BYTES)
sync_tag: Final = binary_of(SYNC_BYTES)
sealed: Final = binary(maximum=_MAXIMUM_SEALED_BYTES)
device_name: Final = text(maximum=64)
platform: Final = text(maximum=32)
provider_code: Final = text(maximum=31)
# What a provider's page hands back; opaque to us.
returned_text: Final = text(maximum=512)
kid: Final = whole_number(minimum=1, maximum=255)
language: Final = one_of(Language.values)
YES: Final = "yes"
decision: Final = one_of((YES, "no"))


def public_key(value: object) -> bytes:
    """Return a public key of any length that is no point yet; only enrolment says whether it is one."""
    try:
        # SPKI and other curves are longer or shorter than a point, and get the same word as a wrong point.
        return binary(maximum=1024)(value)
    except InvalidValue:
        raise InvalidValue("must be an uncompressed P-256 point", code="invalid_key") from None


def email(value: object) -> str:
    """Return what may be an address; customers say whether it is one."""
    if not isinstance(value, str) or len(value) > MAXIMUM_EMAIL_LENGTH:
        raise InvalidValue("must be an e-mail address", code="invalid_email")
    return value


def typed_code(value: object) -> Secret[str]:
    """Return a code as a person typed it; what it must look like, its own operation says, alike for all wrong ones."""
    if not isinstance(value, str) or not value or len(value) > _MAXIMUM_TYPED_LENGTH:
        raise InvalidValue("must be a code")
    return Secret(value)


def mailed_code(value: object) -> Secret[str]:
    """Return the digits of a mailed code; blanks and a hyphen between them do not matter."""
    digits = re.sub(r"[ \u00a0-]", "", value) if isinstance(value, str) and len(value) <= _MAXIMUM_TYPED_LENGTH else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) == CODE_DIGITS):
        raise InvalidValue(f"must be the {CODE_DIGITS} digits from the letter")
    return Secret(digits)


def instrument_name(value: object) -> str:
    """Return the customer's own word for an instrument; empty takes it away."""
    return "" if value == "" else text(maximum=40)(value)


def limit_currency(value: object) -> str:
    """Return the currency in which the customer's limits are counted; there is one per installation."""
    currency: str = settings.LIMIT_CURRENCY
    if value != currency:
        raise InvalidValue(f"must be {currency}", code="invalid_currency")
    return currency


search_text: Final = text(maximum=64)
# As the wallet's own history names them.
seen_status: Final = one_of(SEEN_AS)


def sequence_number(value: object) -> int:
    """Return the number after which events are wanted, from the text of a parameter."""
    # Eighteen digits: below what the column holds, and nobody asks int() for thousands of them.
    if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18):
        raise InvalidValue("must be a whole number, 0 or more")
    return int(value)


def encoded(content: bytes) -> str:
    """Return the binary value as it travels."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
