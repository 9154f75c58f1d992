"""Close the settlement batches of all days that are over, however old, or of one merchant's day."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id, public_id
from apps.merchants.queries import merchant_of
from apps.settlement.models import Batch
from apps.settlement.operations import close_batch, close_due_batches


class Command(BaseCommand):
    """Example: manage.py close_batches [--merchant mer_01k... --date 2026-11-23]; a second run closes nothing"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--merchant", help="mer_...; only with --date")
        parser.add_argument("--date", type=date.fromisoformat, help="the business day, such as 2026-11-23")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        if (options["merchant"] is None) != (options["date"] is None):
            raise CommandError("--merchant and --date go together")
        by, now = Actor("system", "close_batches"), timezone.now()
        try:
            if options["merchant"]:
                merchant = merchant_of(from_public_id("mer", options["merchant"]))
                closed = close_batch(
                    merchant_id=merchant.id, currency=merchant.currency, day=options["date"], by=by, now=now
                )
                batches = [closed] if closed else []
            else:
                batches = close_due_batches(by=by, now=now)
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps({"batches": [_facts(batch) for batch in batches]}))
            return
        for batch in batches:
            self.stdout.write(f"{batch} of {batch.business_date}: {batch.captured} taken, {batch.refunded} given back")
        if not batches:
            self.stdout.write("nothing was left to close")


def _facts(batch: Batch) -> dict[str, str | int]:
    return {
        "batch": batch.public_id,
        "merchant": public_id("mer", batch.merchant_id),
        "currency": batch.currency,
        "business_date": batch.business_date.isoformat(),
        "number": batch.number,
        "captured": batch.captured_minor,
        "refunded": batch.refunded_minor,
        "captured_count": batch.captured_count,
        "refunded_count": batch.refunded_count,
    }
