"""What a receipt shows: the signed bytes read once, every figure ready to be printed."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.transactions.models import Refund
from apps.transactions.states import RefundStatus
from apps.wallet_api.receipts.figures import figure, money_text, quantity_text, rate_text, time_text
from apps.wallet_api.receipts.words import WORDS, ReceiptWords


@dataclass(frozen=True, slots=True)
class Row:
    """A name, and what stands beside it."""

    name: str
    value: str
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """A receipt from top to bottom; whoever draws it decides nothing but how it looks."""

    language: str
    words: ReceiptWords
    title: str
    merchant: str
    address: Sequence[str]
    facts: Sequence[Row]
    # Name, quantity and amount of each line.
    lines: Sequence[tuple[str, str, str]]
    sums: Sequence[Row]
    # Rate, gross and tax.
    vat: Sequence[tuple[str, str, str]]
    afterwards: Sequence[Row]
    refunds: Sequence[Row]
    is_training: bool
    proof: Sequence[Row]
    name: str
    # The exact bytes that were signed, with their signature, as they travel.
    signed: Mapping[str, str] = field(repr=False)


def printed(signed: Mapping[str, str], *, language: str, refunds: Sequence[Refund] = ()) -> Printed:
    """Return what a signed receipt shows in this language; `refunds` are those of the payment as they are now."""
    exact = base64.urlsafe_b64decode(signed["document"] + "=" * (-len(signed["document"]) % 4))
    # Any: JSON that we signed ourselves.
    document: dict[str, Any] = json.loads(exact)
    words = WORDS[language]
    is_refund, currency = document["kind"] == "refund", document["currency"]
    return Printed(
        language=language,
        words=words,
        title=words.refund if is_refund else words.receipt,
        merchant=document["merchant"],
        address=document["address"],
        facts=_facts(document, words),
        lines=[
            (line["name"], quantity_text(line["quantity"]), figure(line["amount"], currency))
            for line in document["lines"]
        ],
        sums=_sums(document, words),
        vat=[
            (rate_text(part["rate_basis_points"]), figure(part["gross"], currency), figure(part["vat"], currency))
            for part in document["vat"]
        ],
        afterwards=_afterwards(document, words),
        refunds=[_refund(refund) for refund in refunds if refund.status == RefundStatus.SUCCEEDED],
        is_training=document["training"],
        proof=[
            Row(words.payment, document["payment"]),
            Row(words.key, signed["key"]),
            Row(words.digest, hashlib.sha256(exact).hexdigest()),
            Row(words.signature, signed["signature"]),
        ],
        name=f"{document['kind']}-{document.get('refund', document['payment'])}",
        signed=signed,
    )


# Any: JSON, here and below.
def _facts(document: Mapping[str, Any], words: ReceiptWords) -> list[Row]:
    rows = [
        (words.vat_number, document["vat_number"]),
        (words.store, document["store"]),
        (words.till, document["till"]),
        (words.cashier, document["cashier"]),
        (words.reference, document["reference"]),
        (words.time, time_text(document["time"])),
    ]
    return [Row(name, value) for name, value in rows if value]


def _sums(document: Mapping[str, Any], words: ReceiptWords) -> list[Row]:
    currency = document["currency"]
    if document["kind"] == "refund":
        return [
            Row(words.given_back, money_text(document["amount"], currency), is_total=True),
            Row(words.paid, money_text(document["paid"], currency)),
            Row(words.refunded, money_text(document["refunded"], currency)),
        ]
    rows = [Row(words.total, money_text(document["amount"], currency), is_total=True)]
    if document["tip"]:
        rows.append(Row(words.tip, money_text(document["tip"], currency)))
    return rows


def _afterwards(document: Mapping[str, Any], words: ReceiptWords) -> list[Row]:
    rows: list[Row] = []
    if instrument := document["instrument"]:
        kind = {"bank_account": words.bank_account, "card": words.card}.get(instrument["kind"], instrument["kind"])
        name = words.paid_back_to if document["kind"] == "refund" else words.paid_with
        rows.append(Row(name, f"{kind}, {instrument['label']}"))
    if document.get("reason"):
        rows.append(Row(words.reason, document["reason"]))
    return rows


def _refund(refund: Refund) -> Row:
    at = refund.ended_at or refund.created_at
    name = f"{time_text(at.isoformat())} {refund.reason}".strip()
    return Row(name, money_text(-refund.amount_minor, refund.currency))
