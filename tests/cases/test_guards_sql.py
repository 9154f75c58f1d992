"""Direct SQL cannot give a case another subject, a second life or an end without words; PostgreSQL itself refuses."""

import pytest
from django.db import DatabaseError, connection, transaction

from apps.cases.models import Case
from apps.cases.operations import resolve_case, take_case
from apps.cases.states import Severity
from apps.kernel.money import Money
from tests.cases.queue import ANNA, NOW, open_one

pytestmark = pytest.mark.django_db(transaction=True)

REPLICA = "SET LOCAL session_replication_role = replica; "


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("prefix", ["", REPLICA])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cases_case",
        "TRUNCATE cases_case",
        "UPDATE cases_case SET id = gen_random_uuid()",
        "UPDATE cases_case SET kind = 'other'",
        "UPDATE cases_case SET subject = 'pay_2'",
        "UPDATE cases_case SET summary = 'Nothing happened.'",
        "UPDATE cases_case SET remedy = ''",
        "UPDATE cases_case SET facts = '{}'",
        "UPDATE cases_case SET amount_minor = 1",
        "UPDATE cases_case SET currency = 'EUR'",
        "UPDATE cases_case SET opened_at = opened_at - interval '1 day'",
        "UPDATE cases_case SET times = times - 1",
        "UPDATE cases_case SET last_at = last_at - interval '1 second'",
        "UPDATE cases_case SET severity = 'info'",
        "UPDATE cases_case SET severity = 'dire'",
        "UPDATE cases_case SET status = 'forgotten'",
        "UPDATE cases_case SET status = 'resolved'",
        "UPDATE cases_case SET status = 'open'",
        "UPDATE cases_case SET owner = 'operator:beat'",
        "UPDATE cases_case SET owner = ''",
        "UPDATE cases_case SET resolution = 'Settled.'",
        "UPDATE cases_case SET status = 'resolved', resolved_at = now(), resolved_by = 'operator:anna'",
        "UPDATE cases_case SET status = 'resolved', resolved_at = now(), resolution = 'Settled.'",
        "UPDATE cases_case SET (status, resolved_at, owner, resolved_by, resolution) = "
        "('resolved', now(), 'operator:beat', 'operator:beat', 'Settled.')",
    ],
)
def test_a_taken_case_stays_what_it_is(prefix: str, statement: str) -> None:
    case = open_one(remedy="refund", facts={"tries": 3}, amount=Money(4250, "CHF"))
    open_one(now=NOW)
    take_case(case_id=case.id, by=ANNA, now=NOW)
    before = Case.objects.values().get()

    with pytest.raises(DatabaseError):
        run(prefix + statement)

    assert Case.objects.values().get() == before


@pytest.mark.parametrize("prefix", ["", REPLICA])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cases_case",
        "UPDATE cases_case SET status = 'open', resolved_at = NULL, resolved_by = '', resolution = ''",
        "UPDATE cases_case SET resolution = 'Otherwise.'",
        "UPDATE cases_case SET resolved_by = 'operator:beat'",
        "UPDATE cases_case SET resolved_at = now()",
        "UPDATE cases_case SET severity = 'alarm'",
        "UPDATE cases_case SET times = 2",
    ],
)
def test_a_resolved_case_never_reopens(prefix: str, statement: str) -> None:
    case = open_one()
    resolve_case(case_id=case.id, resolution="Settled.", by=ANNA, now=NOW)
    before = Case.objects.values().get()

    with pytest.raises(DatabaseError):
        run(prefix + statement)

    assert Case.objects.values().get() == before


@pytest.mark.parametrize(
    ("field", "value", "guard"),
    [
        ("kind", "", "case_says_what_and_about_what"),
        ("summary", "", "case_says_what_and_about_what"),
        ("severity", "dire", "case_severity_is_known"),
        ("amount_minor", 5, "case_amount_has_a_currency"),
        ("currency", "CHF", "case_amount_has_a_currency"),
        ("times", 0, "case_was_met_at_least_once"),
        ("owner", "operator:anna", "case_status_fits_who_and_when"),
        ("subject", "pay_1", "case_is_one_until_it_is_resolved"),
    ],
)
def test_no_case_is_made_that_makes_no_sense(field: str, value: object, guard: str) -> None:
    open_one(subject="pay_1")
    fields: dict[str, object] = {
        "kind": "capture_refused",
        "severity": Severity.INFO,
        "subject": "pay_2",
        "summary": "Words.",
        "opened_at": NOW,
        "last_at": NOW,
    }

    with pytest.raises(DatabaseError, match=guard), transaction.atomic():
        Case.objects.create(**fields | {field: value})


def test_emptying_what_is_empty_loses_nothing() -> None:
    run("TRUNCATE cases_case")

    assert not Case.objects.exists()
