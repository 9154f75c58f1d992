"""Every read of payments that deserves a name."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from apps.merchants.models import Mode
from apps.transactions.errors import PaymentNotFound
from apps.transactions.models import Payment
from apps.transactions.requests import Point
from apps.transactions.states import OFF, Status


def _whole() -> QuerySet[Payment]:
    return Payment.objects.select_related("merchant", "till__store", "instrument")


def whole_payment(payment_id: UUID) -> Payment:
    """Return the payment with everything that an answer shows, in one statement. Raises PaymentNotFound."""
    payment = _whole().filter(id=payment_id).first()
    if payment is None:
        raise PaymentNotFound
    return payment


def payment_at(payment_id: UUID, point: Point) -> Payment:
    """Return a payment of the point's merchant and mode, in one statement; PaymentNotFound for any other."""
    mine = _whole().filter(id=payment_id, merchant_id=point.till.store.merchant_id, mode=point.mode)
    payment = mine.first()
    if payment is None:
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


def live_sale(*, till_id: UUID, mode: Mode, day: date, reference: str) -> UUID | None:
    """Return the sale that holds this receipt number, if there is one: nobody else may use it meanwhile."""
    live = Payment.objects.filter(till_id=till_id, mode=mode, business_date=day, reference=reference)
    return live.exclude(status__in=OFF).values_list("id", flat=True).first()


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
