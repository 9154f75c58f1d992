"""Take a key with which a till signs its requests."""

import json
from argparse import ArgumentParser, FileType
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id
from apps.merchants.operations import register_signing_key


class Command(BaseCommand):
    """Example: manage.py register_signing_key --till til_01k... --request till.csr

    The request proves that the till has the key; the till's id is its common name:
    openssl req -new -key till.key -subj /CN=til_01k... -out till.csr"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--till", required=True, help="til_..., as create_till printed it")
        parser.add_argument(
            "--request", required=True, type=FileType("rb"), help="PKCS #10 in PEM, - for standard input"
        )
        parser.add_argument("--overlap-hours", type=int, default=24, help="how long the key before it stays good: 24")
        parser.add_argument("--days", type=int, help="after which it ends by itself; without it, never")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        try:
            key = register_signing_key(
                till_id=from_public_id("til", options["till"]),
                request=options["request"].read(),
                overlap=timedelta(hours=options["overlap_hours"]),
                lifetime=None if options["days"] is None else timedelta(days=options["days"]),
                by=Actor("system", "register_signing_key"),
                now=timezone.now(),
            )
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None
        expires_at = key.expires_at.isoformat() if key.expires_at else None
        facts = {"till": options["till"], "keyid": key.fingerprint, "expires_at": expires_at}
        self.stdout.write(
            json.dumps(facts) if options["json"] else f"till {options['till']} may sign with keyid {key.fingerprint}"
        )
