"""Write a fraud rule, or the next version of one, and submit it to a second person."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.fraud.operations import draft_rule, read_rule, submit_rule
from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError


class Command(BaseCommand):
    """Example: manage.py draft_fraud_rule rule.json --submit --by anna; then, as another person, decide_approval."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a file with one JSON object, see docs/fraud-rules.md; - reads standard input")
        parser.add_argument("--submit", action="store_true", help="ask a second person at once")
        parser.add_argument("--by", required=True, help="who writes it")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        name = options["file"]
        try:
            document = json.loads(sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"{name}: {error}") from None
        by, now = Actor("operator", options["by"]), timezone.now()
        approval = None
        try:
            rule = draft_rule(text=read_rule(document), by=by, now=now)
            if options["submit"]:
                approval = submit_rule(rule_id=rule.id, by=by, now=now)
        except DomainError as error:
            raise CommandError(f"{error.code}: {error}") from None
        facts = {"rule": rule.name, "version": rule.version, "approval": None if approval is None else str(approval.id)}
        text = f"{rule} is drafted" if approval is None else f"{rule} awaits approval {approval.id}"
        self.stdout.write(json.dumps(facts) if options["json"] else text)
