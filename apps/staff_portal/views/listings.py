"""The block list and the allow list: who is on them and was, putting somebody on, and taking an entry off."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.customers.models import Customer
from apps.devices.models import Device
from apps.fraud.errors import AlreadyListed
from apps.fraud.models import Listed, Listing
from apps.fraud.operations import end_listing, list_subject
from apps.fraud.operations.listings import PREFIXES
from apps.fraud.queries import ended_listings, open_listings
from apps.instruments.models import Instrument
from apps.kernel.ids import from_public_id, public_id
from apps.operators.queries import names_of
from apps.operators.roles import Permission
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import NotUnderstood, Visitor, chosen, go_to, page, reason_from
from apps.staff_portal.words.listings import LIST_REASONS, LISTS

PAGE: Final = 50
FOR_EVER: Final = "0"
DAYS: Final = ("7", "30", "90", FOR_EVER)
# What a list names, and its page where it has one.
_NAMED: Final[dict[Listed, tuple[type[Model], str]]] = {
    Listed.CUSTOMER: (Customer, "staff-customer"),
    Listed.DEVICE: (Device, "staff-device"),
    Listed.INSTRUMENT: (Instrument, ""),
}


@page(see=Permission.SEE_RULES, change=Permission.WRITE_RULES, needs_fresh=True)
def lists(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the entries that hold, or with `which=past` those that held; add one, or end one."""
    if request.method == "POST":
        return _change(request, visitor)
    return _shown(request, visitor, {})


def _change(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    language, decision = language_of(request), request.POST.get("decision", "")
    if decision not in ("add", "end"):
        raise NotUnderstood
    reason = reason_from(request, LIST_REASONS[language])
    if decision == "end":
        end_listing(listing_id=_listing_id(request), reason=reason, by=visitor.actor, now=visitor.now)
        return go_to(request.path, done="done_saved")
    words = LISTS[language]
    is_block = chosen(request, "list", (("block", ""), ("allow", ""))) == "block"
    days = chosen(request, "days", tuple((days, "") for days in DAYS))
    named = _named(request.POST.get("subject", "").strip())
    if named is None:
        return _shown(request, visitor, {"subject": words.wrong_subject})
    if days == FOR_EVER and not is_block:
        return _shown(request, visitor, {"days": words.wrong_end})
    try:
        list_subject(
            kind=named[0],
            subject_id=named[1],
            is_block=is_block,
            until=None if days == FOR_EVER else visitor.now + timedelta(days=int(days)),
            reason=reason,
            by=visitor.actor,
            now=visitor.now,
        )
    except AlreadyListed:
        return _shown(request, visitor, {"subject": words.already})
    return go_to(request.path, done="done_saved")


def _named(text: str) -> tuple[Listed, UUID] | None:
    """Return whom the public id names; None for what there is not."""
    for kind, prefix in PREFIXES.items():
        try:
            subject_id = from_public_id(prefix, text)
        except ValueError:
            continue
        return (kind, subject_id) if _NAMED[kind][0]._default_manager.filter(pk=subject_id).exists() else None
    return None


def _listing_id(request: HttpRequest) -> UUID:
    return _uuid(request.POST.get("listing", ""))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotUnderstood from None


def _shown(request: HttpRequest, visitor: Visitor, errors: dict[str, str]) -> HttpResponse:
    language, is_past = language_of(request), request.GET.get("which") == "past"
    words, found = LISTS[language], ended_listings(now=visitor.now) if is_past else open_listings(now=visitor.now)
    if before := request.GET.get("before", ""):
        found = found.filter(id__lt=_uuid(before))
    entries = list(found[: PAGE + 1])
    more, entries = len(entries) > PAGE, entries[:PAGE]
    names = names_of({actor for entry in entries for actor in (entry.maker, entry.ended_by)})
    may_see_customers = visitor.may(Permission.SEE_CUSTOMERS)
    typed = request.POST if errors else request.GET
    shown: dict[str, object] = {
        "rows": [_row(entry, language, names, may_see_customers) for entry in entries],
        "is_past": is_past,
        "before": entries[-1].id if more else "",
        "may_write": visitor.may(Permission.WRITE_RULES),
        "may_see_audit": visitor.may(Permission.SEE_AUDIT),
        "reasons": LIST_REASONS[language],
        "days": [(days, words.for_ever if days == FOR_EVER else words.last_days.format(days)) for days in DAYS],
        "typed": {name: typed.get(name, "") for name in ("subject", "list", "days", "reason", "note")},
        "errors": errors,
        "error": next(iter(errors.values()), ""),
        "first_wrong": next(iter(errors), ""),
    }
    return show(request, "lists", shown, words_of=LISTS, status=422 if errors else 200)


def _row(entry: Listing, language: str, names: dict[str, str], may_see_customers: bool) -> dict[str, object]:
    kind, (code, colon, note) = Listed(entry.kind), entry.reason.partition(":")
    subject, address = public_id(PREFIXES[kind], entry.subject_id), _NAMED[kind][1]
    return {
        "entry": entry,
        "subject": subject,
        "kind": LISTS[language].kinds[kind],
        "reason": f"{dict(LIST_REASONS[language]).get(code, code)}{colon}{note}",
        "address": reverse(address, args=[subject]) if address and may_see_customers else "",
        "maker": names.get(entry.maker, entry.maker),
        "ended_by": names.get(entry.ended_by, entry.ended_by),
    }
