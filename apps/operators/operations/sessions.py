"""Opening a session, keeping it alive, ending it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.operators.credentials import digest_of, new_token
from apps.operators.locks import lock_operator
from apps.operators.models import Operator, Session

LIFETIME: Final = timedelta(hours=12)
# How long the second factor may take.
PATIENCE: Final = timedelta(minutes=10)
FRESH: Final = timedelta(minutes=5)
# The moment of the last use is kept no finer, so that reading pages hardly ever writes.
_GRAIN: Final = timedelta(seconds=20)


def open_session(
    operator: Operator, *, address: str, browser: str, is_verified: bool, now: datetime
) -> tuple[Session, Secret[str]]:
    """Open a session in the caller's transaction, and return it with its token, which is kept nowhere."""
    token = new_token()
    session = Session.objects.create(
        operator=operator,
        digest=digest_of(token.reveal()),
        address=address[:64],
        browser="".join(letter for letter in browser if letter.isprintable())[:120],
        created_at=now,
        expires_at=now + (LIFETIME if is_verified else PATIENCE),
        used_at=now,
        verified_at=now if is_verified else None,
        fresh_until=now + FRESH if is_verified else None,
    )
    return session, token


def touch_session(session: Session, *, now: datetime) -> None:
    """Note that the session is in use; it ends after fifteen minutes in which it was not."""
    if session.used_at < now - _GRAIN:
        Session.objects.filter(id=session.id).update(used_at=now)


@transaction.atomic(durable=True)
def end_session(session: Session, *, now: datetime) -> None:
    """Sign out. Repeating it changes nothing."""
    if Session.objects.filter(id=session.id, ended_at=None).update(ended_at=now):
        operator = session.operator
        record(actor=operator.actor, action="operator.signed_out", subject=operator.public_id, now=now)


@transaction.atomic(durable=True)
def end_session_of(operator: Operator, *, session_id: UUID, now: datetime) -> bool:
    """End one of the operator's own sessions in another browser; say whether there was one."""
    ended = Session.objects.filter(id=session_id, operator=operator, ended_at=None).update(ended_at=now) == 1
    if ended:
        record(actor=operator.actor, action="operator.session_ended", subject=operator.public_id, now=now)
    return ended


@transaction.atomic(durable=True)
def end_session_by(*, operator_id: UUID, session_id: UUID, by: Actor, reason: str, now: datetime) -> bool:
    """End a session of somebody else, and say whether it was open; only the first time leaves evidence."""
    operator = lock_operator(operator_id)
    ended = Session.objects.filter(id=session_id, operator=operator, ended_at=None).update(ended_at=now) == 1
    if ended:
        record(actor=by, action="operator.session_ended", subject=operator.public_id, reason=reason, now=now)
    return ended


def end_all_sessions(operator: Operator, *, now: datetime) -> None:
    """End every session of the locked operator, in the caller's transaction."""
    Session.objects.filter(operator=operator, ended_at=None).update(ended_at=now)
