"""Make what a new installation needs: root, authority, signing keys, first code key; harmless when repeated."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.keys.operations import create_missing_keys


class Command(BaseCommand):
    """Example: manage.py create_keys --json"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        try:
            made = create_missing_keys(now=timezone.now(), by=Actor("system", "create_keys"))
        except DomainError as error:
            raise CommandError(str(error)) from None
        words = f"made {', '.join(made)}" if made else "all keys are there"
        self.stdout.write(json.dumps({"created": made}) if options["json"] else words)
