"""A customer at the service desk: a code with purpose 1 says who he is, and what he bought here can be given back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.codes.operations import Payer, open_code, record_refusal, spend_code
from apps.codes.refusals import Refusal
from apps.idempotency.operations import Known, Subject
from apps.kernel.actors import Actor
from apps.kernel.ids import public_id, uuid7
from apps.merchants.models import Mode
from apps.paycode.claims import Purpose
from apps.transactions.models import Payment, Return
from apps.transactions.operations.claiming import claim
from apps.transactions.operations.refund import refundable_minor
from apps.transactions.operations.start import read_code, shown_code
from apps.transactions.queries import refundable_sales
from apps.transactions.requests import Point, RequestKey

RETURN_KIND: Final = "return"
MOST_SALES: Final = 50


@dataclass(frozen=True, slots=True)
class Identified:
    """The return, the purchases of which something can be given back now, and whether this is a repetition."""

    scanned: Return
    sales: list[Payment]
    is_replay: bool


def start_return(*, code: str, point: Point, key: RequestKey, by: Actor, now: datetime) -> Identified:
    """Identify the customer by a scanned code, once per key; nothing is refunded yet.

    Raises CodeUnreadable; any other no is a return that says why. The refund goes to the instrument that paid.
    """
    sealed = read_code(code)
    opened = open_code(
        sealed=sealed, till=point.till, is_training=point.mode == Mode.TEST, purpose=Purpose.RETURN, now=now
    )
    return_id = uuid7()
    with transaction.atomic(durable=True):
        claimed = claim(point, key, Subject(RETURN_KIND, str(return_id)), now=now)
        if isinstance(claimed, Known):
            return_id = UUID(claimed.subject.id)
        else:
            judged: Payer | Refusal = (
                opened
                if isinstance(opened, Refusal)
                else spend_code(
                    genuine=opened,
                    till=point.till,
                    subject_kind=RETURN_KIND,
                    subject_id=return_id,
                    by=by,
                    now=now,
                )
            )
            _write(return_id, judged, point, by, now)
    scanned = Return.objects.get(id=return_id)
    sales = (
        refundable_sales(
            customer_id=scanned.customer_id,
            merchant_id=point.till.store.merchant_id,
            mode=point.mode,
            limit=MOST_SALES,
        )
        if scanned.customer_id is not None
        else []
    )
    # Of a capture that the provider refused there is nothing to give back.
    refundable = [sale for sale in sales if refundable_minor(sale)]
    return Identified(scanned, refundable, is_replay=isinstance(claimed, Known))


def _write(return_id: UUID, judged: Payer | Refusal, point: Point, by: Actor, now: datetime) -> None:
    scanned = Return(id=return_id, till=point.till, mode=point.mode, created_at=now)
    if isinstance(judged, Refusal):
        scanned.decline_code, scanned.decline_detail = shown_code(judged), judged.reason
        scanned.tries_left = judged.tries_left
    else:
        scanned.customer_id = judged.device.customer_id
    scanned.save(force_insert=True)
    subject = public_id("ret", return_id)
    if isinstance(judged, Refusal):
        record_refusal(refusal=judged, subject=subject, by=by, now=now)
    else:
        record(actor=by, action="return.started", subject=subject, now=now)
