"""The lists of payments, customers and devices: the filters are the address, and a sheet holds exactly the list."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.customers.queries import customers_like
from apps.customers.states import CustomerStatus
from apps.devices.staff_lists import devices_like
from apps.devices.states import DeviceStatus
from apps.instruments.models import Kind
from apps.kernel.ids import from_public_id
from apps.kernel.masking import masked_email
from apps.merchants.models import Mode, Store, Till
from apps.operators.operations import forget_filter, note_export, save_filter
from apps.operators.queries import saved_filters_of
from apps.operators.roles import Permission
from apps.pages.money import plain_amount
from apps.pages.sheets import csv_lines
from apps.pages.states import look_of
from apps.staff_portal.asked import Asked, among, asked, day_begins, day_ends, minor_of
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import NotUnderstood, Visitor, go_to, page
from apps.staff_portal.words.lists import LISTS
from apps.transactions.models import Payment
from apps.transactions.staff_lists import PaymentFilter, payments_like
from apps.transactions.states import Status

PAGE: Final = 50
MOST_EXPORTED: Final = 50_000
_BATCH: Final = 1000
_MOST_TILLS: Final = 1000

# Any: a row of whichever list.
Find = Callable[[Asked, int, UUID | None, UUID | None], list[Any]]
Cells = Callable[[Any], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: what it is called, what it may be filtered by, and what it shows."""

    word: str
    address: str
    prefix: str
    detail: str
    filters: tuple[str, ...]
    columns: tuple[str, ...]
    find: Find
    cells: Cells
    choices: Mapping[str, tuple[str, ...]]

    def asked(self, fields: Mapping[str, str]) -> Asked:
        """Return what the address asks. Raises NotUnderstood."""
        wanted = asked(fields, prefix=self.prefix, filters=self.filters, columns=self.columns)
        for name, choices in self.choices.items():
            among(wanted.filters.get(name, ""), list(choices))
        return wanted


def _find_payments(wanted: Asked, limit: int, before: UUID | None, after: UUID | None) -> list[Payment]:
    text = {name: wanted.filters.get(name, "") for name in PAYMENTS.filters}
    merchant_id, till_ids = _place(text["where"])
    looked_for = PaymentFilter(
        begins=day_begins(text["from"]),
        ends=day_ends(text["to"]),
        least_minor=minor_of(text["least"]),
        most_minor=minor_of(text["most"]),
        status=text["status"],
        merchant_id=merchant_id,
        till_ids=till_ids,
        instrument_kind=text["kind"],
        decline_code=text["declined"],
        cashier=text["cashier"],
        mode=text["mode"],
    )
    return payments_like(looked_for, limit=limit, before=before, after=after)


def _place(text: str) -> tuple[UUID | None, tuple[UUID, ...] | None]:
    """Return the merchant, or the tills: of an id, or of stores of exactly this name."""
    if not text:
        return None, None
    for prefix in ("mer", "sto", "til"):
        try:
            found = from_public_id(prefix, text)
        except ValueError:
            continue
        if prefix == "mer":
            return found, None
        return None, (found,) if prefix == "til" else _tills([found])
    return None, _tills(list(Store.objects.filter(name=text).values_list("id", flat=True)[:_MOST_TILLS]))


def _tills(store_ids: list[UUID]) -> tuple[UUID, ...]:
    return tuple(Till.objects.filter(store_id__in=store_ids).values_list("id", flat=True)[:_MOST_TILLS])


def _payment_cells(payment: Payment) -> dict[str, str]:
    return {
        "id": payment.public_id,
        "at": _moment(payment.created_at),
        "status": payment.status,
        "amount": plain_amount(payment.amount),
        "currency": payment.currency,
        "merchant": payment.merchant.legal_name,
        "place": f"{payment.till.store.name}, {payment.till.name}",
        "reference": payment.reference,
        "cashier": payment.cashier,
        "kind": payment.instrument.kind if payment.instrument else "",
        "declined": payment.decline_code,
        "reason": payment.decline_detail,
        "mode": payment.mode,
        "customer": payment.customer.public_id if payment.customer else "",
    }


def _find_customers(wanted: Asked, limit: int, before: UUID | None, after: UUID | None) -> list[Any]:
    status, email = wanted.filters.get("status", ""), wanted.filters.get("email", "")
    return customers_like(limit=limit, status=status, email_prefix=email, before=before, after=after)


