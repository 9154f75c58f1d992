"""What a till may send, read strictly; every mistake is told with its place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from apps.kernel.money import Money
from apps.merchants.models import Language, Mode
from apps.rest.errors import FieldProblem, InvalidFields
from apps.rest.fields import Fields, list_of, object_of
from apps.rest.lines import check_lines, lines
from apps.rest.values import (
    MAXIMUM_AMOUNT,
    InvalidValue,
    amount,
    boolean,
    calendar_day,
    currency,
    moment,
    non_negative_amount,
    one_of,
    reference,
    text,
    whole_number,
)
from apps.transactions.operations.day_close import PAYMENT_LINE, REFUND_LINE, Count, CountedLine, DayCount
from apps.transactions.operations.refund import RefundWish
from apps.transactions.requests import Sale
from apps.transactions.states import CaptureMode

MAXIMUM_CASHIER_LENGTH: Final = 64
DEFAULT_CONFIRM_WITHIN_SECONDS: Final = 45
MAXIMUM_REASON_LENGTH: Final = 140
# What fits into the largest body, and more than a till sells on a day.
MAXIMUM_DAY_LINES: Final = 5000
# A day's, not a payment's.
MAXIMUM_SUM: Final = 10**12
_KEY: Final = re.compile(r"[\x20-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class SaleForm:
    """A scanned code, exactly as the scanner typed it, and what is to be paid."""

    code: str
    sale: Sale


@dataclass(frozen=True, slots=True)
class CaptureForm:
    """How much of the hold is taken (all that is left without an amount), and whether the rest is given up."""

    amount: Money | None
    is_final: bool


@dataclass(frozen=True, slots=True)
class ReturnForm:
    """A scanned code that says who brings something back, and the customer's language, empty for the till's."""

    code: str
    language: str


def read_sale(document: Mapping[str, object], *, mode: Mode) -> SaleForm:
    """Return the sale; InvalidFields, or LinesMismatch. A test key makes every sale a training."""
    with Fields(document) as fields:
        code = fields.required("code", _code)
        amount_minor = fields.required("amount", amount)
        unit = fields.required("currency", currency)
        receipt_number = fields.required("reference", reference)
        capture_mode = fields.optional("capture", one_of(CaptureMode.values), default=CaptureMode.MANUAL)
        cashier = fields.optional("cashier", text(maximum=MAXIMUM_CASHIER_LENGTH), default="")
        sold = fields.optional("lines", lines, default=())
        tip_minor = fields.optional("tip", non_negative_amount, default=0)
        confirm_within_seconds = fields.optional(
            "confirm_within", whole_number(minimum=15, maximum=900), default=DEFAULT_CONFIRM_WITHIN_SECONDS
        )
        language = fields.optional("language", one_of(Language.values), default="")
        pos_time = fields.optional("pos_time", moment)
        is_training = fields.optional("training", boolean, default=False)
    if tip_minor > amount_minor:
        raise InvalidFields([FieldProblem("/tip", "invalid_amount", "the tip is part of the amount")])
    if sold:
        check_lines(amount_minor=amount_minor, tip_minor=tip_minor, lines=sold)
    sale = Sale(
        amount=Money(amount_minor, unit),
        reference=receipt_number,
        tip_minor=tip_minor,
        cashier=cashier,
        capture_mode=CaptureMode(capture_mode),
        confirm_within_seconds=confirm_within_seconds,
        language=language,
        lines=[line.as_member() for line in sold],
        pos_time=pos_time,
        is_training=is_training or mode == Mode.TEST,
    )
    return SaleForm(code=code, sale=sale)


def read_capture(document: Mapping[str, object]) -> CaptureForm:
    """Return what is to be captured; InvalidFields."""
    with Fields(document) as fields:
        taken = fields.optional("amount", amount)
        unit = fields.optional("currency", currency)
        is_final = fields.optional("final", boolean, default=True)
        if taken is not None and unit is None:
            fields.refuse("currency", code="invalid_currency", detail="an amount needs its currency")
        if taken is None and unit is not None:
            fields.refuse("amount", code="invalid_amount", detail="a currency needs its amount")
    return CaptureForm(None if taken is None or unit is None else Money(taken, unit), is_final)


def read_nothing(document: Mapping[str, object]) -> None:
    """Refuse every field; InvalidFields."""
    with Fields(document):
        pass


def read_cancel(document: Mapping[str, object]) -> bool:
    """Say whether only the rest of the hold is given up; InvalidFields."""
    with Fields(document) as fields:
        only = fields.optional("only", one_of(("rest",)))
    return only is not None


def read_cancellation(document: Mapping[str, object]) -> tuple[str, str]:
    """Return the key of the lost request and the receipt number; InvalidFields."""
    with Fields(document) as fields:
        key = fields.required("idempotency_key", _lost_key)
        receipt_number = fields.required("reference", reference)
    return key, receipt_number


def read_refund(document: Mapping[str, object]) -> RefundWish:
    """Return what is to be given back; InvalidFields, or LinesMismatch where lines do not add up to the amount."""
    with Fields(document) as fields:
        wanted = fields.optional("amount", amount)
        unit = fields.optional("currency", currency)
        reason = fields.optional("reason", text(maximum=MAXIMUM_REASON_LENGTH), default="")
        cashier = fields.optional("cashier", text(maximum=MAXIMUM_CASHIER_LENGTH), default="")
        returned = fields.optional("lines", lines, default=())
        if wanted is not None and unit is None:
            fields.refuse("currency", code="invalid_currency", detail="an amount needs its currency")
        if wanted is None and (unit is not None or returned):
            fields.refuse("amount", code="invalid_amount", detail="a currency and lines need their amount")
    if wanted is not None and returned:
        check_lines(amount_minor=wanted, tip_minor=0, lines=returned)
    return RefundWish(
        amount=None if wanted is None or unit is None else Money(wanted, unit),
        reason=reason,
        cashier=cashier,
        lines=[line.as_member() for line in returned],
    )


def read_return(document: Mapping[str, object]) -> ReturnForm:
    """Return the scanned code; InvalidFields."""
    with Fields(document) as fields:
        code = fields.required("code", _code)
        language = fields.optional("language", one_of(Language.values), default="")
    return ReturnForm(code, language)


def read_day_close(document: Mapping[str, object]) -> DayCount:
    """Return what the till counted; InvalidFields."""
    with Fields(document) as fields:
        day = fields.required("business_date", calendar_day)
        unit = fields.required("currency", currency)
        payments = fields.required("payments", object_of(_count))
        refunds = fields.required("refunds", object_of(_count))
        counted = fields.optional("lines", list_of(object_of(_counted_line), minimum=0, maximum=MAXIMUM_DAY_LINES))
    return DayCount(day=day, currency=unit, payments=payments, refunds=refunds, lines=counted)


def _count(fields: Fields) -> Count:
    return Count(
        count=fields.required("count", whole_number(minimum=0, maximum=MAXIMUM_AMOUNT)),
        amount=fields.required("amount", _sum),
    )


def _sum(value: object) -> int:
    if type(value) is not int or value < 0:
        raise InvalidValue("must be a whole number of minor units, 0 or more", code="invalid_amount")
    if value > MAXIMUM_SUM:
        raise InvalidValue(f"must be at most {MAXIMUM_SUM}", code="amount_too_large")
    return value


def _counted_line(fields: Fields) -> CountedLine:
    return CountedLine(
        reference=fields.required("reference", reference),
        amount=fields.required("amount", non_negative_amount),
        type=fields.required("type", one_of((PAYMENT_LINE, REFUND_LINE))),
    )


def _lost_key(value: object) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise InvalidValue("must be the Idempotency-Key of the lost request, 1 to 255 printable ASCII characters")
    return value


def _code(value: object) -> str:
    # What it must look like is the payment code's own business, and has its own answers.
    if not isinstance(value, str):
        raise InvalidValue("must be the text of the scanned code")
    return value
