"""I8: direct SQL cannot change or remove evidence; PostgreSQL itself refuses."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.audit.models import Record, Seal
from apps.audit.operations import record, seal_records
from apps.kernel.actors import Actor

pytestmark = pytest.mark.django_db(transaction=True)


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("prefix", ["", "SET LOCAL session_replication_role = replica; "])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_record SET reason = 'nothing happened'",
        "DELETE FROM audit_record",
        "TRUNCATE audit_record CASCADE",
        "UPDATE audit_seal SET head = ''",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_seal",
    ],
)
def test_evidence_is_only_added_to(prefix: str, statement: str) -> None:
    record(actor=Actor("system", "test"), action="tested", subject="s", reason="true", now=timezone.now())
    seal_records(now=timezone.now())

    with pytest.raises(DatabaseError, match="evidence is only added to"):
        run(prefix + statement)

    assert [kept.reason for kept in Record.objects.all()] == ["true"]
    assert Seal.objects.count() == 1


def test_a_record_is_sealed_only_once() -> None:
    record(actor=Actor("system", "test"), action="tested", subject="s", now=timezone.now())
    seal_records(now=timezone.now())

    with pytest.raises(DatabaseError, match="record_id"):
        run("INSERT INTO audit_seal SELECT number + 1, head, sealed_at, record_id FROM audit_seal")
