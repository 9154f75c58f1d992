"""The platform's own certificate authority, and the certificates of devices and tills."""

from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.db import transaction

from apps.kernel.actors import Actor
from apps.keys.contexts import realm_id
from apps.keys.errors import AuthorityExists, KeysUnavailable, NotAPublicKey
from apps.keys.locks import lock_key_making
from apps.keys.models import Purpose, SigningKey
from apps.keys.operations.signing_keys import LIFETIMES, store_signing_key
from apps.keys.queries import current_signing_key, private_signing_key
from apps.paycode.errors import CodeError
from apps.paycode.signatures import parse_public_key

DEVICE_CERTIFICATE_LIFETIME: Final = timedelta(days=5 * 365)
# A verifier's clock may be behind ours.
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
_COMMON_NAME_BYTES: Final = 64


def create_certificate_authority(*, now: datetime, by: Actor) -> SigningKey:
    """Make the authority with its self-signed certificate; AuthorityExists while there is a valid one."""
    with transaction.atomic():
        lock_key_making()
        if current_signing_key(Purpose.CERTIFICATES, now) is not None:
            raise AuthorityExists
        private_key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"mpayment devices {realm_id()}")])
        builder = (
            _builder(subject=name, issuer=name, key=private_key.public_key(), authority=private_key.public_key())
            .not_valid_before(now - CLOCK_TOLERANCE)
            .not_valid_after(now + LIFETIMES[Purpose.CERTIFICATES])
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(is_authority=True), critical=True)
        )
        certificate = builder.sign(private_key, SHA256()).public_bytes(Encoding.DER)
        return store_signing_key(
            private_key=private_key, purpose=Purpose.CERTIFICATES, certificate=certificate, now=now, by=by
        )


def issue_device_certificate(*, public_key: bytes, device_ref: bytes, name: str, now: datetime) -> bytes:
    """Certify, as DER, that the enrolled device `device_ref` holds this key (an uncompressed point of 65 bytes).

    NotAPublicKey for any other encoding, a coordinate outside the field, a point off the curve; KeysUnavailable
    without an authority.
    `name` is what the customer calls the phone; what does not fit into 64 bytes is cut.
    """
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, _fitting(name) or device_ref.hex()),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, device_ref.hex()),
        ]
    )
    return _issue(_point(public_key), subject, now, lifetime=DEVICE_CERTIFICATE_LIFETIME)


def issue_till_certificate(*, public_key: bytes, till: str, lifetime: timedelta, now: datetime) -> bytes:
    """Certify, as DER, that the till with this public id holds this key (an uncompressed point), as a TLS client.

    NotAPublicKey and KeysUnavailable as for devices.
    """
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, till)])
    as_client = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    return _issue(_point(public_key), subject, now, lifetime=lifetime, extended=as_client)


def _issue(
    key: ec.EllipticCurvePublicKey,
    subject: x509.Name,
    now: datetime,
    *,
    lifetime: timedelta,
    extended: x509.ExtendedKeyUsage | None = None,
) -> bytes:
    authority = current_signing_key(Purpose.CERTIFICATES, now)
    if authority is None or authority.certificate is None:
        raise KeysUnavailable("there is no valid certificate authority: run create_keys")
    certificate = x509.load_der_x509_certificate(bytes(authority.certificate))
    authority_key = private_signing_key(authority)
    builder = (
        _builder(subject=subject, issuer=certificate.subject, key=key, authority=authority_key.public_key())
        .not_valid_before(now - CLOCK_TOLERANCE)
        .not_valid_after(min(now + lifetime, certificate.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(is_authority=False), critical=True)
    )
    if extended is not None:
        builder = builder.add_extension(extended, critical=False)
    return builder.sign(authority_key, SHA256()).public_bytes(Encoding.DER)


def _fitting(name: str) -> str:
    # Cut by bytes, as the limit counts, and never through the middle of a character.
    return name.encode()[:_COMMON_NAME_BYTES].decode(errors="ignore")


def _point(public_key: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return parse_public_key(public_key)
    except CodeError:
        raise NotAPublicKey from None


def _builder(
    *, subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, authority: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority), critical=False)
    )


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
