"""End a till's signing key or client certificate at once."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id
from apps.merchants.operations import revoke_credential


class Command(BaseCommand):
    """Example: manage.py revoke_credential --till til_01k... --fingerprint 3f5a... --reason "till was stolen" """

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--till", required=True, help="til_..., as create_till printed it")
        parser.add_argument("--fingerprint", required=True, help="the keyid or fingerprint printed when registered")
        parser.add_argument("--reason", required=True, help="for the audit trail")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        try:
            credential = revoke_credential(
                till_id=from_public_id("til", options["till"]),
                fingerprint=options["fingerprint"],
                reason=options["reason"],
                by=Actor("system", "revoke_credential"),
                now=timezone.now(),
            )
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None
        facts = {"till": options["till"], "kind": credential.kind, "fingerprint": credential.fingerprint}
        self.stdout.write(json.dumps(facts) if options["json"] else f"{credential} of {options['till']} has ended")
