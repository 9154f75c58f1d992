"""Make new keys for the line to a provider next to those in use, or retire the older ones."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.providers.management.commands import create_line_keys
from apps.providers.models import ProviderAccount
from apps.providers.operations import retire_older_line_keys


class Command(create_line_keys.Command):
    """Example: manage.py rotate_line_keys --account bank; then trust_bank with the answer; then --retire-older

    Prints the same JSON as create_line_keys, or with --retire-older the fingerprints of what was retired."""

    help = __doc__ or ""
    renews = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--retire-older", action="store_true", help="never use any but the newest keys again")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        if not options["retire_older"]:
            super().handle(**options)
            return
        account = ProviderAccount.objects.filter(code=options["account"]).first()
        if account is None:
            raise CommandError(f"there is no provider account {options['account']!r}")
        try:
            retired = retire_older_line_keys(
                account_id=account.id, by=Actor("system", "rotate_line_keys"), now=timezone.now()
            )
        except DomainError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps({"retired": [key.fingerprint for key in retired]}))
