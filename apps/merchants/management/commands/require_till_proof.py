"""Demand of a merchant's tills that they sign their requests, show a client certificate, or both."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id
from apps.merchants.models import TillProof
from apps.merchants.operations import require_till_proof
from apps.merchants.queries import tills_without_proof


class Command(BaseCommand):
    """Example: manage.py require_till_proof mer_01k... signed

    Refused where a till in use has nothing registered for it; --force shuts such tills out."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("merchant", help="mer_..., as create_merchant printed it")
        parser.add_argument("proof", choices=TillProof.values, help="on top of the till's key; key: nothing")
        parser.add_argument("--force", action="store_true", help="also where tills are locked out by it")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        proof, now = TillProof(options["proof"]), timezone.now()
        try:
            merchant = require_till_proof(
                merchant_id=from_public_id("mer", options["merchant"]),
                proof=proof,
                locks_out=options["force"],
                by=Actor("system", "require_till_proof"),
                now=now,
            )
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None
        without = [till.public_id for till in tills_without_proof(merchant.id, proof, now=now)]
        if options["json"]:
            self.stdout.write(
                json.dumps({"merchant": merchant.public_id, "proof": merchant.till_proof, "locked_out": without})
            )
        else:
            self.stdout.write(f"tills of {merchant.public_id} ({merchant}) must present: {merchant.till_proof}")
            if without:
                self.stdout.write(f"locked out until something is registered: {', '.join(without)}")
