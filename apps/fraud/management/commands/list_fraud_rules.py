"""Show the fraud rules, and how often those that judge were right."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.fraud.queries import all_rules, rule_precision
from apps.fraud.states import RuleStatus


class Command(BaseCommand):
    """Example: manage.py list_fraud_rules --days 90"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="retired ones too")
        parser.add_argument("--days", type=int, default=90, help="how far back hits are counted")
        parser.add_argument("--settled-days", type=int, default=30, help="after so long, silence means good")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        now = timezone.now()
        records = rule_precision(
            since=now - timedelta(days=options["days"]),
            until=now,
            settled=timedelta(days=options["settled_days"]),
            now=now,
        )
        statuses = [status for status in RuleStatus if options["all"] or status != RuleStatus.RETIRED]
        rules = [
            {
                "rule": rule.name,
                "version": rule.version,
                "status": str(rule.status),
                "score": rule.score,
                "verdict": str(rule.verdict),
                "reason": rule.reason,
                "condition": rule.condition,
                "merchant": None if rule.merchant_id is None else str(rule.merchant_id),
                "records": [
                    {
                        "is_shadow": record.is_shadow,
                        "hits": record.hits,
                        "bad": record.bad,
                        "good": record.good,
                        "open": record.open,
                        "precision_basis_points": record.precision_basis_points,
                    }
                    for record in records
                    if (record.name, record.version) == (rule.name, rule.version)
                ],
            }
            for rule in all_rules(statuses=statuses)
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"rules": rules}))
            return
        for rule in rules:
            self.stdout.write(f"{rule['rule']} {rule['version']} {rule['status']}: {json.dumps(rule['records'])}")
