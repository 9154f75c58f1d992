"""Submit a draft to a second person, ask one whether a rule may go live, or stop a rule."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.fraud.operations import ask_live, retire_rule, submit_rule
from apps.fraud.queries import find_rule
from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError


class Command(BaseCommand):
    """Example: manage.py move_fraud_rule many_payments --rule-version 2 --live --by anna; then decide_approval."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--rule-version", type=int, help="the newest one, if left out")
        move = parser.add_mutually_exclusive_group(required=True)
        move.add_argument("--submit", action="store_true", help="ask whether it may be tried in shadow")
        move.add_argument("--live", action="store_true", help="ask whether it may decide; it was back-tested")
        move.add_argument("--retire", metavar="REASON", help="stop it at once")
        parser.add_argument("--by", required=True, help="who asks")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        by, now = Actor("operator", options["by"]), timezone.now()
        approval = None
        try:
            rule = find_rule(options["name"], options["rule_version"])
            if options["retire"] is not None:
                retire_rule(rule_id=rule.id, reason=options["retire"], by=by, now=now)
            elif options["live"]:
                approval = ask_live(rule_id=rule.id, by=by, now=now)
            else:
                approval = submit_rule(rule_id=rule.id, by=by, now=now)
        except DomainError as error:
            raise CommandError(f"{error.code}: {error}") from None
        facts = {"rule": rule.name, "version": rule.version, "approval": None if approval is None else str(approval.id)}
        text = f"{rule} is retired" if approval is None else f"{rule} awaits approval {approval.id}"
        self.stdout.write(json.dumps(facts) if options["json"] else text)
