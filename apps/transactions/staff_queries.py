"""What members of staff read: payments that wait for them, the history of one, and payments by what is on a receipt."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from apps.fraud.models import Assessment
from apps.merchants.models import Till
from apps.providers.models import ProviderCall
from apps.transactions.models import Operation, Payment, PaymentEvent, Refund
from apps.transactions.states import Status

MOST_EVENTS: Final = 200


def payments_in_review() -> QuerySet[Payment]:
    """Return what is held, what ends first at the front, with everything that whoever decides looks at."""
    held = Payment.objects.filter(status=Status.IN_REVIEW).order_by("deadline_at", "id")
    return held.select_related("merchant", "till__store", "customer", "device", "instrument")


def staff_payment(payment_id: UUID) -> Payment | None:
    """Return the payment with everything that its page shows."""
    payments = Payment.objects.select_related("merchant", "till__store", "customer", "device", "instrument")
    return payments.filter(id=payment_id).first()


def newest_assessments(payment_ids: Collection[UUID]) -> dict[UUID, Assessment]:
    """Return by payment how it was judged last."""
    found = Assessment.objects.filter(payment_id__in=payment_ids).order_by("id")
    return {assessment.payment_id: assessment for assessment in found}


def events_of(payment_id: UUID) -> list[PaymentEvent]:
    """Return what happened to the payment, oldest first."""
    return list(PaymentEvent.objects.filter(payment_id=payment_id).order_by("version")[:MOST_EVENTS])


def calls_about(payment_id: UUID) -> list[ProviderCall]:
    """Return what was said to providers about the payment, oldest first."""
    references = list(Operation.objects.filter(payment_id=payment_id).values_list("reference", flat=True)[:MOST_EVENTS])
    calls = ProviderCall.objects.filter(reference__in=references).order_by("at", "id")
    return list(calls.select_related("account")[:MOST_EVENTS])


def messages_of(payment_id: UUID) -> list[Operation]:
    """Return what was asked of providers for the payment, oldest first: holds, captures, refunds and undoings."""
    operations = Operation.objects.filter(payment_id=payment_id).order_by("id")
    return list(operations.select_related("attempt__provider_account", "refund")[:MOST_EVENTS])


def staff_refunds_of(payment_id: UUID) -> list[Refund]:
    """Return the payment's refunds, oldest first."""
    return list(Refund.objects.filter(payment_id=payment_id).order_by("id")[:MOST_EVENTS])


def payments_under(reference: str, *, limit: int) -> list[Payment]:
    """Return payments of any till under exactly this receipt number, newest first."""
    # By the till's own index, till for till: tills are few, and one on the number alone would cost every payment.
    tills = Till.objects.values_list("id", flat=True)
    return list(Payment.objects.filter(till_id__in=list(tills), reference=reference).order_by("-id")[:limit])


def newest_payments_of(*, limit: int, **of: UUID) -> list[Payment]:
    """Return the newest payments of a `customer_id` or a `device_id`."""
    payments = Payment.objects.select_related("merchant", "till__store").filter(**of)
    return list(payments.order_by("-id")[:limit])
