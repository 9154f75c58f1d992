"""Every write about provider accounts and the keys of their lines, and every call to a provider."""

from apps.providers.operations.accounts import (
    change_provider_account,
    create_provider_account,
    set_enabled,
    set_second_route,
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
from apps.providers.operations.linking import Linked, begin_link, end_consent, has_own_page, redeem_link
from apps.providers.operations.notices import forget_nonces, keep_notice, read_notice
from apps.providers.operations.watching import ServedCertificate, look_at_servers, watch_certificates

__all__ = [
    "Called",
    "Described",
    "LineRequest",
    "Linked",
    "RouteSwitchedOff",
    "ServedCertificate",
    "add_line_key",
    "begin_link",
    "call_provider",
    "change_provider_account",
    "create_provider_account",
    "describe_instrument",
    "end_consent",
    "forget_nonces",
    "has_own_page",
    "install_line_keys",
    "keep_notice",
    "look_at_servers",
    "read_notice",
    "record_call",
    "redeem_link",
    "request_line_keys",
    "retire_line_key",
    "retire_older_line_keys",
    "set_enabled",
    "set_second_route",
    "signing_request",
    "trust_provider",
    "use_certificate",
    "use_signing_key",
    "watch_certificates",
]
