"""Make an operator of the staff portal, and print the code with which he chooses his password."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.operators.models import Language
from apps.operators.operations import create_operator, invite_operator
from apps.operators.queries import operator_with
from apps.operators.roles import Role


class Command(BaseCommand):
    """Example: manage.py create_operator --email anna@shop.example --name "Anna Muster" --role support"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="with which he signs in")
        parser.add_argument("--name", help="as others see it")
        parser.add_argument("--role", choices=Role.values)
        parser.add_argument("--language", choices=Language.values, default=Language.GERMAN)
        parser.add_argument("--again", action="store_true", help="invite one who is known: lost phone or password")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        by, now = Actor("system", "create_operator"), timezone.now()
        try:
            if options["again"]:
                known = operator_with(options["email"])
                if known is None:
                    raise CommandError("nobody has this address")
                invited = invite_operator(operator_id=known.id, by=by, now=now)
            elif not options["name"] or not options["role"]:
                raise CommandError("a new operator needs --name and --role")
            else:
                invited = create_operator(
                    email=options["email"],
                    name=options["name"],
                    role=options["role"],
                    language=options["language"],
                    by=by,
                    now=now,
                )
        except DomainError as error:
            raise CommandError(f"{error.code}: {error}") from None
        facts = {
            "operator": invited.operator.public_id,
            "role": invited.operator.role,
            "code": invited.code.reveal(),
            "page": "/staff/login/invitation",
        }
        told = f"{facts['operator']}: within 24 hours at {facts['page']}: {facts['code']}"
        self.stdout.write(json.dumps(facts) if options["json"] else told)
