"""The password, then the second factor; and once more before something dangerous.

What was wrong is counted in the operator's row, under its lock: five in all, wherever they come from and however many
at once, lock for fifteen minutes. A refusal is a value, because its count must stay.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.operators.credentials import digest_of, is_password, open_totp_key, totp_step, typed_code
from apps.operators.locks import lock_operator
from apps.operators.models import BackupCode, Operator, Session
from apps.operators.operations.sessions import FRESH, open_session
from apps.operators.queries import operator_with

MOST_FAILURES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
NOBODY: Final = Actor("system", "staff_portal")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session and the token that opens it; the one before has ended."""

    session: Session
    token: Secret[str]


def sign_in(*, email: str, password: Secret[str], address: str, browser: str, now: datetime) -> SignedIn | None:
    """Open a session that still needs the second factor; None for whatever was wrong, after the same work.

    An operator who is locked or switched off is refused with the right password too, and cannot be told from one who
    does not exist.
    """
    operator = operator_with(email)
    # Outside the transaction: it takes a tenth of a second, and is meant to.
    is_right = is_password(password, operator.password if operator else "")
    return _sign_in(operator.id if operator else None, is_right, address, browser, now)


@transaction.atomic(durable=True)
def _sign_in(operator_id: UUID | None, is_right: bool, address: str, browser: str, now: datetime) -> SignedIn | None:
    if operator_id is None:
        record(actor=NOBODY, action="operator.refused", subject="unknown", facts={"address": address}, now=now)
        return None
    operator = lock_operator(operator_id)
    if not is_right or operator.is_locked(now) or not operator.is_active:
        _refuse(operator, "password" if not is_right else "state", address, now)
        return None
    return SignedIn(*open_session(operator, address=address, browser=browser, is_verified=False, now=now))


@transaction.atomic(durable=True)
def verify_second_factor(*, session: Session, code: str, now: datetime) -> SignedIn | None:
    """Prove the second factor by the app's code or a backup code; None for a wrong, used or late one.

    The session is replaced by one with another token: whoever knew the old one has nothing.
    """
    operator = lock_operator(session.operator_id)
    current = Session.objects.get(id=session.id)
    if not current.is_open(now) or current.verified_at is not None or not _is_proved(operator, code, session, now):
        return None
    return replace_session(operator, current, now=now)


def replace_session(operator: Operator, pending: Session, *, now: datetime) -> SignedIn:
    """Turn the session that waits for the second factor into one that has it, in the caller's transaction."""
    Session.objects.filter(id=pending.id).update(ended_at=now)
    operator.failures, operator.locked_until = 0, None
    operator.save(update_fields=["failures", "locked_until"])
    facts = {"address": pending.address}
    record(actor=operator.actor, action="operator.signed_in", subject=operator.public_id, facts=facts, now=now)
    opened = open_session(operator, address=pending.address, browser=pending.browser, is_verified=True, now=now)
    return SignedIn(*opened)


@transaction.atomic(durable=True)
def step_up(*, session: Session, code: str, now: datetime) -> bool:
    """Prove the second factor again; for five minutes what is dangerous is allowed."""
    operator = lock_operator(session.operator_id)
    current = Session.objects.get(id=session.id)
    if not current.is_open(now) or current.verified_at is None or not _is_proved(operator, code, session, now):
        return False
    Session.objects.filter(id=session.id).update(fresh_until=now + FRESH)
    record(actor=operator.actor, action="operator.stepped_up", subject=operator.public_id, now=now)
    return True


def _is_proved(operator: Operator, code: str, session: Session, now: datetime) -> bool:
    if operator.is_locked(now) or not operator.is_active or not operator.has_second_factor:
        return False
    key = open_totp_key(operator.wrapped, operator.id)
    step = totp_step(key, code, after_step=operator.totp_last_step, now=now)
    if step is not None:
        operator.totp_last_step = step
        operator.save(update_fields=["totp_last_step"])
        return True
    backup = BackupCode.objects.filter(operator=operator, digest=digest_of(typed_code(code)), used_at=None)
    if backup.update(used_at=now) == 1:
        record(actor=operator.actor, action="operator.used_backup_code", subject=operator.public_id, now=now)
        return True
    if _refuse(operator, "code", session.address, now):
        Session.objects.filter(id=session.id).update(ended_at=now)
    return False


def _refuse(operator: Operator, what: str, address: str, now: datetime) -> bool:
    """Count, and say whether that locked the operator."""
    is_locked = operator.is_locked(now)
    if what != "state" and not is_locked:
        operator.failures += 1
        if operator.failures >= MOST_FAILURES:
            operator.failures, operator.locked_until = 0, now + LOCKED_FOR
        operator.save(update_fields=["failures", "locked_until"])
    facts = {"wrong": what, "address": address, "locked": operator.is_locked(now)}
    record(actor=operator.actor, action="operator.refused", subject=operator.public_id, facts=facts, now=now)
    return operator.is_locked(now) and not is_locked
