"""Every write about means of payment: linking one at its provider, naming, choosing, stopping and removing it."""

from apps.instruments.operations.changes import make_default, move_instrument, rename_instrument
from apps.instruments.operations.consents import has_instrument, look_into_consent, suspend_at_once, tell_provider
from apps.instruments.operations.links import Link, complete_link, start_link

__all__ = [
    "Link",
    "complete_link",
    "has_instrument",
    "look_into_consent",
    "make_default",
    "move_instrument",
    "rename_instrument",
    "start_link",
    "suspend_at_once",
    "tell_provider",
]
