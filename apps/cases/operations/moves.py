"""Take a case, give it back, resolve it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.cases.errors import AlreadyTaken, InvalidResolution
from apps.cases.locks import lock_case
from apps.cases.models import LONGEST_RESOLUTION, Case
from apps.cases.states import MOVES, CaseStatus
from apps.kernel.actors import Actor
from apps.kernel.transitions import check_move


@transaction.atomic(durable=True)
def take_case(*, case_id: UUID, by: Actor, now: datetime) -> Case:
    """Make the case this person's; of several who want it at once, one gets it. Repeating it changes nothing.

    Raises UnknownCase, AlreadyTaken with its `owner`, WrongState once it is resolved.
    """
    case = lock_case(case_id)
    if case.status == CaseStatus.TAKEN:
        if case.owner == str(by):
            return case
        raise AlreadyTaken(owner=case.owner)
    check_move(MOVES, CaseStatus(case.status), CaseStatus.TAKEN)
    case.status, case.owner, case.taken_at = CaseStatus.TAKEN, str(by), now
    case.save(update_fields=["status", "owner", "taken_at"])
    record(actor=by, action="case.taken", subject=case.public_id, now=now)
    return case


@transaction.atomic(durable=True)
def release_case(*, case_id: UUID, by: Actor, now: datetime) -> Case:
    """Put the case back into the queue, whosever it is: people fall ill. Repeating it changes nothing.

    Raises UnknownCase, WrongState once it is resolved.
    """
    case = lock_case(case_id)
    if case.status == CaseStatus.OPEN:
        return case
    check_move(MOVES, CaseStatus(case.status), CaseStatus.OPEN)
    record(actor=by, action="case.released", subject=case.public_id, facts={"owner": case.owner}, now=now)
    case.status, case.owner, case.taken_at = CaseStatus.OPEN, "", None
    case.save(update_fields=["status", "owner", "taken_at"])
    return case


@transaction.atomic(durable=True)
def resolve_case(*, case_id: UUID, resolution: str, by: Actor, now: datetime) -> Case:
    """Close the case for good and keep in words how it was settled; anybody may, taken or not.

    The same words from the same person again change nothing. Raises UnknownCase, InvalidResolution, and WrongState
    once it was resolved otherwise.
    """
    words = resolution.strip()
    if not words or len(words) > LONGEST_RESOLUTION:
        raise InvalidResolution
    case = lock_case(case_id)
    if case.status == CaseStatus.RESOLVED and (case.resolved_by, case.resolution) == (str(by), words):
        return case
    check_move(MOVES, CaseStatus(case.status), CaseStatus.RESOLVED)
    case.status, case.resolved_at = CaseStatus.RESOLVED, now
    case.resolved_by, case.resolution = str(by), words
    case.save(update_fields=["status", "resolved_at", "resolved_by", "resolution"])
    facts = {"kind": case.kind, "about": case.subject}
    record(actor=by, action="case.resolved", subject=case.public_id, reason=words, facts=facts, now=now)
    return case
