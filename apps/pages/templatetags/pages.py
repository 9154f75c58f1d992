"""The tags of the shared templates: `money`, `moment`, `duration`, `badge`, `icon`."""

from datetime import datetime, timedelta
from typing import Any

from django import template

from apps.kernel.money import Money
from apps.pages.moments import distance_text, duration_text, moment_text
from apps.pages.money import amount_text
from apps.pages.states import look_of

register = template.Library()


@register.simple_tag
def money(amount_minor: int, currency: str) -> str:
    """Return an amount as people read it."""
    return amount_text(Money(amount_minor, currency))


# Any: what a template's context holds.
@register.inclusion_tag("pages/moment.html", takes_context=True)
def moment(context: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Show how long ago it was, and exactly when as a tooltip and for programs."""
    language = context.get("language", "de")
    return {"at": at, "exact": moment_text(at), "distance": distance_text(at, now=context["now"], language=language)}


@register.simple_tag(takes_context=True)
def duration(context: dict[str, Any], length: timedelta) -> str:
    """Return how long something took."""
    return duration_text(length, context.get("language", "de"))


@register.inclusion_tag("pages/badge.html", takes_context=True)
def badge(context: dict[str, Any], state: str) -> dict[str, Any]:
    """Show a state with its icon and its word."""
    look = look_of(str(state))
    return {"tone": look.tone, "icon": look.icon, "word": look.word(context.get("language", "de"))}


@register.inclusion_tag("pages/icon.html")
def icon(name: str) -> dict[str, str]:
    """Draw one of the icons, hidden from those who hear the page: there is always a word beside it."""
    return {"name": name}
