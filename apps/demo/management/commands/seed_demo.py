"""Fill the database with a small made-up retailer; harmless when repeated."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.demo.operations import seed_retailer
from apps.kernel.errors import DomainError
from apps.kernel.masking import Secret


class Command(BaseCommand):
    """Example: DEMO=1 manage.py seed_demo --json"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--known", type=Path, help="what an earlier run printed as JSON: keys in it that are still valid stay"
        )

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("this hands out keys: set DEMO=1 where no real money moves")
        try:
            tills = seed_retailer(known_keys=_known_keys(options["known"]), now=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            shown = [
                {
                    "id": till.public_id,
                    "key": till.key.reveal(),
                    "mode": till.mode,
                    "name": till.name,
                    "store": till.store,
                }
                for till in tills
            ]
            self.stdout.write(json.dumps({"tills": shown, "activation_codes": [], "logins": []}))
            return
        for till in tills:
            self.stdout.write(f"{till.store}, {till.name} ({till.mode}): {till.public_id} {till.key.reveal()}")


def _known_keys(path: Path | None) -> dict[str, Secret[str]]:
    if path is None:
        return {}
    try:
        tills = json.loads(path.read_text(encoding="utf-8"))["tills"]
        return {till["id"]: Secret(till["key"]) for till in tills}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError):
        raise CommandError(f"{path} is not what seed_demo printed; remove it and every till gets a new key") from None
