"""A secured line to a provider, as values: our keys, and what we trust of the other side. Pure, without a database."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from apps.kernel.masking import Secret

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_KEY_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
# Two at a time are a rotation; more are a mistake, or somebody's attempt.
_MOST_AT_A_TIME: Final = 4


@dataclass(frozen=True, slots=True)
class OwnKey:
    """One of our keys that the provider knows; `certificate` is DER, of TLS keys only."""

    key_id: str
    private_key: Secret[ec.EllipticCurvePrivateKey]
    not_before: datetime
    not_after: datetime
    certificate: bytes | None = field(default=None, repr=False)

    def is_valid_at(self, now: datetime) -> bool:
        """Tell whether `now` is within the key's lifetime; its last moment no longer is."""
        return self.not_before <= now < self.not_after


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """Our keys on one line, newest first."""

    tls: Sequence[OwnKey] = ()
    signing: Sequence[OwnKey] = ()

    def next_change_after(self, now: datetime) -> datetime | None:
        """Return when another key becomes the newest valid one, if ever."""
        moments = [moment for key in (*self.tls, *self.signing) for moment in (key.not_before, key.not_after)]
        return min((moment for moment in moments if moment > now), default=None)


@dataclass(frozen=True, slots=True)
class Trust:
    """What makes the other side the provider: its authority, its certificates by fingerprint, its signing keys."""

    authority: str
    pins: frozenset[str]
    signing_keys: Mapping[str, ec.EllipticCurvePublicKey]
    revoked: str | None = None


def newest_valid(keys: Sequence[OwnKey], now: datetime) -> OwnKey | None:
    """Return the key that is shown and signs at `now`."""
    return next((key for key in keys if key.is_valid_at(now)), None)


def trust_from(settings: object) -> Trust:
    """Read the `line` of an account's settings: `ca`, `pins`, `signing_keys`, perhaps `crl`; ValueError says why not.

    `ca` and `crl` are PEM; a pin is the SHA-256 of a certificate in hexadecimal digits; `signing_keys` are key ids
    with P-256 public keys, base64 of their DER.
    """
    if not isinstance(settings, dict) or not {"ca", "pins", "signing_keys"} <= set(settings):
        raise ValueError("a line needs ca, pins and signing_keys")
    if unknown := set(settings) - {"ca", "pins", "signing_keys", "crl"}:
        raise ValueError(f"a line has no {', '.join(sorted(unknown))}")
    pins, keys = settings["pins"], settings["signing_keys"]
    if not isinstance(pins, list) or not 1 <= len(pins) <= _MOST_AT_A_TIME:
        raise ValueError(f"pins are a list of one to {_MOST_AT_A_TIME} fingerprints")
    if not all(isinstance(pin, str) and _FINGERPRINT.fullmatch(pin) for pin in pins):
        raise ValueError("a pin is 64 hexadecimal digits in lower case")
    if not isinstance(keys, dict) or not 1 <= len(keys) <= _MOST_AT_A_TIME:
        raise ValueError(f"signing_keys are one to {_MOST_AT_A_TIME} keys by their ids")
    return Trust(
        authority=_authority(settings["ca"]),
        pins=frozenset(pins),
        signing_keys={key_id: _public_key(key_id, encoded) for key_id, encoded in keys.items()},
        revoked=_revocation_list(settings["crl"]) if "crl" in settings else None,
    )


def _authority(text: object) -> str:
    try:
        certificates = x509.load_pem_x509_certificates(text.encode()) if isinstance(text, str) else []
        constraints = [
            certificate.extensions.get_extension_for_class(x509.BasicConstraints).value for certificate in certificates
        ]
    except (ValueError, x509.ExtensionNotFound):
        constraints = []
    if not isinstance(text, str) or not constraints or not all(constraint.ca for constraint in constraints):
        raise ValueError("ca is no certificate of an authority in PEM")
    return text


def _revocation_list(text: object) -> str:
    try:
        if isinstance(text, str):
            x509.load_pem_x509_crl(text.encode())
            return text
    except ValueError:
        pass
    raise ValueError("crl is no revocation list in PEM")


def _public_key(key_id: object, encoded: object) -> ec.EllipticCurvePublicKey:
    if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
        raise ValueError("the id of a signing key is 1 to 64 letters, digits, dots, dashes and underscores")
    try:
        key = load_der_public_key(base64.b64decode(encoded, validate=True)) if isinstance(encoded, str) else None
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError(f"the signing key {key_id} is no P-256 public key, base64 of its DER")
    return key
