"""Bind a till to a client certificate: one that it has, or one that our own authority makes for it."""

import json
from argparse import ArgumentParser, FileType
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id
from apps.merchants.operations import issue_client_certificate, register_certificate


class Command(BaseCommand):
    """Example: manage.py register_certificate --till til_01k... --certificate till.pem

    With --request instead, a PKCS #10 request whose common name is the till's id, our own authority makes the
    certificate, which is printed."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--till", required=True, help="til_..., as create_till printed it")
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--certificate", type=FileType("rb"), help="PEM, whoever issued it; - for standard input")
        source.add_argument("--request", type=FileType("rb"), help="PKCS #10 in PEM; - for standard input")
        parser.add_argument("--days", type=int, default=365, help="with --request: how long it is valid, 365")
        parser.add_argument("--overlap-hours", type=int, default=24, help="how long the one before it stays good: 24")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        by, now, pem = Actor("system", "register_certificate"), timezone.now(), None
        try:
            till_id, overlap = from_public_id("til", options["till"]), timedelta(hours=options["overlap_hours"])
            if options["certificate"] is not None:
                certificate = options["certificate"].read()
                credential = register_certificate(
                    till_id=till_id, certificate=certificate, overlap=overlap, by=by, now=now
                )
            else:
                issued = issue_client_certificate(
                    till_id=till_id,
                    request=options["request"].read(),
                    lifetime=timedelta(days=options["days"]),
                    overlap=overlap,
                    by=by,
                    now=now,
                )
                credential, pem = issued.credential, issued.pem
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            expires_at = credential.expires_at.isoformat() if credential.expires_at else None
            facts = {"till": options["till"], "fingerprint": credential.fingerprint, "expires_at": expires_at}
            self.stdout.write(json.dumps(facts | ({} if pem is None else {"certificate": pem})))
        else:
            self.stdout.write(f"till {options['till']} is bound to the certificate {credential.fingerprint}")
            self.stdout.write(pem or "", ending="")
