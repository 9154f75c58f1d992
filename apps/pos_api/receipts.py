"""Receipts as lines of text for a till's printer: pure, at most 42 characters wide.

A captured payment gives a receipt for each side. An authorised one gives slips that say that nothing is paid yet, a
declined one a slip for the customer; anything else gives nothing to print.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from apps.kernel.money import Money
from apps.kernel.vat import vat_by_rate as tax_by_rate
from apps.kernel.vat import vat_within
from apps.pos_api.receipt_words import ReceiptWords, receipt_words
from apps.rest.formats import NO_BREAK_SPACE, amount_text, money_text

WIDTH: Final = 42
_RULE: Final = "-" * WIDTH
# Narrower than this, what stands on the left gets lines of its own.
_LEAST_ROOM: Final = 12


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One line of the sale; `amount_minor` is its total."""

    name: str
    quantity: str
    amount_minor: int
    vat_rate_basis_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What a receipt names. `at` is in the merchant's time zone; `instrument` is the masked label, empty if unknown."""

    legal_name: str
    vat_number: str
    store: Sequence[str]
    till: str
    cashier: str
    reference: str
    payment: str
    instrument: str
    at: datetime
    amount: Money
    tip: Money
    captured: Money
    refunded: Money
    lines: Sequence[SoldLine]
    is_training: bool

    def money(self, minor: int) -> Money:
        """Return an amount in the currency of the sale."""
        return Money(minor, self.amount.currency)


def merchant_receipt(slip: Slip, language: str) -> list[str]:
    """Return the merchant's copy for a captured payment."""
    words = receipt_words(language)
    return [*_head(slip, words.merchant_copy, words), *_sale(slip, words), *_paid(slip, words)]


def customer_receipt(slip: Slip, language: str) -> list[str]:
    """Return the customer's copy for a captured payment."""
    words = receipt_words(language)
    return [*_head(slip, words.customer_copy, words), *_sale(slip, words), *_paid(slip, words)]


def reservation_slip(slip: Slip, language: str) -> list[str]:
    """Return what may be printed while an amount is only held; nobody shall take it for a receipt."""
    words = receipt_words(language)
    held = [*_row(words.reserved, money_text(slip.amount)), *_wrap(words.not_yet_paid), *_means(slip)]
    return [*_head(slip, words.reservation, words), *held]


def declined_slip(slip: Slip, message: str, language: str) -> list[str]:
    """Return what a customer may take along after a no; `message` is the one on the customer's display."""
    words = receipt_words(language)
    return [*_head(slip, words.declined, words), *_wrap(message), *_wrap(words.nothing_charged), *_means(slip)]


def included_vat(gross_minor: int, rate_basis_points: int) -> int:
    """Return the tax within a gross amount, rounded half up once (away from zero for a return)."""
    return vat_within(gross_minor, rate_basis_points=rate_basis_points)


def vat_by_rate(lines: Sequence[SoldLine]) -> list[tuple[int, int, int]]:
    """Return rate, gross and the tax within it, lowest rate first; a tip is no turnover, and not among them."""
    sold = ((line.vat_rate_basis_points, line.amount_minor) for line in lines)
    return [(part.rate_basis_points, part.gross_minor, part.vat_minor) for part in tax_by_rate(sold)]


def _head(slip: Slip, title: str, words: ReceiptWords) -> list[str]:
    vat = _row(words.vat_number, slip.vat_number) if slip.vat_number else []
    cashier = _row(words.cashier, slip.cashier) if slip.cashier else []
    training = _wrap(words.training) if slip.is_training else []
    return [
        *_wrap(slip.legal_name),
        *(part for line in slip.store if line for part in _wrap(line)),
        *vat,
        _RULE,
        *training,
        *_row(title, slip.at.strftime("%d.%m.%Y %H:%M")),
        *_row(words.till, slip.till),
        *cashier,
        *_row(words.reference, slip.reference),
        _RULE,
    ]


def _sale(slip: Slip, words: ReceiptWords) -> list[str]:
    sold = [
        part
        for line in slip.lines
        for part in _row(f"{line.quantity} {line.name}", amount_text(slip.money(line.amount_minor)))
    ]
    tip = _row(words.tip, amount_text(slip.tip)) if slip.tip else []
    return [*sold, *tip, *([_RULE] if sold or tip else []), *_row(words.total, money_text(slip.amount))]


def _paid(slip: Slip, words: ReceiptWords) -> list[str]:
    # The lines add up to the amount. Where less was taken, nobody can say which of them, and no tax is named.
    rates = vat_by_rate(slip.lines) if slip.captured.amount == slip.amount.amount else []
    taxes = [
        part
        for rate, gross, tax in rates
        for part in _row(
            words.vat.format(rate=_rate_text(rate), gross=amount_text(slip.money(gross))),
            amount_text(slip.money(tax)),
        )
    ]
    refunded = _row(words.refunded, money_text(slip.refunded)) if slip.refunded else []
    return [*taxes, _RULE, *_row(words.paid, money_text(slip.captured)), *refunded, *_means(slip)]


def _means(slip: Slip) -> list[str]:
    return [*(_wrap(slip.instrument) if slip.instrument else []), slip.payment]


def _rate_text(basis_points: int) -> str:
    """Return 8.1% for 810, 12.35% for 1235."""
    text = f"{basis_points // 100}.{basis_points % 100:02d}"
    return f"{text.removesuffix('0')}%"


def _row(left: str, right: str) -> list[str]:
    """Return one line with both ends, or as many as it takes."""
    right = _plain(right)
    room = WIDTH - len(right) - 1
    if room < _LEAST_ROOM:
        return [*_wrap(left), *(part.rjust(WIDTH) for part in _wrap(right))]
    first, *rest = _wrap(left, room) or [""]
    return [first.ljust(room + 1) + right, *rest]


def _wrap(text: str, width: int = WIDTH) -> list[str]:
    # Nearly everything fits as it is, and a till is waiting.
    return [text] if 0 < len(text) <= width and text.isprintable() else textwrap.wrap(_plain(text), width)


def _plain(text: str) -> str:
    """Return the text without what a printer would obey instead of print."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign == NO_BREAK_SPACE else " " for sign in text)
