"""The exchange of keys with a provider, step by step and safe to repeat: what we ask for, and what came back."""

import base64
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from apps.kernel.actors import Actor
from apps.providers.errors import InvalidLineCertificate
from apps.providers.models import LineKey, LinePurpose
from apps.providers.operations.line_keys import (
    add_line_key,
    retire_line_key,
    signing_request,
    use_certificate,
    use_signing_key,
)
from apps.providers.queries import usable_line_keys, waiting_line_keys


@dataclass(frozen=True, slots=True)
class LineRequest:
    """What the provider must know of us: a PEM request for a certificate, and the public keys that will sign."""

    csr: str | None
    signing_keys: Mapping[str, str]


def request_line_keys(*, account_id: UUID, renew: bool, by: Actor, now: datetime) -> LineRequest:
    """Make what is missing of a TLS key and a signing key, and return what the provider has yet to know.

    With `renew` there is a waiting key of each kind afterwards, next to those in use. Keys that wait already are asked
    for again. Raises UnknownProviderAccount.
    """
    for purpose in LinePurpose:
        has_waiting = waiting_line_keys(account_id).filter(purpose=purpose).exists()
        has_usable = usable_line_keys(account_id, now=now).filter(purpose=purpose).exists()
        if not has_waiting and (renew or not has_usable):
            add_line_key(account_id=account_id, purpose=purpose, by=by, now=now)
    tls, signing = _waiting(account_id, LinePurpose.TLS), _waiting(account_id, LinePurpose.SIGNING)
    return LineRequest(
        csr=signing_request(tls) if tls else None,
        signing_keys={signing.key_id: base64.b64encode(bytes(signing.public_key)).decode()} if signing else {},
    )


def install_line_keys(
    *,
    account_id: UUID,
    certificate: str | None,
    accepted: Collection[str],
    lifetime: timedelta,
    by: Actor,
    now: datetime,
) -> list[LineKey]:
    """Use the waiting keys that the provider knows: the TLS key with its PEM certificate, a signing key in `accepted`.

    A key that is used before the provider takes it costs payments. Return the keys put into use; repeating it changes
    nothing. Raises InvalidLineCertificate.
    """
    installed: list[LineKey] = []
    tls, signing = _waiting(account_id, LinePurpose.TLS), _waiting(account_id, LinePurpose.SIGNING)
    if tls is not None and certificate is not None:
        installed.append(use_certificate(line_key_id=tls.id, certificate=_der(certificate), by=by, now=now))
    if signing is not None and signing.key_id in accepted:
        installed.append(use_signing_key(line_key_id=signing.id, lifetime=lifetime, by=by, now=now))
    return installed


def retire_older_line_keys(*, account_id: UUID, by: Actor, now: datetime) -> list[LineKey]:
    """Retire every key in use but the newest of its kind; do it before the provider forgets them."""
    retired: list[LineKey] = []
    for purpose in LinePurpose:
        older = usable_line_keys(account_id, now=now).filter(purpose=purpose)[1:]
        retired.extend(retire_line_key(line_key_id=key.id, by=by, now=now) for key in older)
    return retired


def _waiting(account_id: UUID, purpose: LinePurpose) -> LineKey | None:
    return waiting_line_keys(account_id).filter(purpose=purpose).select_related("account").first()


def _der(certificate: str) -> bytes:
    try:
        return ssl.PEM_cert_to_DER_cert(certificate)
    except ValueError:
        raise InvalidLineCertificate("the certificate is not in PEM") from None
