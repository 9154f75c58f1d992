"""Let an operator in no more, from his next request on; or let him in again."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.operators.errors import LastAdministrator
from apps.operators.operations import switch_operator
from apps.operators.queries import operator_with


class Command(BaseCommand):
    """Example: manage.py disable_operator anna@shop.example"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="with which he signs in")
        parser.add_argument("--enable", action="store_true", help="let him in again")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        operator = operator_with(options["email"])
        if operator is None:
            raise CommandError("nobody has this address")
        by = Actor("system", "disable_operator")
        try:
            operator = switch_operator(operator_id=operator.id, is_active=options["enable"], by=by, now=timezone.now())
        except LastAdministrator as error:
            raise CommandError(error.code) from error
        facts = {"operator": operator.public_id, "is_active": operator.is_active}
        self.stdout.write(
            json.dumps(facts) if options["json"] else f"{operator} is {'on' if operator.is_active else 'off'}"
        )
