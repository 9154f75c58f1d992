"""Put a customer, a device or an instrument on the block list or the allow list, or take an entry off."""

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.fraud.models import Listed
from apps.fraud.operations import end_listing, list_subject
from apps.fraud.operations.listings import PREFIXES
from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id

_KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}


def _subject(text: str) -> tuple[Listed, UUID]:
    prefix = text.partition("_")[0]
    kind = _KINDS.get(prefix)
    if kind is None:
        raise CommandError(f"{text}: cus_..., dev_... or ins_...")
    try:
        return kind, from_public_id(prefix, text)
    except ValueError as error:
        raise CommandError(str(error)) from None


class Command(BaseCommand):
    """Example: manage.py list_fraud_subject dev_01k... --block --reason "stolen, says the police" --by anna"""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("subject", help="cus_..., dev_... or ins_...; with --end the UUID of an entry")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--block", action="store_true", help="refuse every payment")
        what.add_argument("--allow", action="store_true", help="let every payment pass, whatever the rules say")
        what.add_argument("--end", action="store_true", help="take this entry off its list")
        parser.add_argument("--days", type=int, help="for so long; needed to allow")
        parser.add_argument("--reason", required=True, help="kept in the audit trail")
        parser.add_argument("--by", required=True, help="whoever decides")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    # Django passes the parsed arguments as keywords of any type.
    def handle(self, **options: Any) -> None:
        by, now, reason, days = Actor("operator", options["by"]), timezone.now(), options["reason"], options["days"]
        try:
            if options["end"]:
                listing = end_listing(listing_id=_uuid(options["subject"]), reason=reason, by=by, now=now)
            else:
                kind, subject_id = _subject(options["subject"])
                listing = list_subject(
                    kind=kind,
                    subject_id=subject_id,
                    is_block=options["block"],
                    until=None if days is None else now + timedelta(days=days),
                    reason=reason,
                    by=by,
                    now=now,
                )
        except DomainError as error:
            raise CommandError(f"{error.code}: {error}") from None
        facts = {"listing": str(listing.id), "is_block": listing.is_block, "is_ended": listing.ended_at is not None}
        text = f"{listing.id}: {listing}{', ended' if options['end'] else ''}"
        self.stdout.write(json.dumps(facts) if options["json"] else text)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"{text}: not a UUID") from None
