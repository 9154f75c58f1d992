"""Whose token it is, and where somebody is signed in."""

from datetime import datetime
from uuid import UUID

from django.db.models import Max, OuterRef, QuerySet, Subquery

from apps.operators.credentials import digest_of
from apps.operators.models import IDLE, Operator, SavedFilter, Session


def session_for(token: str, *, now: datetime) -> Session | None:
    """Return the open session with its operator, in one statement; None if there is none, or he was switched off.

    One that has not proved the second factor is returned too: the caller asks for `verified_at`.
    """
    session = Session.objects.select_related("operator").filter(digest=digest_of(token)).first()
    if session is None or not session.is_open(now) or not session.operator.is_active:
        return None
    return session


def open_sessions_of(operator_id: UUID, *, now: datetime) -> QuerySet[Session]:
    """Return where the operator is signed in, the newest first."""
    sessions = Session.objects.filter(operator_id=operator_id, ended_at=None, verified_at__isnull=False)
    return sessions.filter(expires_at__gt=now, used_at__gt=now - IDLE).order_by("-created_at", "-id")


def operator_with(email: str) -> Operator | None:
    """Return the operator with this address, however it was typed."""
    return Operator.objects.filter(email=email.strip().lower().replace("\0", "")).first()


def names_of(public_ids: set[str]) -> dict[str, str]:
    """Return the names behind actors such as `operator:opr_...`, for pages that show who did something."""
    known = {f"operator:{operator.public_id}": operator.name for operator in Operator.objects.all()[:1000]}
    return {actor: known[actor] for actor in public_ids if actor in known}


def saved_filters_of(operator_id: UUID, *, page: str) -> list[SavedFilter]:
    """Return the filters that the operator keeps for this list, by name."""
    return list(SavedFilter.objects.filter(operator_id=operator_id, page=page).order_by("name")[:100])


def operators_before(last_id: UUID | None, *, limit: int) -> list[Operator]:
    """Return operators, the newest first and older than `last_id`, each with `last_sign_in_at`."""
    proved = Session.objects.filter(operator=OuterRef("id")).values("operator").annotate(last=Max("verified_at"))
    operators = Operator.objects.annotate(last_sign_in_at=Subquery(proved.values("last")))
    if last_id is not None:
        operators = operators.filter(id__lt=last_id)
    return list(operators.order_by("-id")[:limit])
