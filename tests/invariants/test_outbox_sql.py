"""I5: direct SQL cannot make a note disappear before it is done; PostgreSQL itself refuses."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from apps.outbox.models import Message
from apps.outbox.operations import leave_message

pytestmark = pytest.mark.django_db(transaction=True)


def leave() -> Message:
    return leave_message(topic="unheard_of", arguments={"payment_id": "pay_1"}, now=timezone.now())


def run(statement: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM outbox_message",
        "TRUNCATE outbox_message",
        "SET LOCAL session_replication_role = replica; DELETE FROM outbox_message",
        "UPDATE outbox_message SET arguments = '{}'",
        "UPDATE outbox_message SET topic = 'other'",
        "UPDATE outbox_message SET tries = -1",
        "UPDATE outbox_message SET done_at = now()",
    ],
)
def test_a_note_that_is_not_done_stays_as_it_is(statement: str) -> None:
    message = leave()

    with pytest.raises((IntegrityError, DatabaseError)):
        run(statement)

    kept = Message.objects.get()
    assert (kept.id, kept.topic, kept.arguments, kept.done_at) == (message.id, message.topic, message.arguments, None)


def test_a_done_note_may_be_cleared_away_but_not_reopened() -> None:
    leave()
    run("UPDATE outbox_message SET tries = 1, done_at = now()")

    with pytest.raises(DatabaseError, match="cannot be rewritten"):
        run("UPDATE outbox_message SET done_at = NULL")

    assert run("DELETE FROM outbox_message") == 1
