"""Many devices end at once: look first, then say the number and why; and how far the orders came."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict

from apps.devices.models import RevocationOrder
from apps.devices.operations import Chosen, order_revocation
from apps.devices.operations.bulk_revocation import MOST_AT_ONCE
from apps.kernel.ids import uuid7
from apps.operators.queries import names_of
from apps.operators.roles import Permission
from apps.pages.moments import ZURICH
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import NotUnderstood, Visitor, go_to, page, reason_from
from apps.staff_portal.words.bulk_revocation import BULK, BULK_REASONS

SAMPLE: Final = 20
MOST_ORDERS: Final = 20
# From here on the number is typed, not clicked.
TYPED_ABOVE: Final = 20
# So long the page looks again by itself while an order is under way.
LOOKS_FOR: Final = timedelta(minutes=10)
_LOCAL: Final = "%Y-%m-%dT%H:%M"


@page(see=Permission.REVOKE_MANY, change=Permission.REVOKE_MANY, needs_fresh=True)
def bulk_revocation(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show which devices match, and how far the newest orders came; order that those that match are revoked."""
    chosen = _chosen(request.POST if request.method == "POST" else request.GET)
    if request.method == "POST":
        order_revocation(
            order_id=_order_id(request),
            chosen=chosen,
            expected=_number(request),
            reason=reason_from(request, BULK_REASONS[language_of(request)]),
            by=visitor.actor,
            now=visitor.now,
        )
        return go_to(request.path, done="done_saved")
    orders = list(RevocationOrder.objects.order_by("-at", "-id")[:MOST_ORDERS])
    names = names_of({order.maker for order in orders})
    matching = chosen.devices(now=visitor.now)
    shown: dict[str, object] = {
        "chosen": chosen,
        "enrolled_from": request.GET.get("enrolled_from", ""),
        "enrolled_until": request.GET.get("enrolled_until", ""),
        "has_looked": chosen.says_which,
        "count": matching[: MOST_AT_ONCE + 1].count() if chosen.says_which else 0,
        "sample": list(matching[:SAMPLE]) if chosen.says_which else [],
        "most": MOST_AT_ONCE,
        "typed_above": TYPED_ABOVE,
        "order_id": uuid7(),
        "reasons": BULK_REASONS[language_of(request)],
        "orders": [{"order": order, "who": names.get(order.maker, order.maker)} for order in orders],
        "looks_again": not chosen.says_which
        and any(order.ended_at is None and visitor.now - order.at < LOOKS_FOR for order in orders),
    }
    return show(request, "bulk_revocation", shown, words_of=BULK)


def _chosen(fields: QueryDict) -> Chosen:
    platform = fields.get("platform", "").strip()
    if len(platform) > 32:
        raise NotUnderstood
    return Chosen(
        platform=platform,
        enrolled_from=_moment(fields.get("enrolled_from", "")),
        enrolled_until=_moment(fields.get("enrolled_until", "")),
    )


def _moment(text: str) -> datetime | None:
    """Return what was chosen in Zurich's time."""
    if not text:
        return None
    try:
        return datetime.strptime(text, _LOCAL).replace(tzinfo=ZURICH)
    except ValueError:
        raise NotUnderstood from None


def _number(request: HttpRequest) -> int:
    text = request.POST.get("expected", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise NotUnderstood
    return int(text)


def _order_id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("order", ""))
    except ValueError:
        raise NotUnderstood from None
