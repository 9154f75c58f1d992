"""Change what a merchant decides about its tills."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id
from apps.kernel.money import Money
from apps.merchants.operations import Unlimited, change_merchant
from apps.merchants.queries import merchant_of


class Command(BaseCommand):
    """Example: manage.py set_merchant mer_01k... --refund-limit 20000 --per-day-limit none --guard-duplicates no"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("merchant", help="mer_..., as create_merchant printed it")
        parser.add_argument("--per-payment-limit", type=int, help="minor units: 200000 is 2000.00")
        parser.add_argument("--per-day-limit", type=_limit, help="of all its tills together, or none")
        parser.add_argument("--refund-limit", type=_limit, help="above it a second person is needed, or none")
        parser.add_argument("--guard-duplicates", choices=("yes", "no"), help="ask the cashier about a sale seen twice")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        guards = options["guard_duplicates"]
        try:
            merchant_id = from_public_id("mer", options["merchant"])
            currency = merchant_of(merchant_id).currency
            merchant = change_merchant(
                merchant_id=merchant_id,
                per_payment_limit=_money(options["per_payment_limit"], currency),
                per_day_limit=_money_or_unlimited(options["per_day_limit"], currency),
                refund_limit=_money_or_unlimited(options["refund_limit"], currency),
                guards_duplicates=None if guards is None else guards == "yes",
                by=Actor("system", "set_merchant"),
                now=timezone.now(),
            )
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None
        facts = {
            "merchant": merchant.public_id,
            "currency": merchant.currency,
            "per_payment_limit": merchant.per_payment_limit_minor,
            "per_day_limit": merchant.per_day_limit_minor,
            "refund_limit": merchant.refund_limit_minor,
            "guards_duplicates": merchant.guards_duplicates,
        }
        self.stdout.write(
            json.dumps(facts) if options["json"] else f"merchant {merchant.public_id} ({merchant}) is set"
        )


def _limit(text: str) -> int | Unlimited:
    if text == "none":
        return Unlimited.UNLIMITED
    try:
        return int(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is neither minor units nor none") from None


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


def _money_or_unlimited(limit: int | Unlimited | None, currency: str) -> Money | Unlimited | None:
    return limit if isinstance(limit, Unlimited) else _money(limit, currency)
