"""Steps 1 to 10 in one go, as a payment runs them: what would the till be told, and what is the true reason?"""

from datetime import datetime

from django.db import transaction

from apps.codes.operations import Payer, open_code, spend_code
from apps.codes.refusals import Refusal
from apps.kernel.ids import uuid7
from apps.paycode.claims import Purpose
from apps.paycode.errors import CodeError
from apps.paycode.text import read_text
from tests.shop import Shop


def show(
    shop: Shop, text: str, *, now: datetime, is_training: bool = False, purpose: Purpose = Purpose.PAY
) -> Payer | Refusal:
    """Show a code at the shop's till, and commit whatever comes of it."""
    try:
        sealed = read_text(text)
    except CodeError as error:
        return Refusal(error.code)
    opened = open_code(sealed=sealed, till=shop.till, is_training=is_training, purpose=purpose, now=now)
    if isinstance(opened, Refusal):
        return opened
    with transaction.atomic(durable=True):
        return spend_code(
            genuine=opened, till=shop.till, subject_kind="payment", subject_id=uuid7(), by=shop.actor, now=now
        )


def reason(shown: Payer | Refusal) -> str:
    """Return the true reason, or `accepted`."""
    return shown.reason if isinstance(shown, Refusal) else "accepted"
