"""What operators bring for a till, read and judged: requests for certificates, and certificates. Pure, no database.

A request for a certificate (PKCS #10) is signed with the key that it names. That makes it the proof that somebody has
the key, in a form that every TLS library writes; its common name is the till's id, so that it is good for that till.
"""

import hashlib
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from apps.merchants.errors import InvalidCredential

# A request or a certificate is one or two kilobytes; whatever is larger is none.
_MOST_BYTES: Final = 16 * 1024


def fingerprint_of(content: bytes) -> str:
    """Return the SHA-256 of a public key or certificate in DER, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def requested_key(request: bytes, *, till: str) -> ec.EllipticCurvePublicKey:
    """Return the P-256 key of a PEM request that its holder signed for this till. Raises InvalidCredential."""
    try:
        found = x509.load_pem_x509_csr(request[:_MOST_BYTES])
        key, names = found.public_key(), found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        is_signed = found.is_signature_valid
    except (ValueError, UnsupportedAlgorithm, InvalidSignature):
        raise InvalidCredential("the request for a certificate cannot be read") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise InvalidCredential("the key is not on P-256 (prime256v1)")
    if not is_signed:
        raise InvalidCredential("the request is not signed with the key that it names")
    if [name.value for name in names] != [till]:
        raise InvalidCredential(f"the common name of the request must be {till}")
    return key


def public_key_der(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the SubjectPublicKeyInfo, whose fingerprint is the `keyid` of signatures."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def client_certificate(text: bytes, *, now: datetime) -> x509.Certificate:
    """Return the one certificate of a PEM text, good for a TLS client and valid now. Raises InvalidCredential."""
    try:
        (found,) = x509.load_pem_x509_certificates(text[:_MOST_BYTES])
        basic = _extension(found, x509.BasicConstraints)
        usage = _extension(found, x509.ExtendedKeyUsage)
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidCredential("there must be one certificate in PEM, without its chain") from None
    if isinstance(basic, x509.BasicConstraints) and basic.ca:
        raise InvalidCredential("the certificate is an authority's")
    if isinstance(usage, x509.ExtendedKeyUsage) and ExtendedKeyUsageOID.CLIENT_AUTH not in usage:
        raise InvalidCredential("the certificate is not meant for TLS clients")
    if not found.not_valid_before_utc <= now < found.not_valid_after_utc:
        raise InvalidCredential("the certificate is not valid now")
    return found


def _extension(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> x509.ExtensionType | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
