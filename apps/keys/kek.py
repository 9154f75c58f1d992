"""Key-encryption keys: what is secret in the database is sealed under one that is not in the database.

An installation with an HSM or a cloud's key service writes another class with this shape.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.kernel.masking import Secret
from apps.keys.errors import KeysUnavailable

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,32}")


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A secret as the database keeps it: sealed, with the id of the key that opens it."""

    kek_id: str
    nonce: bytes
    ciphertext: bytes


class KeyEncryptionKeys(Protocol):
    """Seals small secrets; several keys may be valid at a time, the current one seals."""

    @property
    def current_id(self) -> str: ...

    def wrap(self, plaintext: bytes, aad: bytes) -> WrappedKey:
        """Seal under the current key; `aad` says what the secret is for, and must be given again to open it."""
        ...

    def unwrap(self, wrapped: WrappedKey, aad: bytes) -> Secret[bytes]:
        """Open; KeysUnavailable for an unknown key, another `aad`, or a changed byte."""
        ...


class SettingsKeys:
    """Key-encryption keys that the operator hands over with the settings, newest first."""

    def __init__(self, keys: Sequence[tuple[str, Secret[bytes]]]) -> None:
        if not keys:
            raise ImproperlyConfigured("KEY_ENCRYPTION_KEYS needs at least one key")
        self._ciphers: dict[str, AESGCM] = {}
        for kek_id, key in keys:
            if kek_id in self._ciphers:
                raise ImproperlyConfigured(f"KEY_ENCRYPTION_KEYS names {kek_id} twice")
            if len(key.reveal()) != KEY_BYTES:
                raise ImproperlyConfigured(f"the key {kek_id} in KEY_ENCRYPTION_KEYS must have {KEY_BYTES} bytes")
            self._ciphers[kek_id] = AESGCM(key.reveal())
        self._current_id = keys[0][0]

    @property
    def current_id(self) -> str:
        return self._current_id

    def wrap(self, plaintext: bytes, aad: bytes) -> WrappedKey:
        """Seal under the newest key with AES-256-GCM."""
        # Random nonces are safe for some 2^32 secrets per key; devices are far fewer.
        nonce = secrets.token_bytes(NONCE_BYTES)
        ciphertext = self._ciphers[self._current_id].encrypt(nonce, plaintext, aad)
        return WrappedKey(kek_id=self._current_id, nonce=nonce, ciphertext=ciphertext)

    def unwrap(self, wrapped: WrappedKey, aad: bytes) -> Secret[bytes]:
        """Open; KeysUnavailable for an unknown key, another `aad`, or a changed byte."""
        cipher = self._ciphers.get(wrapped.kek_id)
        if cipher is None:
            raise KeysUnavailable(f"the key-encryption key {wrapped.kek_id!r} is not among the settings")
        try:
            return Secret(cipher.decrypt(wrapped.nonce, wrapped.ciphertext, aad))
        except (InvalidTag, ValueError):
            raise KeysUnavailable("a stored secret does not open under its key-encryption key") from None


def parse_keys(text: Secret[str]) -> list[tuple[str, Secret[bytes]]]:
    """Read `id:base64` pairs, separated by commas or white space; ImproperlyConfigured names the bad one by place."""
    keys: list[tuple[str, Secret[bytes]]] = []
    for place, pair in enumerate(re.split(r"[,\s]+", text.reveal().strip()), start=1):
        kek_id, _, encoded = pair.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        # The text itself is secret, also when it is wrong: only its place is told.
        if _NAME.fullmatch(kek_id) is None or len(key) != KEY_BYTES:
            raise ImproperlyConfigured(f"entry {place} of KEY_ENCRYPTION_KEYS is not id:base64 of {KEY_BYTES} bytes")
        keys.append((kek_id, Secret(key)))
    return keys


# A Secret is hashed by identity: the same setting is parsed once, a changed one anew.
@lru_cache(maxsize=1)
def _parsed(text: Secret[str]) -> SettingsKeys:
    return SettingsKeys(parse_keys(text))


def key_encryption_keys() -> KeyEncryptionKeys:
    """Return the installation's key-encryption keys."""
    return _parsed(settings.KEY_ENCRYPTION_KEYS)
