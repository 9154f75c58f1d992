"""Every read of payments that deserves a name."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F, QuerySet

from apps.instruments.models import Instrument
from apps.merchants.models import Mode, Till
from apps.rows import Frozen, ask_statement
from apps.transactions.errors import PaymentNotFound
from apps.transactions.models import DayClose, Operation, Payment, Refund
from apps.transactions.requests import Point
from apps.transactions.states import OFF, RefundStatus, Status
from apps.transactions.timing import SECOND_PAYMENT_WITHIN


def _whole() -> QuerySet[Payment]:
    return Payment.objects.select_related("merchant", "till__store", "instrument")


_WHOLE: Final = Frozen(lambda payment_id: _whole().filter(id=payment_id), payment_id=UUID)
# By the very index that lets only one of them live.
_LIVE_SALE: Final = f"""
    SELECT id FROM transactions_payment
    WHERE till_id = %s AND mode = %s AND business_date = %s AND reference = %s
      AND NOT (status IN ({", ".join(f"'{status.value}'" for status in sorted(OFF))}))
"""  # noqa: S608  # our own words


def whole_payment(payment_id: UUID) -> Payment:
    """Return the payment with everything that an answer shows, in one statement. Raises PaymentNotFound."""
    payment = _WHOLE.first(payment_id=payment_id)
    if payment is None:
        raise PaymentNotFound
    return payment


_ROW: Final = Frozen(lambda payment_id: Payment.objects.filter(id=payment_id), payment_id=UUID)


def payment_now(payment_id: UUID, *, till: Till, instrument: Instrument | None) -> Payment:
    """Return the payment as `whole_payment` does, where the till and perhaps the instrument have just been read."""
    payment = _ROW.first(payment_id=payment_id)
    if payment is None or payment.till_id != till.id:
        raise PaymentNotFound
    payment.till, payment.merchant = till, till.store.merchant
    if instrument is not None and payment.instrument_id == instrument.id:
        payment.instrument = instrument
    return payment


def payment_at(payment_id: UUID, point: Point) -> Payment:
    """Return a payment of the point's merchant and mode, in one statement; PaymentNotFound for any other."""
    payment = whole_payment(payment_id)
    if payment.merchant_id != point.till.store.merchant_id or payment.mode != point.mode:
        raise PaymentNotFound
    return payment


def payments_by_reference(
    *, point: Point, reference: str, day: date | None, after: UUID | None, limit: int
) -> list[Payment]:
    """Return the till's payments under this receipt number, newest first: what became of my sale?"""
    found = _whole().filter(till=point.till, mode=point.mode, reference=reference)
    if day is not None:
        found = found.filter(business_date=day)
    if after is not None:
        found = found.filter(id__lt=after)
    return list(found.order_by("-id")[:limit])


def ask_live_sale(*, till_id: UUID, mode: Mode, day: date, reference: str) -> Callable[[], UUID | None]:
    """Ask for the sale that holds this receipt number: nobody else may use it meanwhile. Calling the result waits."""
    asked = ask_statement(_LIVE_SALE, [till_id, str(mode), day, reference])
    return lambda: next((row[0] for row in asked()), None)


@dataclass(frozen=True, slots=True)
class RecentSale:
    """What is asked of a sale a moment ago."""

    amount_minor: int
    store_id: UUID
    code_issued_at: datetime
    created_at: datetime
    is_training: bool


_RECENT: Final = Frozen(
    lambda customer_id, merchant_id, since: (
        Payment.objects.filter(
            customer_id=customer_id,
            merchant_id=merchant_id,
            created_at__gte=since,
            code_issued_at__isnull=False,
        )
        .exclude(status__in=sorted(OFF))
        .order_by("-id")
        .values_list("amount_minor", "till__store_id", "code_issued_at", "created_at", "is_training")[:20]
    ),
    customer_id=UUID,
    merchant_id=UUID,
    since=datetime,
)


def ask_recent_sales(*, customer_id: UUID, merchant_id: UUID, now: datetime) -> Callable[[], list[RecentSale]]:
    """Ask for the customer's sales of the last minutes at this merchant that are not off; calling the result waits."""
    # A code may be as old as the window when it is scanned.
    since = now - 2 * SECOND_PAYMENT_WITHIN
    asked = _RECENT.ask_rows(customer_id=customer_id, merchant_id=merchant_id, since=since)
    return lambda: [RecentSale(*row) for row in asked()]


def provider_reference_of(reference: str) -> str:
    """Return the provider's name for what our operation of this reference did."""
    return Operation.objects.values_list("provider_reference", flat=True).get(reference=reference)


def is_day_closed(*, till_id: UUID, mode: str, day: date) -> bool:
    """Say whether the till has closed this business day."""
    return DayClose.objects.filter(till_id=till_id, mode=mode, business_date=day).exists()


def refundable_sales(*, customer_id: UUID, merchant_id: UUID, mode: str, limit: int) -> list[Payment]:
    """Return the customer's captured payments at this merchant of which something can be given back, newest first."""
    sales = _whole().filter(
        customer_id=customer_id,
        merchant_id=merchant_id,
        mode=mode,
        # What was trained on a live till cost nothing.
        is_training=mode == Mode.TEST,
        status=Status.CAPTURED,
        captured_minor__gt=F("refunded_minor") + F("refund_reserved_minor") + F("lost_minor"),
    )
    return list(sales.order_by("-id")[:limit])


def refunds_of(*, payment_id: UUID, after: UUID | None, limit: int) -> list[Refund]:
    """Return the payment's refunds, newest first, beyond `after`."""
    refunds = Refund.objects.filter(payment_id=payment_id)
    if after is not None:
        refunds = refunds.filter(id__lt=after)
    return list(refunds.order_by("-id")[:limit])


def lines_given_back(payment_ids: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return by payment the lines that refunds have named, but for those that failed; oldest first."""
    refunds = Refund.objects.filter(payment_id__in=payment_ids).exclude(status=RefundStatus.FAILED)
    found: dict[UUID, list[dict[str, Any]]] = {payment_id: [] for payment_id in payment_ids}
    for payment_id, lines in refunds.order_by("id").values_list("payment_id", "lines"):
        found[payment_id] += lines
    return found


def payment_of_customer(payment_id: UUID, customer_id: UUID) -> Payment | None:
    """Return the customer's own payment, else None."""
    return _whole().filter(id=payment_id, customer_id=customer_id).first()


def payments_of_customer(*, customer_id: UUID, after: UUID | None, limit: int) -> list[Payment]:
    """Return the customer's payments, newest first, beyond `after`."""
    mine = _whole().filter(customer_id=customer_id)
    if after is not None:
        mine = mine.filter(id__lt=after)
    return list(mine.order_by("-id")[:limit])


def due_payments(*, now: datetime, limit: int) -> list[UUID]:
    """Return payments whose deadline has come, longest overdue first."""
    due = Payment.objects.filter(deadline_at__lte=now).order_by("deadline_at")
    return list(due.values_list("id", flat=True)[:limit])


def is_open(payment: Payment) -> bool:
    """Say whether the till has to wait for an outcome."""
    return payment.status in (Status.IN_REVIEW, Status.AUTHORISING, Status.UNKNOWN)
