"""The audit trail, page by page and as a sheet; nothing here changes it."""

import json
from collections.abc import Iterator
from datetime import UTC
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from apps.audit.models import Record
from apps.kernel.ids import from_public_id, public_id
from apps.operators.queries import names_of
from apps.operators.roles import Permission
from apps.pages.sheets import csv_lines
from apps.staff_portal.frame import show
from apps.staff_portal.gate import NotUnderstood, Visitor, page

PAGE: Final = 50
LARGEST_PAGE: Final = 200
MOST_EXPORTED: Final = 50_000
_FIELDS: Final = frozenset({"subject", "actor", "before", "size", "done"})


@page(see=Permission.SEE_AUDIT)
def audit(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show records, the newest first, of one subject or actor if wanted; `before` goes on where a page ended."""
    size = _size(request)
    records = list(_wanted(request)[: size + 1])
    more, records = len(records) > size, records[:size]
    names = names_of({f"{record.actor_kind}:{record.actor_id}" for record in records})
    kept = {name: value for name in ("subject", "actor", "size") if (value := request.GET.get(name, ""))}
    rows = [
        {
            "record": record,
            "who": names.get(f"{record.actor_kind}:{record.actor_id}", f"{record.actor_kind}:{record.actor_id}"),
            "facts": json.dumps(record.facts, ensure_ascii=False) if record.facts else "",
        }
        for record in records
    ]
    shown: dict[str, object] = {
        "rows": rows,
        "subject": request.GET.get("subject", ""),
        "actor": request.GET.get("actor", ""),
        "older": urlencode(kept | {"before": public_id("aud", records[-1].id)}) if more else "",
        "export": urlencode({name: value for name, value in kept.items() if name != "size"}),
    }
    return show(request, "audit", shown)


@page(see=Permission.SEE_AUDIT)
def audit_csv(request: HttpRequest, visitor: Visitor) -> StreamingHttpResponse:
    """Answer with the records of exactly this filter as a sheet, times in UTC, at most MOST_EXPORTED of them."""
    head = ("id", "at", "actor", "action", "subject", "reason", "facts")
    response = StreamingHttpResponse(csv_lines(head, _cells(_wanted(request))), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def _cells(records: QuerySet[Record]) -> Iterator[tuple[str, ...]]:
    for record in records[:MOST_EXPORTED].iterator(chunk_size=500):
        yield (
            public_id("aud", record.id),
            record.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            f"{record.actor_kind}:{record.actor_id}",
            record.action,
            record.subject,
            record.reason,
            json.dumps(record.facts, ensure_ascii=False, sort_keys=True),
        )


def _wanted(request: HttpRequest) -> QuerySet[Record]:
    if not request.GET.keys() <= _FIELDS:
        raise NotUnderstood
    records = Record.objects.order_by("-id")
    if subject := request.GET.get("subject", "").strip():
        records = records.filter(subject=subject[:100])
    if actor := request.GET.get("actor", "").strip():
        kind, _, name = actor.partition(":")
        records = records.filter(actor_kind=kind[:20], actor_id=name[:100])
    if before := request.GET.get("before", ""):
        records = records.filter(id__lt=_record_id(before))
    return records


def _record_id(text: str) -> UUID:
    try:
        return from_public_id("aud", text)
    except ValueError:
        raise NotUnderstood from None


def _size(request: HttpRequest) -> int:
    text = request.GET.get("size", str(PAGE))
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= LARGEST_PAGE):
        raise NotUnderstood
    return int(text)
