"""Take a notice: keep it once, stop at once what can pay no more, and leave the asking back for after the commit."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import transaction

from apps.cases.operations import open_case
from apps.cases.states import Severity
from apps.instruments.operations import has_instrument, suspend_at_once
from apps.kernel.actors import Actor
from apps.kernel.money import Money
from apps.outbox.operations import leave_message
from apps.provider_hooks import topics
from apps.providers.contract import Notice, NoticeKind
from apps.providers.models import NoticeStatus, ProviderAccount, ProviderNotice
from apps.providers.operations import keep_notice
from apps.transactions.models import Operation

# The answer to our own message is usually on its way, and says the same.
ASK_AFTER: Final = timedelta(seconds=2)
# A customer who takes his consent back on the way to us has no instrument yet.
ASK_AGAIN_AFTER: Final = timedelta(seconds=60)


class Taken(StrEnum):
    """What the provider is told."""

    KEPT = "kept"
    PARKED = "parked"
    # It spoke of an operation that we have with another provider.
    FOREIGN = "foreign"


@transaction.atomic(durable=True)
def take_notice(*, account: ProviderAccount, notice: Notice, now: datetime) -> Taken:
    """Keep a genuine notice and leave a note to ask what it hints at; one that is known has no effect.

    An amount that is not ours, a type or an operation that we do not know opens a case. Raises NoticeRefused for a
    message that was shown before.
    """
    match notice.kind:
        case NoticeKind.OPERATION:
            return _take_operation(account, notice, now)
        case NoticeKind.CONSENT:
            return _take_consent(account, notice, now)
        case NoticeKind.OTHER:
            _, is_new = keep_notice(account=account, notice=notice, status=NoticeStatus.KEPT, now=now)
            if is_new:
                _open_case(account, notice, "notice_not_known", "A provider sends notices of a type unknown here.", now)
            return Taken.KEPT


def _take_operation(account: ProviderAccount, notice: Notice, now: datetime) -> Taken:
    operation = Operation.objects.select_related("attempt").filter(reference=notice.reference).first()
    is_foreign = operation is not None and operation.attempt.provider_account_id != account.id
    status = NoticeStatus.PARKED if operation is None or is_foreign else NoticeStatus.KEPT
    row, is_new = keep_notice(account=account, notice=notice, status=status, now=now)
    if is_foreign:
        if is_new:
            _open_case(account, notice, "notice_of_another", "A provider spoke of another provider's operation.", now)
        return Taken.FOREIGN
    if operation is None:
        if is_new:
            _open_case(account, notice, "notice_not_ours", "A provider spoke of an operation unknown here.", now)
        return Taken.PARKED
    if is_new:
        if notice.amount is not None and notice.amount != operation.amount:
            _report_difference(account, notice, notice.amount, operation, now)
        _leave(row, now + ASK_AFTER, now)
    return Taken.KEPT if row.status == NoticeStatus.KEPT else Taken.PARKED


def _take_consent(account: ProviderAccount, notice: Notice, now: datetime) -> Taken:
    is_known = has_instrument(provider_account_id=account.id, consent=notice.consent)
    status = NoticeStatus.KEPT if is_known else NoticeStatus.PARKED
    row, is_new = keep_notice(account=account, notice=notice, status=status, now=now)
    if is_new:
        if not notice.is_usable:
            by = Actor("provider", account.code)
            suspend_at_once(provider_account_id=account.id, consent=notice.consent, by=by, now=now)
        _leave(row, now if is_known else now + ASK_AGAIN_AFTER, now)
    return Taken.KEPT if row.status == NoticeStatus.KEPT else Taken.PARKED


def _leave(row: ProviderNotice, due_at: datetime, now: datetime) -> None:
    leave_message(topic=topics.LOOK_INTO, arguments={"notice_id": str(row.id)}, due_at=due_at, now=now)


def _report_difference(
    account: ProviderAccount, notice: Notice, told: Money, operation: Operation, now: datetime
) -> None:
    open_case(
        kind="notice_differs",
        severity=Severity.ALARM,
        subject=operation.payment.public_id,
        summary="A provider says another amount than we have asked for; nothing was booked because of it.",
        facts={"operation": operation.reference, "told": str(told), "ours": str(operation.amount)},
        amount=operation.amount,
        now=now,
    )


def _open_case(account: ProviderAccount, notice: Notice, kind: str, summary: str, now: datetime) -> None:
    open_case(
        kind=kind,
        severity=Severity.WARNING,
        subject=f"provider:{account.code}",
        summary=summary,
        facts={"notice": notice.notice_id, "type": notice.raw_kind, "reference": notice.reference},
        now=now,
    )
