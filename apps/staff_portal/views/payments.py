"""Payments: those that are held for a decision, and each by itself."""

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from apps.kernel.masking import masked_email
from apps.operators.roles import Permission
from apps.pages.addresses import safe_next
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import EditConflict, NotUnderstood, Visitor, go_to, page, reason_from
from apps.staff_portal.timelines import payment_timeline
from apps.staff_portal.words.work import REVIEW_REASONS
from apps.transactions.errors import PaymentNotFound
from apps.transactions.models import Payment
from apps.transactions.operations.review import decide_review
from apps.transactions.staff_queries import newest_assessments, newest_payments_of, payments_in_review, staff_payment
from apps.transactions.states import Status

# So many are shown at once; what is decided makes room for the next.
MOST_SHOWN: Final = 20
MOST_EARLIER: Final = 5
DECISIONS: Final = {"release": True, "refuse": False}


@page(see=Permission.SEE_PAYMENTS)
def reviews(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show what is held, what ends first at the front, with the facts beside the decision."""
    held = list(payments_in_review()[:MOST_SHOWN])
    return show(request, "reviews", {"rows": _beside(held)} | _choices(request, visitor))


@page(see=Permission.SEE_PAYMENTS, change=Permission.DECIDE_REVIEWS)
def payment(request: HttpRequest, visitor: Visitor, payment_id: UUID) -> HttpResponse:
    """Show one payment with all that happened to it; release or refuse it while it is held."""
    if request.method == "POST":
        return _decide(request, visitor, payment_id)
    found = _find(payment_id)
    row = _beside([found])[0]
    shown = {
        "payment": found,
        "row": row,
        "is_held": found.status == Status.IN_REVIEW,
        "entries": payment_timeline(found.id, found.public_id),
    }
    return show(request, "payment", shown | _choices(request, visitor))


def _decide(request: HttpRequest, visitor: Visitor, payment_id: UUID) -> HttpResponse:
    decision = request.POST.get("decision", "")
    if decision not in DECISIONS:
        raise NotUnderstood
    reason = reason_from(request, REVIEW_REASONS[language_of(request)])
    found = _find(payment_id)
    if request.POST.get("version") != str(found.version):
        raise EditConflict
    is_release = DECISIONS[decision]
    decide_review(payment_id=payment_id, is_release=is_release, reason=reason, by=visitor.actor, now=visitor.now)
    back = safe_next(request.POST.get("next", ""), within="/staff/")
    return go_to(back.partition("?")[0], done="done_released" if is_release else "done_refused")


def _find(payment_id: UUID) -> Payment:
    found = staff_payment(payment_id)
    if found is None:
        raise PaymentNotFound
    return found


def _choices(request: HttpRequest, visitor: Visitor) -> dict[str, object]:
    may_decide = visitor.may(Permission.DECIDE_REVIEWS)
    return {
        "reasons": REVIEW_REASONS[language_of(request)],
        "may_decide": may_decide,
        "may_see_customers": visitor.may(Permission.SEE_CUSTOMERS),
    }


def _beside(payments: list[Payment]) -> list[dict[str, object]]:
    """Return each payment with what whoever decides looks at."""
    judged = newest_assessments([payment.id for payment in payments])
    rows: list[dict[str, object]] = []
    for each in payments:
        assessment = judged.get(each.id)
        earlier: list[Payment] = []
        if each.customer_id is not None:
            newest = newest_payments_of(customer_id=each.customer_id, limit=MOST_EARLIER + 1)
            earlier = [other for other in newest if other.id != each.id][:MOST_EARLIER]
        rows.append(
            {
                "payment": each,
                "email": masked_email(each.customer.email) if each.customer else "",
                "score": assessment.score if assessment else None,
                "suspicions": [str(reason) for reason in assessment.reasons] if assessment else [],
                "earlier": earlier,
            }
        )
    return rows
