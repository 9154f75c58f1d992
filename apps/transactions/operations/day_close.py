"""The end of a till's day: what it counted, beside what we did, line by line where it told lines."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.audit.operations import record
from apps.cases.operations import open_case
from apps.cases.states import Severity
from apps.idempotency.operations import Known, Subject
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.merchants.models import Mode
from apps.merchants.queries import business_date
from apps.transactions.errors import CurrencyNotSupported, DayNotBegun
from apps.transactions.models import DayClose, Payment, Refund
from apps.transactions.operations.claiming import claim
from apps.transactions.requests import Point, RequestKey
from apps.transactions.states import RefundStatus, Status

CLOSE_KIND: Final = "day_close"
PAYMENT_LINE: Final = "payment"
REFUND_LINE: Final = "refund"


@dataclass(frozen=True, slots=True)
class Count:
    """How many, and how much in minor units."""

    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class CountedLine:
    """One payment or refund as the till has it."""

    reference: str
    amount: int
    type: str


@dataclass(frozen=True, slots=True)
class DayCount:
    """What the till counted; `lines` None where it told sums only."""

    day: date
    currency: str
    payments: Count
    refunds: Count
    lines: tuple[CountedLine, ...] | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """The close as it was written, and whether the request was a repetition."""

    close: DayClose
    is_replay: bool


def close_day(*, counted: DayCount, point: Point, key: RequestKey, by: Actor, now: datetime) -> Closed:
    """Close the till's business day, once per key: afterwards its captured sales are refunded and not cancelled.

    Differences are written down and open a case; nothing is corrected. Closing again replaces nothing: the last one
    counts. Raises CurrencyNotSupported, DayNotBegun.
    """
    merchant = point.till.store.merchant
    if counted.currency != merchant.currency:
        raise CurrencyNotSupported(f"this merchant sells in {merchant.currency}")
    if counted.day > business_date(merchant, now=now):
        raise DayNotBegun
    close_id = uuid7()
    with transaction.atomic(durable=True):
        claimed = claim(point, key, Subject(CLOSE_KIND, str(close_id)), now=now)
        if isinstance(claimed, Known):
            close_id = UUID(claimed.subject.id)
        else:
            _write(close_id, counted, point, by, now)
    return Closed(DayClose.objects.get(id=close_id), is_replay=isinstance(claimed, Known))


def _write(close_id: UUID, counted: DayCount, point: Point, by: Actor, now: datetime) -> None:
    ours = _our_lines(point, counted.day, counted.currency)
    sums = {kind: _sum(ours, kind) for kind in (PAYMENT_LINE, REFUND_LINE)}
    told = {PAYMENT_LINE: counted.payments, REFUND_LINE: counted.refunds}
    differences: list[dict[str, Any]] = [
        {"type": kind, "reference": None, "told": asdict(told[kind]), "ours": asdict(sums[kind])}
        for kind in (PAYMENT_LINE, REFUND_LINE)
        if told[kind] != sums[kind]
    ]
    if counted.lines is not None:
        differences += _compare(counted.lines, ours)
    DayClose.objects.create(
        id=close_id,
        till=point.till,
        mode=point.mode,
        business_date=counted.day,
        currency=counted.currency,
        told={"payments": asdict(counted.payments), "refunds": asdict(counted.refunds)},
        ours={"payments": asdict(sums[PAYMENT_LINE]), "refunds": asdict(sums[REFUND_LINE])},
        differences=differences,
        matched=not differences,
        closed_at=now,
    )
    facts = {"day": counted.day.isoformat(), "differences": len(differences)}
    record(actor=by, action="till.day_closed", subject=point.till.public_id, facts=facts, now=now)
    # Each day is a case of its own: settling Monday's says nothing about Tuesday's. Training troubles nobody.
    if differences and point.mode == Mode.LIVE:
        open_case(
            kind="day_close_difference",
            severity=Severity.WARNING,
            subject=f"{point.till.public_id}:{counted.day.isoformat()}",
            summary=f"The till counted otherwise than we did on {counted.day.isoformat()}.",
            remedy="compare_day_close",
            facts=facts,
            now=now,
        )


def _our_lines(point: Point, day: date, currency: str) -> list[CountedLine]:
    """Return what was captured and given back at this till on this business day, by receipt number.

    A refund counts on the day on which the till asked for it, whenever the goods were sold.
    """
    midnight = datetime.combine(day, time.min, ZoneInfo(point.till.store.merchant.time_zone))
    captured = Payment.objects.filter(
        till=point.till, mode=point.mode, currency=currency, business_date=day, status=Status.CAPTURED
    )
    given_back = Refund.objects.filter(
        till=point.till,
        currency=currency,
        payment__mode=point.mode,
        created_at__gte=midnight,
        # The wall's clock: a day may have 23 or 25 hours.
        created_at__lt=midnight + timedelta(days=1),
    ).exclude(status__in=[RefundStatus.FAILED, RefundStatus.AWAITING_APPROVAL])
    if point.mode == Mode.LIVE:
        # Somebody may have trained on the live till; the drawer knows nothing of it.
        captured, given_back = captured.filter(is_training=False), given_back.filter(payment__is_training=False)
    lines = [
        CountedLine(reference, amount, PAYMENT_LINE)
        for reference, amount in captured.values_list("reference", "captured_minor")
    ]
    return lines + [
        CountedLine(reference, amount, REFUND_LINE)
        for reference, amount in given_back.values_list("payment__reference", "amount_minor")
    ]


def _sum(lines: list[CountedLine], kind: str) -> Count:
    amounts = [line.amount for line in lines if line.type == kind]
    return Count(len(amounts), sum(amounts))


def _compare(told: tuple[CountedLine, ...], ours: list[CountedLine]) -> list[dict[str, Any]]:
    """Return what only one of the two has, or has with another amount; several lines of one number are added up."""
    sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for side, lines in enumerate((told, ours)):
        for line in lines:
            sums[line.type, line.reference][side] += line.amount
    return [
        {"type": kind, "reference": reference, "told": amounts[0], "ours": amounts[1]}
        for (kind, reference), amounts in sorted(sums.items())
        if amounts[0] != amounts[1]
    ]
