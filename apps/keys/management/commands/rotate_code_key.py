"""Publish the next code key when the newest is in its last ninety days; run it every day."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.keys.operations import rotate_code_key


class Command(BaseCommand):
    """Example: manage.py rotate_code_key --json"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        now = timezone.now()
        try:
            key = rotate_code_key(now=now, by=Actor("system", "rotate_code_key"))
        except DomainError as error:
            raise CommandError(str(error)) from None
        is_new = key.created_at == now
        facts = {"kid": key.kid, "created": is_new, "not_after": key.not_after.isoformat()}
        words = f"{key} is {'new' if is_new else 'still the newest'}, valid until {key.not_after:%Y-%m-%d}"
        self.stdout.write(json.dumps(facts) if options["json"] else words)
