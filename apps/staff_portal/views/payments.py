"""Payments: those that are held for a decision, and each by itself."""

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from apps.codes.queries import code_spent_for
from apps.confirmations.queries import told_about
from apps.kernel.masking import masked_email
from apps.kernel.money import Money
from apps.ledger.models import Journal
from apps.ledger.queries import journals_about
from apps.operators.queries import names_of
from apps.operators.roles import Permission
from apps.pages.addresses import safe_next
from apps.pages.money import amount_text
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import EditConflict, NotUnderstood, Visitor, go_to, page, reason_from
from apps.staff_portal.timelines import payment_timeline, staff_deeds
from apps.staff_portal.views.payment_moves import code_facts, find_payment, left_minor
from apps.staff_portal.words.payment import PAYMENT
from apps.staff_portal.words.work import REVIEW_REASONS
from apps.transactions.models import Payment
from apps.transactions.operations.review import decide_review
from apps.transactions.operations.staff import CANCELLABLE
from apps.transactions.operations.start import SUBJECT_KIND
from apps.transactions.staff_queries import (
    messages_of,
    newest_assessments,
    newest_payments_of,
    payments_in_review,
    staff_refunds_of,
)
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
    found = find_payment(payment_id)
    may_move, left = visitor.may(Permission.MOVE_PAYMENTS), left_minor(found)
    refunds = staff_refunds_of(found.id)
    names = names_of({refund.asked_by for refund in refunds})
    shown = {
        "payment": found,
        "row": _beside([found])[0],
        "is_held": found.status == Status.IN_REVIEW,
        "left": left,
        "can_refund": may_move and left > 0,
        "can_cancel": may_move and found.status in CANCELLABLE,
        "may_see_approvals": visitor.may(Permission.SEE_APPROVALS),
        "entries": payment_timeline(found.id, found.public_id),
        "refunds": [(refund, names.get(refund.asked_by, refund.asked_by)) for refund in refunds],
        "messages": messages_of(found.id),
        "journals": [(journal, _lines(journal)) for journal in journals_about(found.public_id)],
        "told": told_about(found.id),
        "deeds": staff_deeds([found.public_id, *(refund.public_id for refund in refunds)]),
    }
    shown |= code_facts(code_spent_for(kind=SUBJECT_KIND, subject_id=found.id))
    return show(request, "payment", shown | _choices(request, visitor), words_of=PAYMENT)


def _lines(journal: Journal) -> list[dict[str, str]]:
    return [
        {
            "account": line.account,
            "debit": amount_text(line.amount) if line.amount_minor > 0 else "",
            "credit": amount_text(Money(-line.amount_minor, line.currency)) if line.amount_minor < 0 else "",
        }
        for line in journal.postings.all()
    ]


def _decide(request: HttpRequest, visitor: Visitor, payment_id: UUID) -> HttpResponse:
    decision = request.POST.get("decision", "")
    if decision not in DECISIONS:
        raise NotUnderstood
    reason = reason_from(request, REVIEW_REASONS[language_of(request)])
    found = find_payment(payment_id)
    if request.POST.get("version") != str(found.version):
        raise EditConflict
    is_release = DECISIONS[decision]
    decide_review(payment_id=payment_id, is_release=is_release, reason=reason, by=visitor.actor, now=visitor.now)
    back = safe_next(request.POST.get("next", ""), within="/staff/")
    return go_to(back.partition("?")[0], done="done_released" if is_release else "done_refused")


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
