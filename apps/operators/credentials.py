"""Passwords, tokens, one-time codes: how each is made, kept and compared. Pure, but for the key-encryption key."""

import base64
import hashlib
import secrets
from datetime import datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django_otp.oath import TOTP

from apps.kernel.masking import Secret
from apps.keys.kek import WrappedKey, key_encryption_keys
from apps.operators.errors import PasswordTooWeak

# Memory-hard, and part of every Python; the number of rounds is Django's.
HASHER: Final = "scrypt"
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 200
TOTP_SECONDS: Final = 30
TOTP_DIGITS: Final = 6
TOTP_KEY_BYTES: Final = 20
BACKUP_CODES: Final = 10
# Without the letters that are read as others.
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_CODE_LETTERS: Final = 16
_GROUP: Final = 4


def hashed_password(password: Secret[str], *, email: str) -> str:
    """Return what is kept of a password. Raises PasswordTooWeak."""
    text = password.reveal()
    is_long = SHORTEST_PASSWORD <= len(text) <= LONGEST_PASSWORD
    if not is_long or text.strip().lower() == email or len(set(text)) < 2 or "\0" in text:
        raise PasswordTooWeak
    return make_password(text, hasher=HASHER)


def is_password(password: Secret[str], kept: str) -> bool:
    """Compare; for an operator who does not exist, or has no password yet, the same work is done for nothing."""
    text = password.reveal()[: LONGEST_PASSWORD + 1]
    return check_password(text, kept or _nobodys_password()) and bool(kept)


@lru_cache(maxsize=1)
def _nobodys_password() -> str:
    return make_password(secrets.token_urlsafe(32), hasher=HASHER)


def new_token() -> Secret[str]:
    """Return 256 random bits, as they travel in a cookie."""
    return Secret(secrets.token_urlsafe(32))


def digest_of(text: str) -> bytes:
    """Return what is kept of a token or a code: at 80 random bits and more there is nothing to guess."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def new_code() -> Secret[str]:
    """Return 80 random bits that people type: four groups of four letters."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LETTERS))
    return Secret("-".join(letters[at : at + _GROUP] for at in range(0, _CODE_LETTERS, _GROUP)))


def typed_code(text: str) -> str:
    """Return a code as `new_code` writes it, however it was typed."""
    letters = "".join(text[:64].lower().split()).replace("-", "").translate(str.maketrans("oil", "011"))
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def new_totp_key() -> Secret[bytes]:
    """Return the key that an authenticator app shares with us."""
    return Secret(secrets.token_bytes(TOTP_KEY_BYTES))


def totp_text(key: Secret[bytes]) -> Secret[str]:
    """Return the key as it is typed into an app."""
    return Secret(base64.b32encode(key.reveal()).decode("ascii"))


def totp_address(key: Secret[bytes], *, email: str, issuer: str) -> Secret[str]:
    """Return what the QR code says, see Google's key URI format."""
    label = quote(f"{issuer}:{email}", safe="")
    values = f"secret={totp_text(key).reveal()}&issuer={quote(issuer, safe='')}"
    return Secret(f"otpauth://totp/{label}?{values}&digits={TOTP_DIGITS}&period={TOTP_SECONDS}")


def totp_step(key: Secret[bytes], typed: str, *, after_step: int, now: datetime) -> int | None:
    """Return the step whose code was typed, one before and one after included; None for a wrong or an older one."""
    digits = "".join(typed[:16].split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == TOTP_DIGITS):
        return None
    clock = TOTP(key.reveal(), step=TOTP_SECONDS, digits=TOTP_DIGITS)
    clock.time = now.timestamp()
    return int(clock.t()) if clock.verify(int(digits), tolerance=1, min_t=after_step + 1) else None


def totp_code(key: Secret[bytes], *, at: datetime) -> str:
    """Return what an app with this key shows at this moment."""
    clock = TOTP(key.reveal(), step=TOTP_SECONDS, digits=TOTP_DIGITS)
    clock.time = at.timestamp()
    return f"{clock.token():0{TOTP_DIGITS}d}"


def seal_totp_key(key: Secret[bytes], operator_id: UUID) -> WrappedKey:
    """Seal under the key-encryption key, for this operator."""
    return key_encryption_keys().wrap(key.reveal(), _context(operator_id))


def open_totp_key(wrapped: WrappedKey, operator_id: UUID) -> Secret[bytes]:
    """Open what was sealed for this operator; KeysUnavailable otherwise."""
    return key_encryption_keys().unwrap(wrapped, _context(operator_id))


def _context(operator_id: UUID) -> bytes:
    return b"mpayment operator totp:" + operator_id.bytes
