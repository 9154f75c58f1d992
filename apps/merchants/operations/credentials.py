"""Registering and revoking what a till proves itself with besides its key."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import IntegrityError, transaction

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.keys.operations import issue_till_certificate
from apps.merchants.credentials import client_certificate, fingerprint_of, public_key_der, requested_key
from apps.merchants.errors import CredentialTaken, UnknownCredential
from apps.merchants.locks import lock_till
from apps.merchants.models import CredentialKind, Till, TillCredential
from apps.merchants.queries import valid_credentials

# What authorities outside grant to TLS, more or less: whoever forgets a till for two years visits it once.
LONGEST_CERTIFICATE_LIFETIME: Final = timedelta(days=825)


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A certificate of ours for a till, which is registered already."""

    credential: TillCredential
    pem: str


@transaction.atomic(durable=True)
def register_signing_key(
    *,
    till_id: UUID,
    request: bytes,
    overlap: timedelta,
    lifetime: timedelta | None = None,
    by: Actor,
    now: datetime,
) -> TillCredential:
    """Take the key of a PEM request for a certificate as one that signs the till's requests from now on.

    The key before it ends after the overlap, and one before that at once: two are valid at a time. The same request
    again changes nothing. Raises UnknownTill, InvalidCredential, CredentialTaken.
    """
    till = lock_till(till_id)
    content = public_key_der(requested_key(request, till=till.public_id))
    ends_at = None if lifetime is None else now + lifetime
    return _register(till, CredentialKind.SIGNING, content, ends_at, overlap, by, now)


@transaction.atomic(durable=True)
def register_certificate(
    *, till_id: UUID, certificate: bytes, overlap: timedelta, by: Actor, now: datetime
) -> TillCredential:
    """Pin the client certificate in this PEM text, whoever issued it, until it ends; else as `register_signing_key`.

    Nobody need prove that he has its key: without it no connection shows the certificate.
    """
    till = lock_till(till_id)
    return _pin(till, client_certificate(certificate, now=now), overlap, by, now)


@transaction.atomic(durable=True)
def issue_client_certificate(
    *, till_id: UUID, request: bytes, lifetime: timedelta, overlap: timedelta, by: Actor, now: datetime
) -> IssuedCertificate:
    """Certify the key of a PEM request by our own authority, and pin the certificate.

    Asking again issues another one. Raises UnknownTill, InvalidCredential, KeysUnavailable.
    """
    till = lock_till(till_id)
    key = requested_key(request, till=till.public_id)
    certificate = x509.load_der_x509_certificate(
        issue_till_certificate(
            public_key=key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
            till=till.public_id,
            lifetime=min(lifetime, LONGEST_CERTIFICATE_LIFETIME),
            now=now,
        )
    )
    credential = _pin(till, certificate, overlap, by, now)
    return IssuedCertificate(credential, certificate.public_bytes(Encoding.PEM).decode())


@transaction.atomic(durable=True)
def revoke_credential(*, till_id: UUID, fingerprint: str, reason: str, by: Actor, now: datetime) -> TillCredential:
    """End a credential at once, also the last one; repeating it changes nothing.

    Raises UnknownTill, UnknownCredential.
    """
    till = lock_till(till_id)
    credential = TillCredential.objects.filter(till=till, fingerprint=fingerprint).first()
    if credential is None:
        raise UnknownCredential
    if credential.revoked_at is None:
        credential.revoked_at = now
        credential.save(update_fields=["revoked_at"])
        facts = {"kind": credential.kind, "fingerprint": fingerprint}
        record(actor=by, action="till.credential_revoked", subject=till.public_id, reason=reason, facts=facts, now=now)
    return credential


def _pin(till: Till, certificate: x509.Certificate, overlap: timedelta, by: Actor, now: datetime) -> TillCredential:
    content = certificate.public_bytes(Encoding.DER)
    return _register(till, CredentialKind.CERTIFICATE, content, certificate.not_valid_after_utc, overlap, by, now)


def _register(
    till: Till,
    kind: CredentialKind,
    content: bytes,
    ends_at: datetime | None,
    overlap: timedelta,
    by: Actor,
    now: datetime,
) -> TillCredential:
    fingerprint = fingerprint_of(content)
    known = TillCredential.objects.filter(till=till, fingerprint=fingerprint).first()
    if known is not None and known.is_valid(now):
        return known
    _end_earlier(till, kind, overlap, now)
    try:
        with transaction.atomic():
            credential = TillCredential.objects.create(
                till=till, kind=kind, content=content, fingerprint=fingerprint, created_at=now, expires_at=ends_at
            )
    except IntegrityError:
        raise CredentialTaken from None
    facts = {"kind": str(kind), "fingerprint": fingerprint}
    record(actor=by, action="till.credential_registered", subject=till.public_id, facts=facts, now=now)
    return credential


def _end_earlier(till: Till, kind: CredentialKind, overlap: timedelta, now: datetime) -> None:
    """Let the newest of the till's credentials end after the overlap, and the others now."""
    valid = valid_credentials(now).filter(till=till, kind=kind).order_by("-created_at", "-id")
    for place, credential in enumerate(valid):
        ends_at = now if place else now + overlap
        if credential.expires_at is None or credential.expires_at > ends_at:
            credential.expires_at = ends_at
            credential.save(update_fields=["expires_at"])
