"""The bank's own certificate authority, its server certificates and signing keys, in one private directory."""

import base64
import hashlib
import ipaddress
import os
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulators.bankcore.exchange import Objection

NAMES = ("localhost", "127.0.0.1", "::1")
AUTHORITY_LIFE = timedelta(days=3650)
SERVER_LIFE = timedelta(days=730)
CLIENT_LIFE = timedelta(days=365)
BEHIND = timedelta(minutes=5)  # a caller's clock may be


@dataclass(frozen=True)
class Issued:
    """A client's certificate, in PEM, and what it is found by."""

    certificate: str
    fingerprint: str
    not_after: datetime


def requested_key(csr: object) -> ec.EllipticCurvePublicKey:
    """Return the key that a PEM signing request is for; its wishes about names are not heard."""
    try:
        request = x509.load_pem_x509_csr(csr.encode()) if isinstance(csr, str) else None
        if request is not None and request.is_signature_valid:
            key = request.public_key()
            if isinstance(key, ec.EllipticCurvePublicKey):
                return key
    except ValueError:
        pass
    raise Objection(422, "invalid_field", "csr is no signing request of an elliptic-curve key")


def public_der(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the key as everybody may have it."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class Authority:
    """Everything is made at the first start. A generation is a server certificate with a signing key.

    One generation is in use; the next may be announced, so that clients can trust it before it is used.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (directory / "ca.pem").exists():
            self._make_authority()
        if not (directory / "generation").exists():
            self._make_generation(1)
            self._write("generation", b"1")

    @property
    def certificate(self) -> str:
        """The authority's certificate, PEM."""
        return (self._directory / "ca.pem").read_text()

    @property
    def generation(self) -> int:
        """The number of the generation that is in use."""
        return int((self._directory / "generation").read_text())

    def pins(self) -> list[str]:
        """Return the fingerprints of the server certificates in use and announced."""
        return [self._server(number).fingerprint(SHA256()).hex() for number in self._generations()]

    def signing_keys(self) -> dict[str, str]:
        """Return the public keys in use and announced, base64 of their DER, by their ids."""
        keys = [self._key(f"signing-{number}").public_key() for number in self._generations()]
        return {_key_id(key): base64.b64encode(public_der(key)).decode() for key in keys}

    def signing_key(self) -> tuple[str, ec.EllipticCurvePrivateKey]:
        """Return the id and the private key that signs answers now."""
        key = self._key(f"signing-{self.generation}")
        return _key_id(key.public_key()), key

    def announce_next(self) -> None:
        """Make the next generation, unless it is there."""
        if len(self._generations()) == 1:
            self._make_generation(self.generation + 1)

    def use_next(self) -> None:
        """Use the announced generation from now on; the one before is gone for good."""
        if len(self._generations()) == 1:
            raise Objection(409, "nothing_announced", "announce the next keys first")
        self._write("generation", str(self.generation + 1).encode())

    def server_context(self) -> ssl.SSLContext:
        """Return the context of the server certificate in use: TLS 1.3, and nobody without a certificate of ours."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        # A resumed session would not show its certificate again.
        context.num_tickets = 0
        context.load_verify_locations(self._directory / "ca.pem")
        server = self._directory / f"server-{self.generation}.pem"
        context.load_cert_chain(server, server.with_suffix(".key"))
        return context

    def page_context(self) -> ssl.SSLContext:
        """Return the context of the pages: the same certificate, and nobody is asked for one."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        server = self._directory / f"server-{self.generation}.pem"
        context.load_cert_chain(server, server.with_suffix(".key"))
        return context

    def issue_client(self, key: ec.EllipticCurvePublicKey, *, now: datetime) -> Issued:
        """Certify a client's key for a year."""
        name = f"client {hashlib.sha256(public_der(key)).hexdigest()[:16]}"
        usage = ExtendedKeyUsageOID.CLIENT_AUTH
        certificate = self._issue(key, name, usage=usage, names=(), start=now - BEHIND, end=now + CLIENT_LIFE)
        fingerprint = certificate.fingerprint(SHA256()).hex()
        return Issued(certificate.public_bytes(Encoding.PEM).decode(), fingerprint, certificate.not_valid_after_utc)

    def _generations(self) -> list[int]:
        current = self.generation
        return [n for n in (current, current + 1) if (self._directory / f"server-{n}.pem").exists()]

    def _make_authority(self) -> None:
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        certificate = (
            _builder("Bank core test authority", "Bank core test authority", key.public_key(), key.public_key())
            .not_valid_before(now - BEHIND)
            .not_valid_after(now + AUTHORITY_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(certificates=True), critical=True)
            .sign(key, SHA256())
        )
        self._write_key("ca", key)
        self._write("ca.pem", certificate.public_bytes(Encoding.PEM))

    def _make_generation(self, number: int) -> None:
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        certificate = self._issue(
            key.public_key(),
            f"Bank core {number}",
            usage=ExtendedKeyUsageOID.SERVER_AUTH,
            names=NAMES,
            start=now - BEHIND,
            end=now + SERVER_LIFE,
        )
        self._write_key(f"signing-{number}", ec.generate_private_key(ec.SECP256R1()))
        self._write_key(f"server-{number}", key)
        # Last: a generation counts once its certificate is there.
        self._write(f"server-{number}.pem", certificate.public_bytes(Encoding.PEM))

    def _issue(
        self,
        key: ec.EllipticCurvePublicKey,
        name: str,
        *,
        usage: x509.ObjectIdentifier,
        names: tuple[str, ...],
        start: datetime,
        end: datetime,
    ) -> x509.Certificate:
        authority = x509.load_pem_x509_certificate(self.certificate.encode())
        authority_key = self._key("ca")
        builder = (
            _builder(name, "Bank core test authority", key, authority_key.public_key())
            .not_valid_before(max(start, authority.not_valid_before_utc))
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([_general(n) for n in names]), critical=False)
        return builder.sign(authority_key, SHA256())

    def _server(self, number: int) -> x509.Certificate:
        return x509.load_pem_x509_certificate((self._directory / f"server-{number}.pem").read_bytes())

    def _key(self, name: str) -> ec.EllipticCurvePrivateKey:
        key = load_pem_private_key((self._directory / f"{name}.key").read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{name}.key is no elliptic-curve key")
        return key

    def _write_key(self, name: str, key: ec.EllipticCurvePrivateKey) -> None:
        self._write(f"{name}.key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def _write(self, name: str, content: bytes) -> None:
        unfinished = self._directory / f".{name}.{os.getpid()}"
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(content)
        unfinished.rename(self._directory / name)


def _key_id(key: ec.EllipticCurvePublicKey) -> str:
    return f"bank-{hashlib.sha256(public_der(key)).hexdigest()[:24]}"


def _builder(
    subject: str, issuer: str, key: ec.EllipticCurvePublicKey, authority: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority), critical=False)
    )


def _key_usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
