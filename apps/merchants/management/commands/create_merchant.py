"""Open a merchant."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.money import Money
from apps.merchants.operations import create_merchant


class Command(BaseCommand):
    """Example: manage.py create_merchant --name "Dorfladen AG" --currency CHF --per-payment-limit 200000"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="legal name, as on receipts")
        parser.add_argument("--vat-number", default="", help="as on receipts")
        parser.add_argument("--currency", required=True, help="ISO 4217, such as CHF")
        parser.add_argument("--per-payment-limit", type=int, required=True, help="minor units: 200000 is 2000.00")
        parser.add_argument("--time-zone", default="Europe/Zurich", help="whose midnight ends the business day")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        try:
            limit = Money(options["per_payment_limit"], options["currency"])
            merchant = create_merchant(
                legal_name=options["name"],
                vat_number=options["vat_number"],
                per_payment_limit=limit,
                time_zone=options["time_zone"],
                by=Actor("system", "create_merchant"),
                now=timezone.now(),
            )
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None
        facts = {"merchant": merchant.public_id, "name": merchant.legal_name, "currency": merchant.currency}
        self.stdout.write(
            json.dumps(facts) if options["json"] else f"merchant {merchant.public_id} ({merchant}) is open"
        )
