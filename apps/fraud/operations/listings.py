"""The block list and the allow list."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.fraud.errors import AlreadyListed, ListingMalformed
from apps.fraud.locks import lock_listing, lock_subject
from apps.fraud.models import Listed, Listing
from apps.fraud.queries import open_listings
from apps.kernel.actors import Actor
from apps.kernel.ids import public_id

PREFIXES = {Listed.CUSTOMER: "cus", Listed.DEVICE: "dev", Listed.INSTRUMENT: "ins"}


@transaction.atomic(durable=True)
def list_subject(
    *, kind: Listed, subject_id: UUID, is_block: bool, until: datetime | None, reason: str, by: Actor, now: datetime
) -> Listing:
    """Block somebody's payments, or let them pass whatever the rules say, from the next one on.

    ListingMalformed without a reason, for a past `until`, or where everything would be allowed for ever; AlreadyListed
    where the same list says so now.
    """
    reason = reason.strip()
    if not 1 <= len(reason) <= 140:
        raise ListingMalformed("a reason has 1 to 140 characters")
    if until is None and not is_block:
        raise ListingMalformed("say until when everything is allowed")
    if until is not None and until <= now:
        raise ListingMalformed("an entry ends in the future")
    lock_subject(subject_id)
    if open_listings(now=now).filter(kind=kind, subject_id=subject_id, is_block=is_block).exists():
        raise AlreadyListed
    listing = Listing.objects.create(
        kind=kind, subject_id=subject_id, is_block=is_block, until=until, reason=reason, maker=str(by), at=now
    )
    _record("listed", listing, reason, by, now)
    return listing


@transaction.atomic(durable=True)
def end_listing(*, listing_id: UUID, reason: str, by: Actor, now: datetime) -> Listing:
    """Take an entry off its list. Raises UnknownListing, also for one that has ended."""
    listing = lock_listing(listing_id)
    listing.ended_by, listing.ended_at = str(by), now
    listing.save(update_fields=["ended_by", "ended_at"])
    _record("unlisted", listing, reason, by, now)
    return listing


def _record(what: str, listing: Listing, reason: str, by: Actor, now: datetime) -> None:
    kind = Listed(listing.kind)
    facts = {
        "listing": str(listing.id),
        "is_block": listing.is_block,
        "until": None if listing.until is None else listing.until.isoformat(),
    }
    subject = public_id(PREFIXES[kind], listing.subject_id)
    record(actor=by, action=f"fraud.{what}", subject=subject, reason=reason, facts=facts, now=now)
