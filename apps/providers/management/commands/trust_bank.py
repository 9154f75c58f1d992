"""Say whom to trust at the other end of a line, and put our waiting keys into use; harmless when repeated."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.providers.models import ProviderAccount
from apps.providers.operations import install_line_keys, trust_provider


class Command(BaseCommand):
    """Example: manage.py trust_bank --account bank --ca-file ca.pem --pin 9f86... --signing-key bank-1=MFkw...
    --certificate-file ours.pem

    Or --answer FILE with one JSON object of the members ca, pins, signing_keys, crl, certificate and accepted. What is
    given replaces what was trusted: in a rotation, give the old and the new."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", required=True, help="code of the provider account")
        parser.add_argument("--answer", type=Path, help="what the provider answered to our request, as JSON")
        parser.add_argument("--ca-file", type=Path, help="the provider's certificate authority, PEM")
        parser.add_argument("--pin", action="append", default=[], help="SHA-256 of a server certificate; repeat it")
        parser.add_argument("--signing-key", action="append", default=[], help="ID=base64 of the DER; repeat it")
        parser.add_argument("--crl-file", type=Path, help="the authority's revocation list, PEM")
        parser.add_argument("--certificate-file", type=Path, help="our certificate from the provider, PEM")
        parser.add_argument(
            "--accepted", action="append", default=[], help="id of a signing key of ours that the provider takes now"
        )
        parser.add_argument("--days", type=int, default=365, help="how long our signing key is used")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        by, now = Actor("system", "trust_bank"), timezone.now()
        account = ProviderAccount.objects.filter(code=options["account"]).first()
        if account is None:
            raise CommandError(f"there is no provider account {options['account']!r}")
        if options["days"] < 1:
            raise CommandError("--days is at least 1")
        try:
            answer = _answer(options)
            certificate, accepted = answer.pop("certificate", None), answer.pop("accepted", [])
            # First whom to trust, then our keys: with them the line opens.
            account = trust_provider(account_id=account.id, line=answer, by=by, now=now)
            installed = install_line_keys(
                account_id=account.id,
                certificate=certificate,
                accepted=accepted,
                lifetime=timedelta(days=options["days"]),
                by=by,
                now=now,
            )
        except (DomainError, OSError, ValueError) as error:
            raise CommandError(str(error)) from None
        facts = {"provider_account": account.code, "installed": [key.fingerprint for key in installed]}
        self.stdout.write(json.dumps(facts) if options["json"] else f"the line to {account} is trusted")


# Any: JSON, or the same from the command line; the operation checks it.
def _answer(options: dict[str, Any]) -> dict[str, Any]:
    if options["answer"] is not None:
        answer = json.loads(options["answer"].read_text(encoding="utf-8"))
        if not isinstance(answer, dict):
            raise ValueError("the answer is no JSON object")
        return answer
    if options["ca_file"] is None:
        raise ValueError("give --answer, or --ca-file with --pin and --signing-key")
    keys = dict(text.partition("=")[::2] for text in options["signing_key"])
    answer = {"ca": options["ca_file"].read_text(), "pins": options["pin"], "signing_keys": keys}
    answer["accepted"] = options["accepted"]
    for name, option in (("crl", "crl_file"), ("certificate", "certificate_file")):
        if options[option] is not None:
            answer[name] = options[option].read_text()
    return answer
