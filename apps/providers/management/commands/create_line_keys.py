"""Make our keys for the line to a provider, and print what the provider must know of them; harmless when repeated."""

import json
from argparse import ArgumentParser
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.providers.models import ProviderAccount
from apps.providers.operations import request_line_keys


class Command(BaseCommand):
    """Example: manage.py create_line_keys --account bank

    Prints one JSON object: `csr`, for the provider's authority, and `signing_keys`, public keys by their ids. Nothing
    is used before `trust_bank` brings the provider's answer."""

    help = __doc__ or ""
    # Whether to make new keys next to those in use.
    renews: ClassVar[bool] = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", required=True, help="code of the provider account")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        account = ProviderAccount.objects.filter(code=options["account"]).first()
        if account is None:
            raise CommandError(f"there is no provider account {options['account']!r}")
        by = Actor("system", "rotate_line_keys" if self.renews else "create_line_keys")
        try:
            asked = request_line_keys(account_id=account.id, renew=self.renews, by=by, now=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps({"csr": asked.csr, "signing_keys": dict(asked.signing_keys)}))