def _find_devices(wanted: Asked, limit: int, before: UUID | None, after: UUID | None) -> list[Any]:
    return devices_like(
        limit=limit,
        status=wanted.filters.get("status", ""),
        platform=wanted.filters.get("platform", ""),
        begins=day_begins(wanted.filters.get("from", "")),
        ends=day_ends(wanted.filters.get("to", "")),
        before=before,
        after=after,
    )


PAYMENTS: Final = Listing(
    "payments",
    "staff-payments",
    "pay",
    "staff-payment",
    ("from", "to", "least", "most", "status", "where", "kind", "declined", "cashier", "mode"),
    ("status", "amount", "place", "reference", "kind", "declined", "cashier", "mode", "customer"),
    _find_payments,
    _payment_cells,
    {"status": tuple(Status.values), "kind": tuple(Kind.values), "mode": tuple(Mode.values)},
)
CUSTOMERS: Final = Listing(
    "customers",
    "staff-customers",
    "cus",
    "staff-customer",
    ("status", "email"),
    ("status", "address", "language"),
    _find_customers,
    lambda customer: {
        "id": customer.public_id,
        "at": _moment(customer.created_at),
        "status": customer.status,
        "address": masked_email(customer.email),
        "language": customer.language,
    },
    {"status": tuple(CustomerStatus.values)},
)
DEVICES: Final = Listing(
    "devices",
    "staff-all-devices",
    "dev",
    "staff-device",
    ("status", "platform", "from", "to"),
    ("name", "status", "platform", "reason", "customer"),
    _find_devices,
    lambda device: {
        "id": device.public_id,
        "at": _moment(device.enrolled_at),
        "name": device.name,
        "status": device.status,
        "platform": device.platform,
        "reason": device.status_reason,
        "customer": device.customer.public_id,
    },
    {"status": tuple(DeviceStatus.values)},
)


