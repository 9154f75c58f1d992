"""Look ahead for keys and certificates that end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from django.db import connection, transaction

from apps.cases.models import Case
from apps.cases.operations import open_case
from apps.cases.states import Severity
from apps.providers.models import LineKey, ProviderAccount
from apps.providers.queries import expiring_line_keys, own_keys
from apps.providers.tls import served_until

LOOK_AHEAD: Final = timedelta(days=30)
# Below this a rotation takes more time than there is.
ALARM_AHEAD: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ServedCertificate:
    """The end of the certificate that a provider shows at the moment."""

    account: ProviderAccount
    not_after: datetime


def look_at_servers() -> list[ServedCertificate]:
    """Shake hands with every provider on a secured line, and return the end of what it shows; never in a transaction.

    A provider that is away, or that we do not trust, is left out: payments notice that at once.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a provider is never called inside a transaction")
    seen = [
        (account, served_until(str(account.settings["base_url"]), account.settings["line"], own_keys(account.id)))
        for account in ProviderAccount.objects.filter(settings__has_keys=["line", "base_url"]).order_by("id")
    ]
    return [ServedCertificate(account, until) for account, until in seen if until is not None]


@transaction.atomic(durable=True)
def watch_certificates(*, served: Sequence[ServedCertificate] = (), now: datetime) -> list[Case]:
    """Open a case for each key of ours, and each provider's authority or certificate, that ends within thirty days.

    A warning, and an alarm below seven days; return them. `served` is what `look_at_servers` saw. Safe to run at any
    time: trouble that lasts is counted on its case.
    """
    ends = [(f"{key.account.code} {key.purpose}", key.not_after, "rotate_line_keys") for key in _ours(now)]
    ends += [(f"{account.code} authority", until, "trust_bank") for account, until in _authorities(now)]
    ends += [
        (f"{each.account.code} server", each.not_after, "trust_bank")
        for each in served
        if each.not_after <= now + LOOK_AHEAD
    ]
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
