"""Try a version of a fraud rule on what is stored, and print what it would have stopped."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.fraud.operations import back_test, run_back_test
from apps.fraud.queries import find_rule
from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Command(BaseCommand):
    """Example: manage.py back_test_rule many_payments --since 2026-10-01 --by anna"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--rule-version", type=int, help="the newest one, if left out")
        parser.add_argument("--since", type=_day, help="a day, UTC; 90 days ago, if left out")
        parser.add_argument("--until", type=_day, help="a day, UTC, not included; now, if left out")
        parser.add_argument("--settled-days", type=int, default=30, help="after so long, silence means good")
        parser.add_argument("--by", required=True, help="who asks")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        now = timezone.now()
        try:
            rule = find_rule(options["name"], options["rule_version"])
            asked = back_test(
                rule_version=rule.id,
                since=options["since"] or now - timedelta(days=90),
                until=options["until"] or now,
                settled_days=options["settled_days"],
                by=Actor("operator", options["by"]),
                now=now,
            )
            # The note would do the same; whoever comes second finds it done.
            ended = run_back_test(back_test_id=asked.id, now=timezone.now())
        except DomainError as error:
            raise CommandError(f"{error.code}: {error}") from None
        facts = {"back_test": str(ended.id), "rule": rule.name, "version": rule.version, **ended.result}
        if options["json"]:
            self.stdout.write(json.dumps(facts))
            return
        for name, value in facts.items():
            self.stdout.write(f"{name}: {value}")
