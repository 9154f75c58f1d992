"""Direct SQL cannot rewrite what was asked or decided, nor decide for the one who asked; PostgreSQL itself refuses."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.approvals.models import Approval
from apps.approvals.operations import expire_approvals
from tests.approvals.desk import ASKED, LIFETIME, NOW, ask, decide

pytestmark = pytest.mark.django_db(transaction=True)

REPLICA = "SET LOCAL session_replication_role = replica; "
UPDATE = "UPDATE approvals_approval SET "
DECIDED = "decided_at = '2026-11-24 10:00+00'"
TOO_LATE = "decided_at = '2026-12-24 10:00+00'"


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def refused(statement: str) -> None:
    before = list(Approval.objects.order_by("id").values())

    with pytest.raises(DatabaseError):
        run(statement)

    assert list(Approval.objects.order_by("id").values()) == before


@pytest.mark.parametrize("prefix", ["", REPLICA])
@pytest.mark.parametrize(
    "change",
    [
        "id = gen_random_uuid()",
        "action = 'payout'",
        "subject = 'ref_2'",
        "maker = 'operator:beat'",
        "asked = '{\"amount\": 1}'",
        "asked_hash = sha256('x')",
        "asked_at = asked_at - interval '1 day'",
        "expires_at = expires_at + interval '1 day'",
        "checker = 'operator:beat'",
        "status = 'approved'",
        "status = 'lost'",
        f"status = 'approved', {DECIDED}",
        f"status = 'approved', checker = 'operator:anna', {DECIDED}",
        f"status = 'refused', checker = 'operator:anna', {DECIDED}",
        f"status = 'approved', checker = 'operator:beat', {TOO_LATE}",
        f"status = 'expired', {DECIDED}",
        f"status = 'expired', checker = 'operator:beat', {TOO_LATE}",
    ],
)
def test_what_was_asked_stays_and_two_pairs_of_eyes_are_needed(prefix: str, change: str) -> None:
    ask()

    refused(prefix + UPDATE + change)


@pytest.mark.parametrize("prefix", ["", REPLICA])
@pytest.mark.parametrize("statement", ["DELETE FROM approvals_approval", "TRUNCATE approvals_approval"])
def test_nothing_that_was_asked_is_removed(prefix: str, statement: str) -> None:
    ask()
    decide(ask(subject="ref_2"))

    refused(prefix + statement)


@pytest.mark.parametrize("prefix", ["", REPLICA])
@pytest.mark.parametrize("subject", ["yes", "no", "never"])
@pytest.mark.parametrize(
    "change",
    [
        "status = 'awaiting', checker = '', reason = '', decided_at = NULL",
        "status = CASE status WHEN 'approved' THEN 'refused' ELSE 'approved' END",
        "reason = 'otherwise'",
        "checker = 'operator:carla'",
        "decided_at = decided_at + interval '1 second'",
    ],
)
def test_what_was_decided_stays(prefix: str, subject: str, change: str) -> None:
    decide(ask(subject="no"), is_yes=False)
    decide(ask(subject="yes"), is_yes=True)
    ask(subject="never")
    expire_approvals(now=NOW + LIFETIME)

    refused(f"{prefix}{UPDATE} {change} WHERE subject = '{subject}'")


def test_nothing_is_born_approved() -> None:
    born = Approval(
        action="refund",
        subject="ref_1",
        maker="operator:anna",
        checker="operator:beat",
        asked=ASKED,
        asked_hash=bytes(32),
        status="approved",
        asked_at=NOW,
        expires_at=NOW + LIFETIME,
        decided_at=NOW,
    )

    with pytest.raises(DatabaseError, match="asked for before it is decided"), transaction.atomic():
        born.save(force_insert=True)


@pytest.mark.parametrize(
    ("field", "value", "guard"),
    [
        ("action", "", "approval_says_who_asked_what"),
        ("maker", "", "approval_maker_is_not_checker"),
        ("expires_at", NOW, "approval_has_a_lifetime"),
        ("expires_at", NOW - timedelta(days=1), "approval_has_a_lifetime"),
        ("asked_hash", b"short", "approval_hash_is_sha256"),
        ("checker", "operator:beat", "approval_status_fits_who_and_when"),
        ("subject", "ref_1", "approval_awaits_once_per_action_and_subject"),
    ],
)
def test_nothing_is_asked_that_makes_no_sense(field: str, value: object, guard: str) -> None:
    ask(subject="ref_1")
    fields: dict[str, object] = {
        "action": "refund",
        "subject": "ref_2",
        "maker": "operator:anna",
        "asked": ASKED,
        "asked_hash": bytes(32),
        "asked_at": NOW,
        "expires_at": NOW + LIFETIME,
    }

    with pytest.raises(DatabaseError, match=guard), transaction.atomic():
        Approval.objects.create(**fields | {field: value})
