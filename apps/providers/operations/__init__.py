"""Every write about provider accounts and the keys of their lines, and every call to a provider."""

from apps.providers.operations.accounts import (
    change_provider_account,
    create_provider_account,
    set_enabled,
    trust_provider,
)
from apps.providers.operations.calls import (
    Called,
    Described,
    RouteSwitchedOff,
    call_provider,
    describe_instrument,
    record_call,
)
from apps.providers.operations.enrolment import (
    LineRequest,
    install_line_keys,
    request_line_keys,
    retire_older_line_keys,
)
from apps.providers.operations.line_keys import (
    add_line_key,
    retire_line_key,
    signing_request,
    use_certificate,
    use_signing_key,
)
from apps.providers.operations.watching import watch_certificates

__all__ = [
    "Called",
    "Described",
    "LineRequest",
    "RouteSwitchedOff",
    "add_line_key",
    "call_provider",
    "change_provider_account",
    "create_provider_account",
    "describe_instrument",
    "install_line_keys",
    "record_call",
    "request_line_keys",
    "retire_line_key",
    "retire_older_line_keys",
    "set_enabled",
    "signing_request",
    "trust_provider",
    "use_certificate",
    "use_signing_key",
    "watch_certificates",
]
