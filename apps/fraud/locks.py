"""The only place that locks rules, entries of lists and back-tests. A rule is locked before its approval."""

from uuid import UUID

from django.db import connection

from apps.fraud.errors import UnknownBackTest, UnknownListing, UnknownRule
from apps.fraud.models import BackTest, Listing, Rule

# Any numbers of our own; the second one is the hash of what is locked.
_RULES = 0x46524455
_LISTS = 0x4652444C


def lock_name(name: str) -> None:
    """Let nobody else write a version of this rule until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::int, hashtext(%s::text))", [_RULES, name])


def lock_subject(subject_id: UUID) -> None:
    """Let nobody else put the same customer, device or instrument on a list until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::int, hashtext(%s::text))", [_LISTS, str(subject_id)])


def lock_versions(name: str) -> list[Rule]:
    """Return every version of a rule, oldest first, locked until the transaction ends."""
    return list(Rule.objects.select_for_update(of=("self",)).filter(name=name).order_by("version"))


def lock_rule(rule_id: UUID) -> Rule:
    """Return one version, locked until the transaction ends. Raises UnknownRule."""
    rule = Rule.objects.select_for_update(of=("self",)).filter(id=rule_id).first()
    if rule is None:
        raise UnknownRule
    return rule


def lock_listing(listing_id: UUID) -> Listing:
    """Return an entry that has not ended, locked until the transaction ends. Raises UnknownListing."""
    listing = Listing.objects.select_for_update().filter(id=listing_id, ended_at=None).first()
    if listing is None:
        raise UnknownListing
    return listing


def lock_back_test(back_test_id: UUID) -> BackTest:
    """Return the back-test, locked until the transaction ends. Raises UnknownBackTest."""
    back_test = BackTest.objects.select_for_update(of=("self",)).select_related("rule").filter(id=back_test_id).first()
    if back_test is None:
        raise UnknownBackTest
    return back_test
