"""Open a store of a merchant."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id
from apps.merchants.operations import create_store


class Command(BaseCommand):
    """Example: manage.py create_store --merchant mer_01k... --name Bahnhof --town Zürich"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--merchant", required=True, help="mer_..., as create_merchant printed it")
        parser.add_argument("--name", required=True, help="unique among the merchant's stores")
        parser.add_argument("--town", required=True, help="as on receipts")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        try:
            store = create_store(
                merchant_id=from_public_id("mer", options["merchant"]),
                name=options["name"],
                town=options["town"],
                by=Actor("system", "create_store"),
                now=timezone.now(),
            )
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None
        facts = {"store": store.public_id, "name": store.name, "merchant": options["merchant"]}
        self.stdout.write(json.dumps(facts) if options["json"] else f"store {store.public_id} ({store}) is open")
