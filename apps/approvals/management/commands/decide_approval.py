"""Allow or refuse, as a second person, what somebody asked for."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.approvals.operations import decide_approval
from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError


def _name(text: str) -> str:
    name = text.strip()
    if not 1 <= len(name) <= 100:
        raise ArgumentTypeError("a name has 1 to 100 characters")
    return name


class Command(BaseCommand):
    """Example: manage.py decide_approval 0198... --yes --reason "seen the receipt" --by anna"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("approval", type=UUID, help="its UUID")
        answer = parser.add_mutually_exclusive_group(required=True)
        answer.add_argument("--yes", action="store_true", help="allow it")
        answer.add_argument("--no", action="store_true", help="refuse it")
        parser.add_argument("--reason", required=True, help="kept in the audit trail")
        parser.add_argument("--by", type=_name, required=True, help="who decides; never who asked")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        try:
            approval = decide_approval(
                approval_id=options["approval"],
                is_yes=options["yes"],
                asked_hash=None,
                reason=options["reason"],
                by=Actor("operator", options["by"]),
                now=timezone.now(),
            )
        except DomainError as error:
            raise CommandError(f"{error.code}: {error}") from None
        facts = {
            "approval": str(approval.id),
            "action": approval.action,
            "subject": approval.subject,
            "status": str(approval.status),
        }
        self.stdout.write(json.dumps(facts) if options["json"] else f"{approval} is {approval.status}")
