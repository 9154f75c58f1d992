"""Freeze a customer, so that no code of his phones is accepted, or release him."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.customers.operations import move_customer
from apps.customers.states import CustomerStatus
from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id


class Command(BaseCommand):
    """Example: manage.py freeze_customer cus_01k... --reason "reported stolen" """

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("customer", help="cus_...")
        parser.add_argument("--reason", required=True, help="kept in the audit trail")
        parser.add_argument("--release", action="store_true", help="let the customer pay again")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        try:
            customer = move_customer(
                customer_id=from_public_id("cus", options["customer"]),
                to=CustomerStatus.ACTIVE if options["release"] else CustomerStatus.FROZEN,
                reason=options["reason"],
                by=Actor("system", "freeze_customer"),
                now=timezone.now(),
            )
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None
        facts = {"customer": customer.public_id, "status": str(customer.status)}
        self.stdout.write(json.dumps(facts) if options["json"] else f"customer {customer} is {customer.status}")
