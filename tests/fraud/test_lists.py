"""The block list and the allow list: to block wins over to allow, and to allow over every rule."""

from datetime import timedelta
from typing import Any

import pytest

from apps.audit.models import Record
from apps.fraud.errors import ListingMalformed, UnknownListing
from apps.fraud.models import Listed, Listing, Verdict
from apps.fraud.operations import assess, assess_with, end_listing, list_subject
from apps.fraud.queries import open_listings
from apps.kernel.ids import public_id
from tests.devices.crowd import at_once, codes
from tests.fraud.bench import ANNA, BEAT, CUSTOMER, DEVICE, INSTRUMENT, NOW, judge, live, other, pay

pytestmark = pytest.mark.django_db(transaction=True)

SUBJECTS = {Listed.CUSTOMER: CUSTOMER, Listed.DEVICE: DEVICE, Listed.INSTRUMENT: INSTRUMENT}
BIG = {"measure": "amount_minor", "at_least": 20_000}
SOON = NOW + timedelta(days=1)


# Any: whatever an entry says.
def enter(kind: Listed = Listed.CUSTOMER, **fields: Any) -> Listing:
    usual: dict[str, Any] = {
        "kind": kind,
        "subject_id": SUBJECTS[kind],
        "is_block": True,
        "until": None,
        "reason": "stolen, says the police",
        "by": ANNA,
        "now": NOW,
    }
    return list_subject(**usual | fields)


@pytest.mark.parametrize("kind", list(Listed))
def test_whoever_is_listed_is_blocked_and_nobody_else(kind: Listed) -> None:
    enter(kind)

    blocked = judge(pay())
    assert (blocked.verdict, blocked.reasons, blocked.score) == (Verdict.BLOCK, ["listed_as_blocked"], 0)
    assert judge(pay(**{str(kind): other()})).verdict == Verdict.PASS


def test_an_id_is_listed_as_what_it_is() -> None:
    enter(Listed.DEVICE, subject_id=CUSTOMER)

    assert judge(pay()).verdict == Verdict.PASS


@pytest.mark.parametrize("kind", list(Listed))
def test_whoever_is_allowed_passes_whatever_the_rules_say_and_what_they_say_is_kept(kind: Listed) -> None:
    live(BIG, verdict="block", score=70, reason="large_amount")
    enter(kind, is_block=False, until=SOON)

    passed = judge(pay(20_000))

    assert (passed.verdict, passed.score, passed.reasons) == (Verdict.PASS, 70, ["listed_as_allowed", "large_amount"])
    assert len(passed.hits) == 1
    assert judge(pay(20_000, **{str(kind): other()})).verdict == Verdict.BLOCK


def test_to_block_wins_over_to_allow() -> None:
    enter(Listed.CUSTOMER, is_block=False, until=SOON)
    enter(Listed.DEVICE)

    assert judge(pay()).verdict == Verdict.BLOCK
    assert judge(pay(device=other())).verdict == Verdict.PASS


def test_an_entry_ends_by_itself_to_the_second() -> None:
    enter(until=NOW + timedelta(minutes=5))

    assert judge(pay(at=NOW + timedelta(minutes=5) - timedelta(seconds=1))).verdict == Verdict.BLOCK
    assert judge(pay(at=NOW + timedelta(minutes=5))).verdict == Verdict.PASS
    assert list(open_listings(now=NOW + timedelta(minutes=5))) == []


def test_an_entry_is_taken_off_once_and_stays_as_evidence() -> None:
    listing = enter()
    assert judge(pay()).verdict == Verdict.BLOCK

    answers = at_once(4, lambda _: end_listing(listing_id=listing.id, reason="found again", by=BEAT, now=NOW))

    assert codes(answers) == ["listing_not_found"] * 3
    assert judge(pay()).verdict == Verdict.PASS
    records = Record.objects.filter(subject=public_id("cus", CUSTOMER)).order_by("id")
    assert [(record.action, record.actor_id, record.reason) for record in records] == [
        ("fraud.listed", "anna", "stolen, says the police"),
        ("fraud.unlisted", "beat", "found again"),
    ]
    assert Listing.objects.get().ended_by == str(BEAT)


@pytest.mark.parametrize(
    "fields",
    [{"reason": " "}, {"reason": "x" * 141}, {"until": NOW}, {"is_block": False}],
    ids=["no reason", "long reason", "past", "for ever"],
)
def test_an_entry_says_why_and_until_when(fields: dict[str, Any]) -> None:
    with pytest.raises(ListingMalformed):
        enter(**fields)

    assert not Listing.objects.exists()


def test_a_list_names_nobody_twice_at_once() -> None:
    answers = at_once(4, lambda _: enter())

    assert codes(answers) == ["already_listed"] * 3
    assert Listing.objects.count() == 1
    # The other list, another kind, and whoever was taken off are free.
    enter(is_block=False, until=SOON)
    enter(Listed.DEVICE, subject_id=CUSTOMER)
    end_listing(listing_id=Listing.objects.get(is_block=True, kind="customer").id, reason="x", by=BEAT, now=NOW)
    enter(until=SOON)
    assert enter(now=SOON).at == SOON


def test_what_is_not_listed_is_not_taken_off() -> None:
    with pytest.raises(UnknownListing):
        end_listing(listing_id=other(), reason="x", by=BEAT, now=NOW)


def test_no_list_costs_a_statement_more(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    listing = enter()
    judge(pay())
    with django_assert_num_queries(1):
        assess(facts=pay(), now=NOW)

    end_listing(listing_id=listing.id, reason="found", by=BEAT, now=NOW)
    judge(pay())
    with django_assert_num_queries(1):
        assess(facts=pay(), now=NOW)


def test_the_second_choice_is_judged_by_itself() -> None:
    second = other()
    enter(Listed.INSTRUMENT, subject_id=second)
    earlier = judge(pay())

    assert earlier.verdict == Verdict.PASS
    assert assess_with(earlier=earlier, instrument=second, now=NOW).verdict == Verdict.BLOCK
