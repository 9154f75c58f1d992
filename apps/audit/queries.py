"""Read the trail: its head, what is not sealed yet, and the first place where it is broken."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from apps.audit.chain import FIRST_HEAD, next_head
from apps.audit.models import Record, Seal


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain; `keys` signs it and it is exported, because a chain alone hides a cut-off tail."""

    number: int
    digest: bytes
    record_id: UUID


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where the chain is not what it was."""

    number: int
    reason: str


def chain_head() -> Head | None:
    """Return the last seal; None before the first."""
    last = Seal.objects.order_by("-number").first()
    return None if last is None else Head(last.number, bytes(last.head), last.record_id)


def unsealed_records(*, since: UUID | None = None) -> QuerySet[Record]:
    """Return committed records without a seal in id order; `since` spares reading the whole trail."""
    records = Record.objects.filter(~Exists(Seal.objects.filter(record_id=OuterRef("id"))))
    return (records if since is None else records.filter(id__gte=since)).order_by("id")


def verify_chain(*, known_number: int = 0, known_digest: bytes = b"") -> Broken | None:
    """Return the first broken place of the chain, or None; reads the whole trail in one snapshot.

    A head that was exported earlier shows, in addition, whether the tail was cut off or the whole chain rewritten.
    """
    number, head = 0, FIRST_HEAD
    for seal in Seal.objects.select_related("record").order_by("number").iterator(chunk_size=1000):
        number += 1
        if seal.number != number:
            return Broken(number, "a seal or its record is missing")
        head = next_head(head, number, seal.record)
        if bytes(seal.head) != head:
            return Broken(number, "the record, its place or its seal was changed")
        if number == known_number and head != known_digest:
            return Broken(number, "the chain differs from the head that was exported")
    if number < known_number:
        return Broken(number + 1, "the chain ends before the head that was exported")
    return None
