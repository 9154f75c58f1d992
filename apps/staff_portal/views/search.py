"""The search: an id leads to its page, anything else lists what bears exactly that."""

import re
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.customers.models import Customer
from apps.customers.states import CustomerStatus
from apps.instruments.models import Instrument
from apps.instruments.queries import instruments_ending
from apps.kernel.ids import from_public_id, public_id
from apps.merchants.models import Store, Till
from apps.operators.roles import Permission
from apps.staff_portal.asked import day_begins, day_ends, minor_of
from apps.staff_portal.frame import show
from apps.staff_portal.gate import NotUnderstood, Visitor, go_to, looks_like_card, page
from apps.transactions.models import Payment
from apps.transactions.staff_lists import PaymentFilter, payments_like
from apps.transactions.staff_queries import payments_under

MOST_FOUND: Final = 20
_PAGES: Final = {
    "pay": ("staff-payment", Permission.SEE_PAYMENTS),
    "dev": ("staff-device", Permission.SEE_CUSTOMERS),
    "cus": ("staff-customer", Permission.SEE_CUSTOMERS),
    "cas": ("staff-case", Permission.SEE_CASES),
}
_PLACES: Final = frozenset({"mer", "sto", "til"})
_AMOUNT: Final = re.compile(r"[0-9]{1,12}[.][0-9]{2}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@page(see=Permission.SEE_PAYMENTS)
def search(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Find exactly what was typed: an id or a day leads to its page, anything else lists what bears it."""
    wanted = request.GET.get("q", "").strip()[:254]
    if looks_like_card(wanted):
        raise NotUnderstood
    found: list[dict[str, str]] = []
    if wanted:
        address = _by_id(wanted, visitor) or _by_day(wanted)
        if address is not None:
            return go_to(address)
        found = [_payment(payment) for payment in payments_under(wanted, limit=MOST_FOUND)]
        found += _of_amount(wanted) + _places(wanted)
        if visitor.may(Permission.SEE_CUSTOMERS):
            found += _people(wanted)
    return show(request, "search", {"q": wanted, "found": found})


def _by_id(text: str, visitor: Visitor) -> str | None:
    prefix = text.partition("_")[0]
    if prefix not in _PAGES and prefix not in _PLACES:
        return None
    try:
        from_public_id(prefix, text)
    except ValueError:
        return None
    if prefix in _PLACES:
        return _list(where=text)
    name, permission = _PAGES[prefix]
    return reverse(name, args=[text]) if visitor.may(permission) else None


def _by_day(text: str) -> str | None:
    """Return the list of a day, or of an amount on a day; None for anything else."""
    parts = text.split()
    days = [part for part in parts if _DAY.fullmatch(part)]
    amounts = [part for part in parts if _AMOUNT.fullmatch(part)]
    if len(days) != 1 or len(amounts) > 1 or len(days) + len(amounts) != len(parts):
        return None
    begins, ends = day_begins(days[0]), day_ends(days[0])
    if begins is None or ends is None:
        return None
    day = begins.date().isoformat()
    amount = {"least": amounts[0], "most": amounts[0]} if amounts else {}
    return _list(**{"from": day, "to": day}, **amount)


def _of_amount(text: str) -> list[dict[str, str]]:
    if not _AMOUNT.fullmatch(text):
        return []
    minor = minor_of(text)
    payments = payments_like(PaymentFilter(least_minor=minor, most_minor=minor), limit=MOST_FOUND)
    return [_payment(payment) for payment in payments]


def _places(text: str) -> list[dict[str, str]]:
    stores = Store.objects.filter(name=text).order_by("id")[:MOST_FOUND]
    tills = Till.objects.select_related("store").filter(name=text).order_by("id")[:MOST_FOUND]
    hits = [{"id": each.public_id, "label": each.name, "address": _list(where=each.public_id)} for each in stores]
    return hits + [
        {"id": each.public_id, "label": f"{each.store.name}, {each.name}", "address": _list(where=each.public_id)}
        for each in tills
    ]


def _people(text: str) -> list[dict[str, str]]:
    open_ones = Customer.objects.exclude(status=CustomerStatus.CLOSED)
    hits = [_hit("cus", customer.id, "") for customer in open_ones.filter(email=text.lower())]
    if len(text) == 4 and text.isascii() and text.isalnum():
        bearing: list[Instrument] = instruments_ending(text, limit=MOST_FOUND)
        hits += [_hit("cus", instrument.customer_id, instrument.label) for instrument in bearing]
    return hits


def _payment(payment: Payment) -> dict[str, str]:
    return _hit("pay", payment.id, payment.reference)


def _list(**fields: str) -> str:
    return f"{reverse('staff-payments')}?{urlencode(fields)}"


def _hit(prefix: str, identifier: UUID, label: str) -> dict[str, str]:
    text = public_id(prefix, identifier)
    return {"id": text, "label": label, "address": reverse(_PAGES[prefix][0], args=[text])}
