"""Our keys on the line to a provider: made, put into use once the provider knows them, retired."""

import hashlib
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from django.db import transaction

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.keys.kek import key_encryption_keys
from apps.providers.contexts import line_key_aad
from apps.providers.errors import InvalidLineCertificate, LastLineKey, LineKeyInUse, UnknownLineKey
from apps.providers.locks import lock_line_key, lock_provider_account
from apps.providers.models import LineKey, LinePurpose, ProviderAccount
from apps.providers.queries import private_line_key, usable_line_keys

LONGEST_LIFETIME: Final = timedelta(days=825)


@transaction.atomic(durable=True)
def add_line_key(*, account_id: UUID, purpose: LinePurpose, by: Actor, now: datetime) -> LineKey:
    """Make a P-256 key that waits until the provider knows it; nothing is signed with it or shown before.

    Raises UnknownProviderAccount.
    """
    account = lock_provider_account(account_id)
    private_key = ec.generate_private_key(ec.SECP256R1())
    public_key = private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key_id = uuid7()
    wrapped = key_encryption_keys().wrap(
        private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        line_key_aad(account_id=account.id, key_id=key_id, purpose=purpose),
    )
    key = LineKey.objects.create(
        id=key_id,
        account=account,
        purpose=purpose,
        public_key=public_key,
        kek_id=wrapped.kek_id,
        nonce=wrapped.nonce,
        wrapped_private_key=wrapped.ciphertext,
        fingerprint=hashlib.sha256(public_key).hexdigest(),
        created_at=now,
        created_by=str(by),
    )
    _record(account, key, "provider.line_key_added", by, now)
    return key


@transaction.atomic(durable=True)
def use_certificate(*, line_key_id: UUID, certificate: bytes, by: Actor, now: datetime) -> LineKey:
    """Put a TLS key into use with the DER certificate that the provider gave; every process shows it at its next call.

    The same certificate again changes nothing. Raises UnknownLineKey, LineKeyInUse, and InvalidLineCertificate for
    another key's certificate, or one that is not valid now.
    """
    key = lock_line_key(line_key_id)
    if key.certificate is not None and bytes(key.certificate) == certificate:
        return key
    _refuse_unless_waiting(key, LinePurpose.TLS)
    found = _certificate(certificate)
    public_key = found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if public_key != bytes(key.public_key):
        raise InvalidLineCertificate("the certificate is another key's")
    if not found.not_valid_before_utc <= now < found.not_valid_after_utc:
        raise InvalidLineCertificate("the certificate is not valid now")
    key.certificate = certificate
    key.fingerprint = hashlib.sha256(certificate).hexdigest()
    return _put_into_use(key, found.not_valid_before_utc, found.not_valid_after_utc, by, now)


@transaction.atomic(durable=True)
def use_signing_key(*, line_key_id: UUID, lifetime: timedelta, by: Actor, now: datetime) -> LineKey:
    """Sign with this key from now on, for at most 825 days; only once the provider knows it.

    A key that signs already is returned as it is. Raises UnknownLineKey, LineKeyInUse.
    """
    key = lock_line_key(line_key_id)
    if key.purpose == LinePurpose.SIGNING and key.is_usable_at(now):
        return key
    _refuse_unless_waiting(key, LinePurpose.SIGNING)
    return _put_into_use(key, now, now + min(lifetime, LONGEST_LIFETIME), by, now)


@transaction.atomic(durable=True)
def retire_line_key(*, line_key_id: UUID, by: Actor, now: datetime) -> LineKey:
    """Never use the key again; calls under way end as they began. Repeating it changes nothing.

    Raises UnknownLineKey, and LastLineKey where nothing usable would be left: whoever wants silence switches the
    route off.
    """
    key = lock_line_key(line_key_id)
    if key.retired_at is not None:
        return key
    others = usable_line_keys(key.account_id, now=now).filter(purpose=key.purpose).exclude(id=key.id)
    if key.is_usable_at(now) and not others.exists():
        raise LastLineKey
    key.retired_at = now
    key.save(update_fields=["retired_at"])
    _open_anew(key.account)
    _record(key.account, key, "provider.line_key_retired", by, now)
    return key


def signing_request(key: LineKey) -> str:
    """Return the PEM request with which the provider's authority makes the certificate of a TLS key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"mpayment {key.account.code}")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    return builder.sign(private_line_key(key).reveal(), SHA256()).public_bytes(Encoding.PEM).decode()


def _put_into_use(key: LineKey, not_before: datetime, not_after: datetime, by: Actor, now: datetime) -> LineKey:
    key.not_before, key.not_after = not_before, not_after
    key.save(update_fields=["certificate", "fingerprint", "not_before", "not_after"])
    _open_anew(key.account)
    _record(key.account, key, "provider.line_key_used", by, now)
    return key


def _refuse_unless_waiting(key: LineKey, purpose: LinePurpose) -> None:
    if key.purpose != purpose:
        raise UnknownLineKey
    if not key.is_waiting():
        raise LineKeyInUse


def _certificate(certificate: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(certificate)
    except ValueError:
        raise InvalidLineCertificate("the certificate cannot be read") from None


def _open_anew(account: ProviderAccount) -> None:
    # The row is locked: lock_line_key takes the account first.
    account.version += 1
    account.save(update_fields=["version"])


def _record(account: ProviderAccount, key: LineKey, action: str, by: Actor, now: datetime) -> None:
    facts = {"purpose": key.purpose, "fingerprint": key.fingerprint}
    record(actor=by, action=action, subject=f"provider:{account.code}", facts=facts, now=now)
