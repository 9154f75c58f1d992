"""What an operator brings for a till: requests for certificates, and certificates, right or wrong."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from apps.merchants.credentials import fingerprint_of, public_key_der

Key = ec.EllipticCurvePrivateKey
AnyKey = Key | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def key_id(key: Key) -> str:
    return fingerprint_of(public_key_der(key.public_key()))


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def request_for(till: str, key: AnyKey) -> bytes:
    """Return a PEM request for a certificate, as `openssl req -new` makes it."""
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256()
    builder = x509.CertificateSigningRequestBuilder().subject_name(named(till))
    return builder.sign(key, algorithm).public_bytes(Encoding.PEM)


def certificate_for(
    key: Key,
    *,
    ends_at: datetime | None = None,
    is_authority: bool = False,
    usage: x509.ObjectIdentifier | None = CLIENT,
) -> x509.Certificate:
    """Return a certificate of a vendor's own, valid since yesterday."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named("Kasse 1"))
        .issuer_name(named("Kasse 1"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(ends_at or now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    return builder.sign(key, SHA256())


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def key_pem(key: Key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
