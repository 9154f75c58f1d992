"""Cases: what somebody must look at, who does, and how it ended."""

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from apps.cases.errors import UnknownCase
from apps.cases.models import LONGEST_RESOLUTION, Case
from apps.cases.operations import release_case, resolve_case, take_case
from apps.cases.queries import open_cases
from apps.cases.states import CaseStatus
from apps.operators.queries import names_of
from apps.operators.roles import Permission
from apps.staff_portal.frame import show
from apps.staff_portal.gate import EditConflict, NotUnderstood, Visitor, go_to, note_from, page
from apps.staff_portal.timelines import newest_records, record_entries

MOST_SHOWN: Final = 100
_PAGES: Final = {"pay": "staff-payment", "dev": "staff-device", "cus": "staff-customer"}


@page(see=Permission.SEE_CASES)
def cases(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show what is not resolved, the gravest first."""
    rows = list(open_cases()[:MOST_SHOWN])
    names = names_of({case.owner for case in rows if case.owner})
    shown = [{"case": case, "owner": names.get(case.owner, case.owner)} for case in rows]
    return show(request, "cases", {"rows": shown})


@page(see=Permission.SEE_CASES, change=Permission.WORK_CASES)
def case(request: HttpRequest, visitor: Visitor, case_id: UUID) -> HttpResponse:
    """Show one case; take it, give it back, resolve it."""
    found = Case.objects.filter(id=case_id).first()
    if found is None:
        raise UnknownCase
    if request.method == "POST":
        return _move(request, visitor, found)
    owner = names_of({found.owner}).get(found.owner, found.owner)
    shown = {
        "case": found,
        "owner": owner,
        "about": _address_of(found.subject),
        "facts": found.facts.items(),
        "is_open": found.status != CaseStatus.RESOLVED,
        "is_mine": found.owner == str(visitor.actor),
        "may_work": visitor.may(Permission.WORK_CASES),
        "entries": record_entries(newest_records(found.public_id)),
    }
    return show(request, "case", shown)


def _move(request: HttpRequest, visitor: Visitor, found: Case) -> HttpResponse:
    by, now = visitor.actor, visitor.now
    if request.POST.get("status") != found.status:
        raise EditConflict
    match request.POST.get("decision"):
        case "take":
            take_case(case_id=found.id, by=by, now=now)
        case "release":
            release_case(case_id=found.id, by=by, now=now)
        case "resolve":
            words = note_from(request, "resolution", longest=LONGEST_RESOLUTION)
            resolve_case(case_id=found.id, resolution=words, by=by, now=now)
        case _:
            raise NotUnderstood
    return go_to(request.path, done="done_saved")


def _address_of(subject: str) -> str:
    """Return the page of what the case is about; empty where it has none."""
    name = _PAGES.get(subject.partition("_")[0])
    try:
        return reverse(name, args=[subject]) if name else ""
    except NoReverseMatch:
        return ""
