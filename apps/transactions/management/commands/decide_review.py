"""Release a payment that is held for review, or refuse it."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id
from apps.transactions.operations import decide_review


class Command(BaseCommand):
    """Example: manage.py decide_review pay_01k... --release --reason "spoke to the customer" --by anna"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("payment", help="pay_...")
        decision = parser.add_mutually_exclusive_group(required=True)
        decision.add_argument("--release", action="store_true", help="ask the provider")
        decision.add_argument("--refuse", action="store_true", help="decline it")
        parser.add_argument("--reason", required=True, help="kept in the audit trail")
        parser.add_argument("--by", required=True, help="whoever decides")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        try:
            payment = decide_review(
                payment_id=from_public_id("pay", options["payment"]),
                is_release=options["release"],
                reason=options["reason"],
                by=Actor("operator", options["by"]),
                now=timezone.now(),
            )
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None
        facts = {"payment": payment.public_id, "status": str(payment.status)}
        self.stdout.write(json.dumps(facts) if options["json"] else f"payment {payment} is {payment.status}")
