"""Fill the database with a small made-up retailer, its bank and its customers; harmless when repeated."""

import base64
import json
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.demo.operations import DemoCustomer, DemoTill, seed_bank, seed_customers, seed_retailer
from apps.demo.staff import DemoLogin, seed_operators
from apps.kernel.errors import DomainError
from apps.kernel.masking import Secret
from apps.keys.models import Purpose
from apps.keys.queries import current_signing_key
from apps.providers.operations import LineRequest


@dataclass(frozen=True)
class _Known:
    """What an earlier run printed and may still be good."""

    till_keys: dict[str, Secret[str]] = field(default_factory=dict)
    activation_codes: tuple[str, ...] = field(default=(), repr=False)
    logins: dict[str, DemoLogin] = field(default_factory=dict)


class Command(BaseCommand):
    """Example: DEMO=1 manage.py seed_demo --json --bank-url http://127.0.0.1:8002 --bank-key-file bank.key"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--known", type=Path, help="what an earlier run printed as JSON: keys and codes in it that are good stay"
        )
        parser.add_argument("--bank-url", help="where the bank simulator listens; without it there is no bank")
        parser.add_argument("--bank-notice-url", help="where the bank sends its notices; it must be told the same")
        parser.add_argument("--bank-key-file", type=Path, help="file with the key that the bank knows us by")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("this hands out keys: set DEMO=1 where no real money moves")
        known, now = _read_known(options["known"]), timezone.now()
        try:
            tills = seed_retailer(known_keys=known.till_keys, now=now)
            asked: LineRequest | None = None
            if options["bank_url"]:
                key = _read_key(options["bank_key_file"])
                notices = options["bank_notice_url"]
                asked = seed_bank(base_url=options["bank_url"], notice_url=notices, credential=key, now=now)
            customers = seed_customers(known_codes=known.activation_codes, now=now)
            logins = seed_operators(known=known.logins, now=now)
        except DomainError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(_as_fields(tills, customers, logins, now) | _as_request(asked)))
            return
        for till in tills:
            self.stdout.write(f"{till.store}, {till.name} ({till.mode}): {till.public_id} {till.key.reveal()}")
        for customer in customers:
            self.stdout.write(f"{customer.email}: activation code {customer.activation_code.reveal()}")
        for login in logins:
            secrets = f"{login.password.reveal()} (TOTP {login.totp_secret.reveal()})"
            self.stdout.write(f"{login.email}, {login.role}: {secrets}")


# Any: the members are documented in docs/operations.md.
def _as_fields(
    tills: Sequence[DemoTill], customers: Sequence[DemoCustomer], logins: Sequence[DemoLogin], now: datetime
) -> dict[str, Any]:
    return {
        "tills": [
            {
                "id": till.public_id,
                "key": till.key.reveal(),
                "mode": till.mode,
                "name": till.name,
                "store": till.store,
            }
            for till in tills
        ],
        "activation_codes": [customer.activation_code.reveal() for customer in customers],
        "customers": [
            {
                "email": customer.email,
                "language": customer.language,
                "activation_code": customer.activation_code.reveal(),
            }
            for customer in customers
        ],
        "logins": [
            {
                "role": login.role,
                "name": login.email,
                "password": login.password.reveal(),
                "totp_secret": login.totp_secret.reveal(),
            }
            for login in logins
        ],
        "realm_root": _realm_root(now),
    }


def _as_request(asked: LineRequest | None) -> dict[str, Any]:
    """Return what the bank must know of us, for whoever hands it over; nothing where the line is a plain one."""
    return {} if asked is None else {"bank_request": {"csr": asked.csr, "signing_keys": dict(asked.signing_keys)}}


def _realm_root(now: datetime) -> str | None:
    """Return the public key that an app would carry from the store, as base64url; None before create_keys."""
    root = current_signing_key(Purpose.REALM_ROOT, now)
    return None if root is None else base64.urlsafe_b64encode(bytes(root.public_key)).rstrip(b"=").decode("ascii")


def _read_key(path: Path | None) -> Secret[str]:
    if path is None:
        raise CommandError("a bank needs --bank-key-file")
    try:
        return Secret(path.read_text(encoding="utf-8").strip())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from None


def _read_known(path: Path | None) -> _Known:
    if path is None:
        return _Known()
    try:
        printed = json.loads(path.read_text(encoding="utf-8"))
        keys = {till["id"]: Secret(till["key"]) for till in printed["tills"]}
        logins = {
            login["name"]: DemoLogin(
                login["role"], login["name"], Secret(login["password"]), Secret(login["totp_secret"])
            )
            for login in printed["logins"]
        }
        return _Known(keys, tuple(str(code) for code in printed["activation_codes"]), logins)
    except FileNotFoundError:
        return _Known()
    except (OSError, ValueError, KeyError, TypeError):
        raise CommandError(f"{path} is not what seed_demo printed; remove it and everybody gets new keys") from None
