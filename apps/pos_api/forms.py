"""What a till may send, read strictly; every mistake is told with its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from apps.kernel.money import Money
from apps.merchants.models import Language, Mode
from apps.rest.errors import FieldProblem, InvalidFields
from apps.rest.fields import Fields
from apps.rest.lines import check_lines, lines
from apps.rest.values import (
    InvalidValue,
    amount,
    boolean,
    currency,
    moment,
    non_negative_amount,
    one_of,
    reference,
    text,
    whole_number,
)
from apps.transactions.requests import Sale
from apps.transactions.states import CaptureMode

MAXIMUM_CASHIER_LENGTH: Final = 64
DEFAULT_CONFIRM_WITHIN_SECONDS: Final = 45


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


def _code(value: object) -> str:
    # What it must look like is the payment code's own business, and has its own answers.
    if not isinstance(value, str):
        raise InvalidValue("must be the text of the scanned code")
    return value
