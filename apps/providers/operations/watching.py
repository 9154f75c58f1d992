"""Look ahead for keys and certificates that end."""

from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from django.db import transaction

from apps.cases.models import Case
from apps.cases.operations import open_case
from apps.cases.states import Severity
from apps.providers.models import LineKey, ProviderAccount
from apps.providers.queries import expiring_line_keys

LOOK_AHEAD: Final = timedelta(days=30)
# Below this a rotation takes more time than there is.
ALARM_AHEAD: Final = timedelta(days=7)


@transaction.atomic(durable=True)
def watch_certificates(*, now: datetime) -> list[Case]:
    """Open a case for each key of ours, and each provider's authority, that ends within thirty days; return them.

    A warning, and an alarm below seven days. Safe to run at any time: trouble that lasts is counted on its case.
    """
    ends = [(f"{key.account.code} {key.purpose}", key.not_after, "rotate_line_keys") for key in _ours(now)]
    ends += [(f"{account.code} authority", until, "trust_bank") for account, until in _authorities(now)]
    return [
        open_case(
            kind="certificate_expires",
            severity=Severity.ALARM if until - now < ALARM_AHEAD else Severity.WARNING,
            subject=subject,
            summary="A key or a certificate on the line to a provider ends soon; after that no payment passes on it.",
            remedy=remedy,
            facts={"not_after": until.isoformat()},
            now=now,
        )
        for subject, until, remedy in ends
        if until is not None
    ]


def _ours(now: datetime) -> list[LineKey]:
    return list(expiring_line_keys(within=LOOK_AHEAD, now=now))


def _authorities(now: datetime) -> list[tuple[ProviderAccount, datetime]]:
    found = []
    for account in ProviderAccount.objects.filter(settings__has_key="line").order_by("id"):
        certificates = x509.load_pem_x509_certificates(account.settings["line"]["ca"].encode())
        # The longest: two stand there while the provider changes to another.
        until = max(certificate.not_valid_after_utc for certificate in certificates)
        if until <= now + LOOK_AHEAD:
            found.append((account, until))
    return found
