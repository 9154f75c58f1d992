"""A client of the secured bank: keys in memory, enrolled by the bank's administrator."""

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from apps.kernel.masking import Secret
from apps.providers.connectors.corebank import CorebankConnector, connect
from apps.providers.line import OwnKey, OwnKeys
from tests.simulators.bank_process import BankProcess

SECURED = ("--magic", "--require-signatures", "--admin-port", "0")
EVER = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Client:
    """What one client has: its keys, and what it trusts of the bank."""

    tls: OwnKey
    signing: OwnKey
    line: dict[str, Any]

    @property
    def keys(self) -> OwnKeys:
        return OwnKeys((self.tls,), (self.signing,))

    def connector(self, bank: BankProcess, *, keys: OwnKeys | None = None, **line: object) -> CorebankConnector:
        """Open the line, with other keys or another trust where a test wants so."""
        settings = {"base_url": bank.line_url, "line": {**self.line, **line}}
        return connect(settings, client_key(bank), keys or self.keys)


@contextmanager
def secured_bank(directory: Path, *more: str) -> Iterator[BankProcess]:
    """Run a bank that speaks TLS and signs."""
    bank = BankProcess(directory / "bank", (*SECURED, "--tls-dir", str(directory / "tls"), *more)).start()
    try:
        yield bank
    finally:
        bank.kill()


def client_key(bank: BankProcess) -> Secret[str]:
    return Secret((bank.directory / "client.key").read_text().strip())


def new_key(key_id: str = "", lifetime: tuple[datetime, datetime] = EVER) -> OwnKey:
    """Make a key that nobody knows yet."""
    private_key = ec.generate_private_key(ec.SECP256R1())
    return OwnKey(key_id or f"k-{secrets.token_hex(8)}", Secret(private_key), *lifetime)


def public_text(key: OwnKey) -> str:
    public_key = key.private_key.reveal().public_key()
    return base64.b64encode(public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def csr_of(key: OwnKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "anything")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    return builder.sign(key.private_key.reveal(), SHA256()).public_bytes(Encoding.PEM).decode()


def with_certificate(key: OwnKey, pem: str) -> OwnKey:
    return replace(key, certificate=x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER))


def enrol(bank: BankProcess, name: str = "mpayment") -> Client:
    """Let the bank's administrator take a new client in."""
    tls, signing = new_key(), new_key()
    fields = {"name": name, "csr": csr_of(tls), "signing_keys": {signing.key_id: public_text(signing)}}
    status, answer = bank.call("POST", "/v1/admin/clients", fields)
    assert status == 201, answer
    line = {member: answer[member] for member in ("ca", "pins", "signing_keys")}
    return Client(with_certificate(tls, answer["certificate"]), signing, line)


def fingerprint(key: OwnKey) -> str:
    assert key.certificate is not None
    return x509.load_der_x509_certificate(key.certificate).fingerprint(SHA256()).hex()


def hours(first: float, last: float) -> tuple[datetime, datetime]:
    """Return a lifetime around now."""
    now = datetime.now(UTC)
    return now + timedelta(hours=first), now + timedelta(hours=last)
