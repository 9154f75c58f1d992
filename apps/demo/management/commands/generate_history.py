"""Add made-up payments of the past to a demo, for lists and back-tests at a retailer's size; each run adds its own."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.demo.history import generate_history
from apps.merchants.models import Till
from apps.providers.models import ProviderAccount

WIDTH = 30


class Command(BaseCommand):
    """Example: DEMO=1 manage.py generate_history --payments 100000 --json"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--payments", type=int, required=True, help="how many to add")
        parser.add_argument("--days", type=int, default=90, help="over so many days before today")
        parser.add_argument("--seed", type=int, default=1, help="the same seed spreads them in the same way")
        parser.add_argument("--bank", default="bank", help="code of the provider account that they went through")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("this makes up payments: set DEMO=1 where no real money moves")
        payments, days = options["payments"], options["days"]
        if payments < 1 or not 1 <= days <= 400:
            raise CommandError("at least one payment, and 1 to 400 days")
        bank = ProviderAccount.objects.filter(code=options["bank"]).first()
        if bank is None or not Till.objects.filter(store__merchant__currency="CHF").exists():
            raise CommandError("there is no such bank, or no till: run seed_demo with --bank-url first")

        def say(done: int) -> None:
            bar = "#" * (WIDTH * done // payments)
            self.stderr.write(f"\r[{bar:<{WIDTH}}] {done} of {payments}", ending="")

        made = generate_history(
            bank=bank, payments=payments, days=days, seed=options["seed"], now=timezone.now(), say=say
        )
        self.stderr.write("")
        if options["json"]:
            self.stdout.write(json.dumps(made))
        else:
            self.stdout.write(f"{made['payments']} payments of {made['people']} people, as {made['run']}")
