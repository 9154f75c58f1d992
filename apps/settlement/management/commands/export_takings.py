"""Write what a merchant took and gave back: a row for each, with the tip, the tax of each rate, and the batch."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id
from apps.merchants.queries import merchant_of
from apps.settlement.exports.csv_file import write_csv
from apps.settlement.exports.json_file import write_json
from apps.settlement.exports.takings import reading_takings

WRITERS = {"csv": write_csv, "json": write_json}


class Command(BaseCommand):
    """Example: manage.py export_takings --merchant mer_01k... --from 2026-10-01 --to 2026-12-31 > takings.csv"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--merchant", required=True, help="mer_...")
        parser.add_argument("--from", dest="first", required=True, type=date.fromisoformat, help="a business day")
        parser.add_argument("--to", dest="last", required=True, type=date.fromisoformat, help="the last of at most 92")
        parser.add_argument("--format", choices=sorted(WRITERS), default="csv")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        try:
            merchant = merchant_of(from_public_id("mer", options["merchant"]))
            with reading_takings(merchant_id=merchant.id, first=options["first"], last=options["last"]) as takings:
                WRITERS[options["format"]](takings, lambda text: self.stdout.write(text, ending=""))
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None
