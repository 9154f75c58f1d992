"""Every write about provider accounts, and every call to a provider."""

from apps.providers.operations.accounts import change_provider_account, create_provider_account, set_enabled
from apps.providers.operations.calls import (
    Called,
    Described,
    RouteSwitchedOff,
    call_provider,
    describe_instrument,
    record_call,
)

__all__ = [
    "Called",
    "Described",
    "RouteSwitchedOff",
    "call_provider",
    "change_provider_account",
    "create_provider_account",
    "describe_instrument",
    "record_call",
    "set_enabled",
]
