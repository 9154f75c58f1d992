"""Claim a key for what it makes, bury a key whose request must not be carried out any more."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from apps.idempotency.errors import CancelledBeforeArrival, KeyInProgress, KeyReused
from apps.idempotency.models import AnsweredRequest
from apps.kernel.ids import uuid7

_RETRY_AFTER_SECONDS: Final = 1

_INSERT: Final = """
    INSERT INTO idempotency_answeredrequest
        (id, scope, key, method, path, body_digest, subject_kind, subject_id, buried, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (scope, key) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """The object that a request made or changed, such as ``payment`` and its id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """The key is ours: do the work."""

    request_id: UUID


@dataclass(frozen=True, slots=True)
class Known:
    """The request was answered before: answer with this object, as it is now."""

    subject: Subject


@dataclass(frozen=True, slots=True)
class Buried:
    """The request never arrived, and if it does, it is refused."""


def claim_key(
    *,
    scope: str,
    key: str,
    method: str,
    path: str,
    body_digest: bytes,
    subject: Subject,
    now: datetime,
) -> Claimed | Known:
    """Take the key as the first statement of the caller's transaction, or say what it made.

    `subject` is what the request will make or change; its id is known before. A parallel repetition waits here for the
    first one's transaction. KeyInProgress once the connection's lock_timeout is over (the transaction must then be
    rolled back), KeyReused for another method, path or body, CancelledBeforeArrival for a buried key.
    """
    request_id = _insert(
        scope, key, method=method, path=path, body_digest=body_digest, subject=subject, buried=False, now=now
    )
    if request_id is not None:
        return Claimed(request_id)
    known = _find(scope, key)
    if known.buried:
        raise CancelledBeforeArrival
    # The digest is of what a till sent, not a secret; compared in constant time all the same, by habit.
    same_body = hmac.compare_digest(bytes(known.body_digest), body_digest)
    if not same_body or (known.method, known.path) != (method, path):
        raise KeyReused
    return Known(_subject_of(known))


def bury_key(*, scope: str, key: str, now: datetime) -> Buried | Known:
    """Make sure that a request with this key is never carried out from now on, or say what it already made.

    Runs in the caller's transaction and waits for a request that is being answered, like `claim_key`; safe to repeat.
    """
    if _insert(scope, key, method="", path="", body_digest=b"", subject=None, buried=True, now=now) is not None:
        return Buried()
    known = _find(scope, key)
    return Buried() if known.buried else Known(_subject_of(known))


@transaction.atomic(durable=True)
def forget_requests(*, before: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` keys older than `before` (the contract keeps them 90 days); return how many."""
    old = AnsweredRequest.objects.filter(created_at__lt=before).order_by("created_at").values("id")[:limit]
    return AnsweredRequest.objects.filter(id__in=old).delete()[0]


def _insert(
    scope: str,
    key: str,
    *,
    method: str,
    path: str,
    body_digest: bytes,
    subject: Subject | None,
    buried: bool,
    now: datetime,
) -> UUID | None:
    request_id = uuid7()
    kind, identifier = (subject.kind, subject.id) if subject is not None else ("", "")
    try:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [request_id, scope, key, method, path, body_digest, kind, identifier, buried, now])
            return request_id if cursor.rowcount == 1 else None
    except OperationalError as error:
        # The first request holds its key until it commits; how long is waited for it, the connection says.
        if isinstance(error.__cause__, LockNotAvailable):
            raise KeyInProgress(retry_after_seconds=_RETRY_AFTER_SECONDS) from error
        raise


def _find(scope: str, key: str) -> AnsweredRequest:
    try:
        return AnsweredRequest.objects.get(scope=scope, key=key)
    except AnsweredRequest.DoesNotExist:
        # Forgotten between the two statements; the next try will be the first one.
        raise KeyInProgress(retry_after_seconds=_RETRY_AFTER_SECONDS) from None


def _subject_of(request: AnsweredRequest) -> Subject:
    # Not empty: a deferred trigger refuses to commit a claimed key that says nothing about what it made.
    return Subject(request.subject_kind, request.subject_id)
