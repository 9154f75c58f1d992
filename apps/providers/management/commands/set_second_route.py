"""Name the other line to a provider, which is tried when the first one certainly did nothing."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.providers.models import ProviderAccount
from apps.providers.operations import set_second_route


class Command(BaseCommand):
    """Example: manage.py set_second_route --account bank --second bank-b; --none takes it away. Harmless when repeated.

    Both are accounts at the same provider, reached by different lines: instruments are known to it alone."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", required=True, help="the code of the route that is tried first")
        second = parser.add_mutually_exclusive_group(required=True)
        second.add_argument("--second", help="the code of the one that is tried next")
        second.add_argument("--none", action="store_true", help="try no other")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        try:
            account = set_second_route(
                account_id=_account(options["account"]).id,
                second_id=None if options["none"] else _account(options["second"]).id,
                by=Actor("system", "set_second_route"),
                now=timezone.now(),
            )
        except DomainError as error:
            raise CommandError(str(error)) from None
        second = None if options["none"] else options["second"]
        if options["json"]:
            self.stdout.write(json.dumps({"code": account.code, "second_route": second}))
        else:
            self.stdout.write(f"{account.code}: {'no other route' if second is None else f'then {second}'}")


def _account(code: str) -> ProviderAccount:
    account = ProviderAccount.objects.filter(code=code).first()
    if account is None:
        raise CommandError(f"there is no provider account {code!r}")
    return account
