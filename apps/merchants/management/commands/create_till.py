"""Set up a till and print its key, once."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id
from apps.merchants.models import Language, Mode, TillKind, TillScope
from apps.merchants.operations import create_till, issue_till_key


class Command(BaseCommand):
    """Example: manage.py create_till --store sto_01k... --name "Kasse 1" --mode live"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", required=True, help="sto_..., as create_store printed it")
        parser.add_argument("--name", required=True, help="unique among the store's tills")
        parser.add_argument("--kind", choices=TillKind.values, default=TillKind.ATTENDED)
        parser.add_argument("--language", choices=Language.values, default=Language.GERMAN)
        parser.add_argument("--mode", choices=Mode.values, default=Mode.LIVE, help="test moves no money")
        parser.add_argument(
            "--scope", action="append", choices=TillScope.values, help="may be repeated; without any: all of them"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        by, now = Actor("system", "create_till"), timezone.now()
        try:
            till = create_till(
                store_id=from_public_id("sto", options["store"]),
                name=options["name"],
                kind=TillKind(options["kind"]),
                language=Language(options["language"]),
                by=by,
                now=now,
            )
            key = issue_till_key(
                till_id=till.id,
                mode=Mode(options["mode"]),
                overlap=timedelta(0),
                scopes=[TillScope(word) for word in options["scope"] or TillScope.values],
                by=by,
                now=now,
            )
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            facts = {"till": till.public_id, "mode": key.mode, "scopes": key.scopes, "key": key.text.reveal()}
            self.stdout.write(json.dumps(facts))
        else:
            self.stdout.write(f"till {till.public_id} ({till}) is set up. Its key is shown only this once:")
            self.stdout.write(key.text.reveal())
