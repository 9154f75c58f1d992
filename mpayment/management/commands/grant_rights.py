"""Give the database role that the service runs as its rights, and no others."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from apps.kernel.masking import Secret
from mpayment.granting import RoleRefused, grant_rights
from mpayment.roles import SERVICE_ROLE


class Command(BaseCommand):
    """Example, as the owner of the tables and after migrate: manage.py grant_rights --password-file app.password"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", default=SERVICE_ROLE, help=f"made if it is missing (default: {SERVICE_ROLE})")
        parser.add_argument("--password-file", type=Path, help="file with the password that the role logs in with")
        parser.add_argument("--login", action="store_true", help="let it log in where the server asks for no password")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        role: str = options["role"]
        try:
            password = _read(options["password_file"])
            grant_rights(role=role, password=password, may_log_in=options["login"])
        except (RoleRefused, ImproperlyConfigured, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps({"role": role}) if options["json"] else f"{role} has its rights")


def _read(path: Path | None) -> Secret[str] | None:
    if path is None:
        return None
    text = path.read_text(encoding="utf-8").strip()
    if not text:
        raise RoleRefused(f"{path} is empty")
    return Secret(text)