@page(see=Permission.SEE_PAYMENTS, takes_forms=True)
def payments(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show payments, the newest first."""
    return _page(request, visitor, PAYMENTS)


@page(see=Permission.SEE_PAYMENTS)
def payments_csv(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Answer with the payments of exactly this filter as a sheet."""
    return _sheet(request, visitor, PAYMENTS)


@page(see=Permission.SEE_CUSTOMERS, takes_forms=True)
def customers(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show customers, the newest first."""
    return _page(request, visitor, CUSTOMERS)


@page(see=Permission.SEE_CUSTOMERS)
def customers_csv(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Answer with the customers of exactly this filter as a sheet; addresses are masked as on every page."""
    return _sheet(request, visitor, CUSTOMERS)


@page(see=Permission.SEE_CUSTOMERS, takes_forms=True)
def all_devices(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show devices, the newest first."""
    return _page(request, visitor, DEVICES)


@page(see=Permission.SEE_CUSTOMERS)
def all_devices_csv(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Answer with the devices of exactly this filter as a sheet."""
    return _sheet(request, visitor, DEVICES)


def _page(request: HttpRequest, visitor: Visitor, listing: Listing) -> HttpResponse:
    # The boxes of the columns have names of their own, so that they work without a script.
    given: dict[str, str] = {name: str(value) for name, value in request.GET.items()}
    fields = {name: value for name, value in given.items() if not name.startswith("show-")}
    if boxes := [name.removeprefix("show-") for name in given if name.startswith("show-")]:
        fields["columns"] = ",".join(boxes)
    wanted = listing.asked(fields)
    if request.method == "POST":
        return _keep(request, visitor, listing, wanted)
    found = listing.find(wanted, PAGE + 1, wanted.before, wanted.after)
    is_more = len(found) > PAGE
    rows = (found[1:] if wanted.after else found[:PAGE]) if is_more else found
    has_older = is_more if not wanted.after else bool(rows)
    has_newer = is_more if wanted.after else bool(wanted.before and rows)
    words = LISTS[language_of(request)]
    columns = wanted.columns or listing.columns
    cells = [listing.cells(row) for row in rows]
    shown: dict[str, object] = {
        "title": getattr(words, listing.word),
        "rows": [_row(listing, row, cell, columns, request) for row, cell in zip(rows, cells, strict=True)],
        "heads": [("amount number" if name == "amount" else "", getattr(words, name)) for name in columns],
        "fields": [_field(listing, wanted, name, request) for name in listing.filters],
        "chips": [_chip(wanted, name, request) for name in wanted.filters],
        "boxes": [(name, getattr(words, name), name in columns) for name in listing.columns],
        "filters": wanted.filters.items(),
        "columns": ",".join(wanted.columns),
        "older": wanted.query(before=rows[-1].public_id) if has_older else "",
        "newer": wanted.query(after=rows[0].public_id) if has_newer else "",
        "export": reverse(f"{listing.address}-csv") + f"?{wanted.query()}",
        "path": request.path,
        "query": wanted.query(),
        "may_see_customers": visitor.may(Permission.SEE_CUSTOMERS),
        "saved": saved_filters_of(visitor.operator.id, page=listing.address),
    }
    return show(request, "list", shown, words_of=LISTS)


def _keep(request: HttpRequest, visitor: Visitor, listing: Listing, wanted: Asked) -> HttpResponse:
    """Save the filter of this address under a name, or forget one."""
    if "forget" in request.POST:
        try:
            filter_id = UUID(request.POST["forget"])
        except ValueError:
            raise NotUnderstood from None
        forget_filter(operator_id=visitor.operator.id, filter_id=filter_id)
    else:
        name = request.POST.get("name", "")
        query = wanted.query()
        save_filter(operator_id=visitor.operator.id, page=listing.address, name=name, query=query, now=visitor.now)
    kept = wanted.query()
    return go_to(f"{request.path}?{kept}&done=done_saved" if kept else f"{request.path}?done=done_saved")


def _row(
    listing: Listing, row: Any, cells: Mapping[str, str], columns: tuple[str, ...], request: HttpRequest
) -> dict[str, object]:
    words = LISTS[language_of(request)]
    at: datetime = row.enrolled_at if listing is DEVICES else row.created_at
    texts = [
        {
            "name": name,
            "text": getattr(words, cells[name]) if name in ("kind", "mode") and cells[name] else cells[name],
            "address": reverse("staff-customer", args=[cells[name]]) if name == "customer" and cells[name] else "",
        }
        for name in columns
    ]
    if "amount" in columns:
        texts[columns.index("amount")]["text"] = f"{cells['currency']}\u00a0{cells['amount']}"
    return {"at": at, "address": reverse(listing.detail, args=[row.public_id]), "cells": texts}


def _field(listing: Listing, wanted: Asked, name: str, request: HttpRequest) -> dict[str, object]:
    choices = [(value, _said(name, value, request)) for value in listing.choices.get(name, ())]
    kind = "date" if name in ("from", "to") else "text"
    value = wanted.filters.get(name, "")
    return {"name": name, "word": getattr(LISTS[language_of(request)], name), "value": value, "choices": choices} | {
        "type": kind
    }


def _chip(wanted: Asked, name: str, request: HttpRequest) -> dict[str, str]:
    word = getattr(LISTS[language_of(request)], name)
    return {"text": f"{word}: {_said(name, wanted.filters[name], request)}", "query": wanted.query(without=name)}


def _said(name: str, value: str, request: HttpRequest) -> str:
    language = language_of(request)
    if name == "status":
        return look_of(value).word(language)
    return str(getattr(LISTS[language], value)) if name in ("kind", "mode") else value


def _sheet(request: HttpRequest, visitor: Visitor, listing: Listing) -> HttpResponseBase:
    wanted = listing.asked(request.GET.dict())
    if wanted.before or wanted.after:
        raise NotUnderstood
    # The first rows are read before anything is recorded or sent: a filter that cannot be read is refused as a page.
    first = listing.find(wanted, _BATCH, None, None)
    filters = {name: "***" if name == "email" else value for name, value in wanted.filters.items()}
    note_export(page=listing.word, filters=filters, by=visitor.actor, now=visitor.now)
    lines = _lines(listing, wanted, first)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{listing.word}.csv"'
    return response


def _lines(listing: Listing, wanted: Asked, rows: list[Any]) -> Iterator[str]:
    """Yield the sheet; where it ends before the list does, its last line says so."""
    head = tuple(listing.cells(rows[0])) if rows else ("id", "at", *listing.columns)
    return csv_lines(head, _batches(listing, wanted, rows, len(head)))


def _batches(listing: Listing, wanted: Asked, rows: list[Any], width: int) -> Iterator[tuple[str, ...]]:
    count = 0
    while rows:
        for row in rows:
            if count == MOST_EXPORTED:
                yield (f"cut off after {MOST_EXPORTED} rows: narrow the filter", *[""] * (width - 1))
                return
            yield tuple(listing.cells(row).values())
            count += 1
        rows = listing.find(wanted, _BATCH, rows[-1].id, None)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
