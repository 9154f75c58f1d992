"""Writing evidence down, sealing it, and finding tampering."""

import json
import threading
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from apps.audit.models import Record, Seal
from apps.audit.operations import UnfitFact, record, seal_records
from apps.audit.queries import Broken, chain_head, unsealed_records, verify_chain
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
ALICE = Actor("operator", "alice")
CUT = (
    "WITH cut AS (DELETE FROM audit_seal WHERE number = {} RETURNING record_id)"
    " DELETE FROM audit_record WHERE id IN (SELECT record_id FROM cut)"
)


def write(subject: str = "dev_1", **facts: object) -> Record:
    return record(actor=ALICE, action="device.revoked", subject=subject, reason="lost", facts=facts, now=NOW)


def tamper(statement: str) -> None:
    """Do what only the owner of the tables could: switch the guards off first."""
    with transaction.atomic(), connection.cursor() as cursor:
        for switch in ("DISABLE", "ENABLE ALWAYS"):
            for table in ("record", "seal"):
                cursor.execute(f"ALTER TABLE audit_{table} {switch} TRIGGER audit_{table}_keep_rows")
            if switch == "DISABLE":
                cursor.execute(statement)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_writes_who_did_what_to_what_with_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        written = write(tries=3, nested={"yes": True, "none": None, "list": ["a", 1]})

    kept = Record.objects.get(id=written.id)
    assert (kept.actor_kind, kept.actor_id, kept.action, kept.subject) == (
        "operator",
        "alice",
        "device.revoked",
        "dev_1",
    )
    assert kept.facts == {"tries": 3, "nested": {"yes": True, "none": None, "list": ["a", 1]}}


def test_vanishes_with_the_deed_that_it_records() -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)

    assert Record.objects.count() == 0


@pytest.mark.parametrize("fact", [Secret("x"), {"deep": [Secret(b"x")]}, 1.5, b"x", NOW, {1: "x"}])
def test_refuses_secrets_and_whatever_is_not_a_fact(fact: object) -> None:
    with pytest.raises(UnfitFact):
        write(fact=fact)

    assert Record.objects.count() == 0


def test_seals_everything_once_in_numbers_without_gaps() -> None:
    for number in range(5):
        write(str(number))

    assert seal_records(now=NOW) == 5
    assert seal_records(now=NOW) == 0
    assert list(Seal.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert verify_chain() is None


def test_seals_more_than_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.audit.operations.BATCH", 2)
    for number in range(5):
        write(str(number))

    assert seal_records(now=NOW) == 5
    assert verify_chain() is None


def test_seals_a_record_that_was_committed_after_younger_ones_were_sealed() -> None:
    wrote, may_commit = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            write("late")
            wrote.set()
            may_commit.wait(timeout=10)
        connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    wrote.wait(timeout=10)
    write("younger")
    first = seal_records(now=NOW)
    may_commit.set()
    thread.join(timeout=10)
    second = seal_records(now=NOW)

    assert (first, second) == (1, 1)
    assert [seal.record.subject for seal in Seal.objects.select_related("record").order_by("number")] == [
        "younger",
        "late",
    ]
    assert verify_chain() is None


def test_parallel_sealers_make_one_chain() -> None:
    for number in range(40):
        write(str(number))
    counts: list[int] = []

    def seal() -> None:
        counts.append(seal_records(now=NOW))
        connection.close()

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sum(counts) == 40
    assert verify_chain() is None


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE audit_record SET reason = 'stolen' WHERE id = (SELECT record_id FROM audit_seal WHERE number = 2)", 2),
        (
            "UPDATE audit_record SET facts = '[9]' WHERE id = (SELECT record_id FROM audit_seal WHERE number = 3)",
            3,
        ),
        ("UPDATE audit_seal SET head = sha256('x') WHERE number = 1", 1),
        ("DELETE FROM audit_seal WHERE number = 2", 2),
        (CUT.format(1), 1),
    ],
)
def test_finds_the_first_place_that_was_tampered_with(statement: str, place: int) -> None:
    for number in range(4):
        write(str(number))
    seal_records(now=NOW)

    tamper(statement)

    broken = verify_chain()
    assert isinstance(broken, Broken)
    assert broken.number == place


def test_a_cut_off_tail_shows_only_against_an_exported_head() -> None:
    for number in range(3):
        write(str(number))
    seal_records(now=NOW)
    exported = chain_head()
    assert exported is not None

    tamper(CUT.format(3))

    assert verify_chain() is None
    broken = verify_chain(known_number=exported.number, known_digest=exported.digest)
    assert broken == Broken(3, "the chain ends before the head that was exported")


def test_a_record_older_than_the_look_back_is_counted_and_sealed_on_request() -> None:
    young = write("young")
    seal_records(now=NOW)
    two_days = 2 * 86_400_000 << 80
    Record.objects.create(
        id=UUID(int=young.id.int - two_days), at=NOW, actor_kind="system", actor_id="x", action="a", subject="old"
    )

    usual, waiting = seal_records(now=NOW), unsealed_records().count()
    whole = seal_records(now=NOW, everything=True)

    assert (usual, waiting, whole) == (0, 1, 1)
    assert verify_chain() is None


def test_the_command_answers_machines_and_fails_when_broken(capsys: pytest.CaptureFixture[str]) -> None:
    write()
    seal_records(now=NOW)

    call_command("verify_audit", "--json")
    good = json.loads(capsys.readouterr().out)
    tamper("UPDATE audit_record SET actor_id = 'mallory'")
    with pytest.raises(CommandError, match="broken at 1"):
        call_command("verify_audit", "--json", "--head", good["head"])
    bad = json.loads(capsys.readouterr().out)

    assert (good["intact"], good["sealed"], good["unsealed"], good["broken"]) == (True, 1, 0, None)
    assert bad["intact"] is False
    assert bad["broken"]["number"] == 1
