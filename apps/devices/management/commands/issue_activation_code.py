"""Issue an activation code for a letter or a counter print, once; makes the customer if there is none."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import segno
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.customers.operations import meet_customer
from apps.devices.models import ActivationSource
from apps.devices.operations import grouped_in_fours, issue_activation_code
from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError


class Command(BaseCommand):
    """Example: manage.py issue_activation_code --email alice@example.com --qr letter.svg"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="the customer's verified address")
        parser.add_argument("--language", choices=["de", "fr", "it", "en"], default="de", help="of a new customer")
        parser.add_argument(
            "--source",
            choices=ActivationSource.values,
            default=ActivationSource.LETTER,
            help="how it reaches the customer; letter and counter say that he was identified",
        )
        parser.add_argument("--qr", type=Path, metavar="FILE", help="also draw it, as .png or .svg by the name")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        by, now = Actor("system", "issue_activation_code"), timezone.now()
        picture: Path | None = options["qr"]
        if picture is not None and picture.suffix not in (".png", ".svg"):
            raise CommandError(f"{picture} is neither .png nor .svg")
        source = ActivationSource(options["source"])
        try:
            customer = meet_customer(email=options["email"], language=options["language"], by=by, now=now)
            issued = issue_activation_code(customer_id=customer.id, source=source, by=by, now=now)
        except DomainError as error:
            raise CommandError(str(error)) from None
        code = issued.code.reveal()
        if picture is not None:
            _draw(code, picture)
        facts = {
            "customer": customer.public_id,
            "activation_code": code,
            "source": str(source),
            "expires_at": issued.expires_at.isoformat(),
        }
        if options["json"]:
            self.stdout.write(json.dumps(facts))
        else:
            self.stdout.write(
                f"customer {customer}, until {issued.expires_at:%Y-%m-%d %H:%M} UTC; shown only this once:"
            )
            self.stdout.write(grouped_in_fours(code))


def _draw(code: str, picture: Path) -> None:
    try:
        segno.make(code, error="m", micro=False).save(str(picture), scale=8, border=4)
    except OSError as error:
        raise CommandError(f"{picture} cannot be written: {error.strerror}") from None
