"""Prove the books from the rows themselves, without trusting the constraints that guard them."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.ledger.queries import broken_journals, missing_guards, trial_balance


class Command(BaseCommand):
    help = "Check that every journal balances, that the books sum to zero, and that their guards are on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")

    # Any: Django passes whatever options the parser knows.
    def handle(self, *args: Any, **options: Any) -> None:
        totals = {currency: sum(accounts.values()) for currency, accounts in trial_balance().items()}
        broken = [str(journal_id) for journal_id in broken_journals()]
        missing = missing_guards()
        is_sound = not any(totals.values()) and not broken and not missing
        if options["json"]:
            report = {"sound": is_sound, "totals": totals, "broken_journals": broken, "missing_guards": missing}
            self.stdout.write(json.dumps(report, sort_keys=True))
        else:
            for currency, total in totals.items():
                self.stdout.write(f"{currency} sums to {total}")
            for journal_id in broken:
                self.stdout.write(f"journal {journal_id} is broken")
            for guard in missing:
                self.stdout.write(f"guard {guard} is off")
        if not is_sound:
            raise CommandError("the books are not sound")
        if not options["json"]:
            self.stdout.write("the books are sound")
