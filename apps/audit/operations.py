"""Write a record; seal what was committed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit.chain import FIRST_HEAD, next_head
from apps.audit.locks import lock_chain
from apps.audit.models import Record, Seal
from apps.audit.queries import chain_head, unsealed_records
from apps.kernel.actors import Actor
from apps.rows import insert_row

# A record that is committed later than this after it was made is counted by verify_audit, and sealed when asked to
# seal everything.
LOOK_BACK: Final = timedelta(days=1)
BATCH: Final = 500


class UnfitFact(TypeError):
    """Facts are texts, whole numbers, yes or no, nothing, and lists or mappings of these; a Secret never is."""


def record(
    *,
    actor: Actor,
    action: str,
    subject: str,
    reason: str = "",
    facts: Mapping[str, object] | None = None,
    now: datetime,
) -> Record:
    """Write down who did what to what, in the caller's transaction: no deed without its record, and no record without.

    UnfitFact for a secret, a fraction or an object among the facts.
    """
    kept = dict(facts or {})
    _refuse_unfit(kept)
    written = Record(
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        subject=subject,
        reason=reason,
        facts=kept,
    )
    insert_row(written)
    return written


def seal_records(*, now: datetime, everything: bool = False) -> int:
    """Chain every committed record that has no seal yet, in batches of one transaction each; return how many.

    Safe to run at any time and by several at once. Ids are not commit order: a record that was committed late gets
    its number when it is found. `everything` reads the whole trail instead of the part since LOOK_BACK before the head.
    """
    total = 0
    while sealed := _seal_batch(now, everything):
        total += sealed
    return total


@transaction.atomic(durable=True)
def _seal_batch(now: datetime, everything: bool) -> int:
    lock_chain()
    last = chain_head()
    number, head = (last.number, last.digest) if last else (0, FIRST_HEAD)
    seals = []
    for unsealed in unsealed_records(since=_horizon(last.record_id) if last and not everything else None)[:BATCH]:
        number += 1
        head = next_head(head, number, unsealed)
        seals.append(Seal(number=number, record_id=unsealed.id, head=head, sealed_at=now))
    Seal.objects.bulk_create(seals)
    return len(seals)


def _horizon(record_id: UUID) -> UUID:
    """Return the lowest id that could have been made LOOK_BACK before this one (the first 48 bits are milliseconds)."""
    milliseconds = (record_id.int >> 80) - int(LOOK_BACK.total_seconds() * 1000)
    return UUID(int=max(milliseconds, 0) << 80)


def _refuse_unfit(fact: object) -> None:
    # Fractions are refused because not every reader writes them with the same digits, and the chain is over digits.
    match fact:
        case None | bool() | int() | str():
            return
        case dict():
            for name, value in fact.items():
                if not isinstance(name, str):
                    raise UnfitFact("a fact is named by a text")
                _refuse_unfit(value)
        case list() | tuple():
            for value in fact:
                _refuse_unfit(value)
        case _:
            raise UnfitFact(f"a {type(fact).__name__} is not a fact")
