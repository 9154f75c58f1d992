"""The command that proves the books."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.kernel.money import Money
from apps.ledger import templates
from apps.ledger.models import Journal
from apps.ledger.operations import post_journal

NOW = datetime(2026, 11, 23, 16, 5, tzinfo=UTC)


def post() -> Journal:
    lines = templates.hold(provider="p", amount=Money(5, "CHF"))
    return post_journal(kind="authorised", lines=lines, business_date=None, subject="pay_1", now=NOW)


@pytest.mark.django_db
def test_sound_books_are_said_to_be_sound() -> None:
    post()
    out = StringIO()

    call_command("verify_ledger", "--json", stdout=out)

    assert json.loads(out.getvalue()) == {
        "sound": True,
        "totals": {"CHF": 0},
        "broken_journals": [],
        "missing_guards": [],
    }


@pytest.mark.django_db
def test_tampering_by_the_owner_of_the_tables_is_found() -> None:
    journal = post()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_append_only")
        cursor.execute("UPDATE ledger_posting SET amount_minor = 6 WHERE position = 1")
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("verify_ledger", "--json", stdout=out)

    report = json.loads(out.getvalue())
    assert report["totals"] == {"CHF": 1}
    assert report["broken_journals"] == [str(journal.id)]
    assert report["missing_guards"] == ["ledger_posting_append_only"]


@pytest.mark.django_db
def test_people_read_the_same_findings_as_text() -> None:
    post()
    out = StringIO()

    call_command("verify_ledger", stdout=out)

    assert out.getvalue() == "CHF sums to 0\nthe books are sound\n"
