"""Follow a hint: ask the provider, by our reference, and believe only what it answers."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.cases.operations import open_case
from apps.cases.states import Severity
from apps.instruments.operations import look_into_consent
from apps.kernel.errors import Unavailable
from apps.providers.contract import Approved, Declined, Inquire, InquiryOutcome, NoticeKind, Verb
from apps.providers.models import ProviderNotice
from apps.providers.operations import Called, RouteSwitchedOff, call_provider, record_call
from apps.transactions.models import Operation
from apps.transactions.operations.carry_out import settle_operation
from apps.transactions.states import OperationStatus

DEADLINE_SECONDS: Final = 6.0
_UNDECIDED: Final = (OperationStatus.SENT, OperationStatus.UNKNOWN)


class StillUnclear(Unavailable):
    """The provider could not be asked about what it hinted at; it is asked again."""

    code = "hint_still_unclear"


def look_into_notice(*, notice_id: UUID, now: datetime) -> None:
    """Ask about what the notice is about, and record the answer; never inside a transaction.

    Safe to run twice, and in any order: the answer counts, not the notice. Raises StillUnclear or ConsentUnclear, so
    that the note is run again.
    """
    notice = ProviderNotice.objects.select_related("account").get(id=notice_id)
    if notice.kind == NoticeKind.CONSENT:
        look_into_consent(provider_account_id=notice.account_id, consent=notice.consent, now=now)
        return
    operation = _operation(notice)
    # What has succeeded needs no asking: the notice says what we know. What was not sent yet will be.
    if operation is None or operation.status in (OperationStatus.SUCCEEDED, OperationStatus.QUEUED):
        return
    called = _ask(operation)
    if not isinstance(called.outcome, Approved | Declined):
        record_call(called.call)
        if operation.status in _UNDECIDED:
            # Its own timetable goes on, and the hint is followed again.
            raise StillUnclear
        return
    if operation.status in _UNDECIDED or _is_late_yes(operation, called.outcome):
        settle_operation(operation, called.outcome, called.call, now)
        return
    _compare(operation, called, now)


def _operation(notice: ProviderNotice) -> Operation | None:
    rows = Operation.objects.select_related("payment__merchant", "attempt__provider_account", "attempt__instrument")
    return rows.filter(reference=notice.reference, attempt__provider_account_id=notice.account_id).first()


def _ask(operation: Operation) -> Called:
    request = Inquire(
        reference=operation.reference,
        deadline_seconds=DEADLINE_SECONDS,
        amount=operation.amount,
        verb=Verb(operation.verb),
    )
    try:
        return call_provider(account=operation.attempt.provider_account, request=request)
    except RouteSwitchedOff as error:
        record_call(error.call)
        raise StillUnclear from None


def _is_late_yes(operation: Operation, outcome: InquiryOutcome) -> bool:
    """Say whether money is held for a sale that is off, and nobody has undone it yet."""
    if operation.verb != Verb.AUTHORISE or not isinstance(outcome, Approved):
        return False
    undoings = Operation.objects.filter(attempt_id=operation.attempt_id, verb__in=[Verb.VOID, Verb.REVERSE])
    return not undoings.exclude(status__in=[OperationStatus.FAILED, OperationStatus.WITHDRAWN]).exists()


def _compare(operation: Operation, called: Called, now: datetime) -> None:
    """Record the call; where we believe a no and the provider says yes, people must look."""
    with transaction.atomic(durable=True):
        record_call(called.call)
        if operation.status == OperationStatus.FAILED and isinstance(called.outcome, Approved):
            open_case(
                kind="notice_contradicts",
                severity=Severity.ALARM,
                subject=operation.payment.public_id,
                summary="The provider has done what we believe it refused.",
                facts={"operation": operation.reference, "verb": str(operation.verb)},
                amount=operation.amount,
                now=now,
            )
