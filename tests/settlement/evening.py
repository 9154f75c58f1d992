"""What happens at the end of a day, in one line each."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from apps.kernel.actors import Actor
from apps.ledger.models import Journal
from apps.merchants.queries import business_date
from apps.settlement.models import Batch, BatchLine
from apps.settlement.operations import close_batch
from apps.settlement.states import BatchStatus, LineKind
from apps.transactions.models import Payment
from tests.cast import Phone
from tests.shop import Shop, carry_out_all
from tests.transactions.counter import refund

NIGHT = Actor("system", "night")
DAY = timedelta(days=1)


def day_of(shop: Shop, now: datetime) -> date:
    return business_date(shop.merchant, now=now)


# Any: whatever fields a Sale has.
def buy(shop: Shop, phone: Phone, amount: int = 1000, *, now: datetime, **sale: Any) -> Payment:
    """Return a sale whose capture the provider has carried out."""
    payment = shop.sell(phone, amount, now=now, **sale)
    shop.capture(payment, now=now)
    return carry_out_all(payment.id, now=now)


# Any: whatever fields a RefundWish has.
def give_back(shop: Shop, payment: Payment, amount: int | None = None, *, now: datetime, **wish: Any) -> Payment:
    """Give back a part or the rest, and let the provider do it."""
    refund(shop, payment, amount, now=now, **wish)
    return carry_out_all(payment.id, now=now)


def close(shop: Shop, day: date, *, now: datetime) -> Batch | None:
    return close_batch(merchant_id=shop.merchant.id, currency="CHF", day=day, by=NIGHT, now=now)


def close_yesterday(shop: Shop, *, now: datetime) -> Batch:
    """Close the day before this moment's; there is something to close."""
    batch = close(shop, day_of(shop, now) - DAY, now=now)
    assert batch is not None
    return batch


def sums(batch: Batch) -> tuple[int, int, int, int]:
    return batch.captured_minor, batch.captured_count, batch.refunded_minor, batch.refunded_count


def amounts(batch: Batch) -> list[tuple[str, int]]:
    return list(batch.lines.order_by("journal_id").values_list("kind", "amount_minor"))


def taken() -> set[UUID]:
    """Return every entry in the books that a merchant is paid for, or pays for."""
    return set(Journal.objects.filter(kind__in=["capture", "refund"]).values_list("id", flat=True))


def assert_all_in_one_batch() -> None:
    """Check that each entry is in one closed batch, and that each batch is what its lines say."""
    lines = list(BatchLine.objects.select_related("batch", "payment"))
    assert sorted(line.journal_id for line in lines) == sorted(taken())
    for batch in Batch.objects.all():
        own = [line for line in lines if line.batch_id == batch.id]
        captured = [line.amount_minor for line in own if line.kind == LineKind.CAPTURED]
        refunded = [line.amount_minor for line in own if line.kind == LineKind.REFUNDED]
        assert sums(batch) == (sum(captured), len(captured), sum(refunded), len(refunded))
        assert batch.status == BatchStatus.CLOSED
        assert {line.payment.merchant_id for line in own} == {batch.merchant_id}
