"""Open a route to a bank or acquirer, or tell it where the provider is now; harmless when repeated."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.masking import Secret
from apps.providers.models import ProviderAccount
from apps.providers.operations import change_provider_account, create_provider_account, set_enabled


class Command(BaseCommand):
    """Example: manage.py create_provider_account --code bank --connector corebank --base-url https://bank.example:8443
    --credential-file client.key"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--code", required=True, help="short and for ever: it is part of ledger accounts")
        parser.add_argument("--name", default="", help="for people; without it, the code")
        parser.add_argument("--connector", required=True, choices=sorted(settings.CONNECTORS))
        parser.add_argument("--base-url", help="scheme, host and port, where the connector wants one")
        parser.add_argument("--notice-url", help="where the provider sends its notices; it must be told the same")
        # In a file, because everybody on this machine can read a command line.
        parser.add_argument("--credential-file", required=True, type=Path, help="what the provider knows us by")
        parser.add_argument("--enable", action="store_true", help="switch a route on that was switched off")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        by, now = Actor("system", "create_provider_account"), timezone.now()
        try:
            credential = Secret(options["credential_file"].read_text(encoding="utf-8").strip())
            facts = {"base_url": options["base_url"], "notice_url": options["notice_url"]}
            wanted = {name: value for name, value in facts.items() if value is not None}
            account = ProviderAccount.objects.filter(code=options["code"]).first()
            if account is None:
                account = create_provider_account(
                    code=options["code"],
                    name=options["name"] or options["code"],
                    connector=options["connector"],
                    settings=wanted,
                    credential=credential,
                    by=by,
                    now=now,
                )
            elif account.connector != options["connector"]:
                raise CommandError(f"{account} speaks {account.connector}; another connector is another account")
            else:
                account = change_provider_account(
                    account_id=account.id,
                    settings={**account.settings, **wanted},
                    credential=credential,
                    by=by,
                    now=now,
                )
            if options["enable"]:
                reason = "asked for on the command line"
                account = set_enabled(account_id=account.id, is_enabled=True, reason=reason, by=by, now=now)
        except (DomainError, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(_shown(account)) if options["json"] else f"route {account} is there")


def _shown(account: ProviderAccount) -> dict[str, object]:
    return {
        "provider_account": account.code,
        "connector": account.connector,
        "version": account.version,
        "is_enabled": account.is_enabled,
    }
