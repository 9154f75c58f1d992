"""What providers tell unasked: believed only if signed, kept once, and never more than a hint."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from apps.providers.contract import InvalidNotice, Notice
from apps.providers.errors import NoticeRefused
from apps.providers.models import NoticeNonce, NoticeStatus, ProviderAccount, ProviderNotice
from apps.providers.registry import connector_for

# Longer than a signature can be shown, whatever the clocks.
NONCES_KEPT_FOR: Final = timedelta(minutes=5)


def read_notice(*, account: ProviderAccount, headers: Mapping[str, str], body: bytes) -> Notice:
    """Return what a genuine notice says; touches nothing. Raises NoticeRefused.

    The names of the headers are in lower case. A route that is switched off is still listened to.
    """
    try:
        return connector_for(account).parse_notice(headers, body)
    except InvalidNotice:
        # Why, only staff of the provider may want to know, and they have our documents.
        raise NoticeRefused from None


def keep_notice(
    *, account: ProviderAccount, notice: Notice, status: NoticeStatus, now: datetime
) -> tuple[ProviderNotice, bool]:
    """Keep the notice in the caller's transaction; return its row, and whether it is new.

    One that is known stays as it is. Raises NoticeRefused for a message that was shown before: whoever repeats a
    notice signs it anew.
    """
    try:
        with transaction.atomic():
            NoticeNonce.objects.create(account=account, nonce=notice.nonce, until=now + NONCES_KEPT_FOR)
    except IntegrityError:
        raise NoticeRefused from None
    row, is_new = ProviderNotice.objects.get_or_create(
        account=account,
        notice_id=notice.notice_id,
        defaults={
            "kind": notice.kind,
            "raw_kind": notice.raw_kind,
            "reference": notice.reference,
            "consent": notice.consent,
            "amount_minor": notice.amount.amount if notice.amount else None,
            "currency": notice.amount.currency if notice.amount else "",
            "status": status,
            "received_at": now,
        },
    )
    return row, is_new


def forget_nonces(*, now: datetime) -> int:
    """Forget the nonces whose messages nobody could show again; return how many."""
    return NoticeNonce.objects.filter(until__lt=now).delete()[0]
