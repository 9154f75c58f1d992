"""The customer's history: how he knows his payments, and how he finds one again."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from apps.kernel.currencies import minor_unit_digits
from apps.transactions.models import Payment
from apps.transactions.states import Status

# What is under way looks alike, and a sale that is being undone is off.
_SEEN: Final = {
    Status.IN_REVIEW: "processing",
    Status.AUTHORISING: "processing",
    Status.UNKNOWN: "processing",
    Status.REVERSING: "cancelled",
}
SEEN_AS: Final = tuple(dict.fromkeys(_SEEN.get(status, status.value) for status in Status))
_AMOUNT: Final = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a payment must have to be found; nothing is asked where there is None. Days are the merchants' own."""

    words: str | None = None
    status: str | None = None
    since: date | None = None
    until: date | None = None


def seen_as(status: str) -> str:
    """Return the status by its name in the wallet."""
    return _SEEN.get(Status(status), status)


def find_payments(*, customer_id: UUID, wanted: Wanted, after: UUID | None, limit: int) -> list[Payment]:
    """Return the customer's payments that have all of it, newest first, beyond `after`, with what is shown of them."""
    mine = Payment.objects.select_related("merchant", "till__store", "instrument").filter(customer_id=customer_id)
    if wanted.words is not None:
        mine = mine.filter(_says(wanted.words.strip()))
    if wanted.status is not None:
        mine = mine.filter(status__in=sorted(status for status in Status if seen_as(status) == wanted.status))
    if wanted.since is not None:
        mine = mine.filter(business_date__gte=wanted.since)
    if wanted.until is not None:
        mine = mine.filter(business_date__lte=wanted.until)
    if after is not None:
        mine = mine.filter(id__lt=after)
    return list(mine.order_by("-id")[:limit])


def _says(words: str) -> Q:
    """Say where the words may stand: shop, receipt number, means of payment, or that they are the amount."""
    found = (
        Q(merchant__legal_name__icontains=words)
        | Q(till__store__name__icontains=words)
        | Q(reference__icontains=words)
        | Q(instrument__label__icontains=words)
        | Q(instrument__name__icontains=words)
    )
    if _AMOUNT.fullmatch(words):
        # In the currency that most of his payments are in; another one is found by its receipt.
        exact = Decimal(words.replace(",", ".")).scaleb(minor_unit_digits(settings.LIMIT_CURRENCY))
        if exact == exact.to_integral_value():
            found |= Q(amount_minor=int(exact))
    return found
