"""Setting up the authenticator app, at the first sign-in."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.audit.operations import record
from apps.kernel.masking import Secret
from apps.operators.credentials import (
    BACKUP_CODES,
    digest_of,
    new_code,
    new_totp_key,
    open_totp_key,
    seal_totp_key,
    totp_step,
)
from apps.operators.errors import SessionOver
from apps.operators.locks import lock_operator
from apps.operators.models import BackupCode, Operator, Session
from apps.operators.operations.signing_in import SignedIn, replace_session


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The session that has a second factor now, and ten codes that are shown once."""

    signed_in: SignedIn
    backup_codes: tuple[Secret[str], ...]


@transaction.atomic(durable=True)
def begin_totp(*, session: Session, now: datetime) -> Secret[bytes]:
    """Return the key for the app, the same until it is confirmed: a page is loaded twice. Raises SessionOver."""
    operator = _lock_newcomer(session, now)
    if operator.totp_kek_id:
        return open_totp_key(operator.wrapped, operator.id)
    key = new_totp_key()
    sealed = seal_totp_key(key, operator.id)
    operator.totp_kek_id, operator.totp_nonce, operator.totp_wrapped = sealed.kek_id, sealed.nonce, sealed.ciphertext
    operator.save(update_fields=["totp_kek_id", "totp_nonce", "totp_wrapped"])
    return key


@transaction.atomic(durable=True)
def confirm_totp(*, session: Session, code: str, now: datetime) -> Confirmed | None:
    """Take the app's first code, which proves that it has the key; None for a wrong one. Raises SessionOver."""
    operator = _lock_newcomer(session, now)
    if not operator.totp_kek_id:
        raise SessionOver
    key = open_totp_key(operator.wrapped, operator.id)
    step = totp_step(key, code, after_step=operator.totp_last_step, now=now)
    if step is None:
        return None
    operator.totp_confirmed_at, operator.totp_last_step = now, step
    operator.save(update_fields=["totp_confirmed_at", "totp_last_step"])
    codes = tuple(new_code() for _ in range(BACKUP_CODES))
    BackupCode.objects.bulk_create(BackupCode(operator=operator, digest=digest_of(code.reveal())) for code in codes)
    record(actor=operator.actor, action="operator.set_up_second_factor", subject=operator.public_id, now=now)
    return Confirmed(replace_session(operator, session, now=now), codes)


def _lock_newcomer(session: Session, now: datetime) -> Operator:
    operator = lock_operator(session.operator_id)
    current = Session.objects.get(id=session.id)
    is_allowed = operator.is_active and current.is_open(now) and current.verified_at is None
    if not is_allowed or operator.has_second_factor:
        raise SessionOver
    return operator
