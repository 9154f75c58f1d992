"""The client certificate that a till has shown, as the proxy that ended TLS passes it on (RFC 9440)."""

import base64
import binascii
import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from apps.merchants.credentials import fingerprint_of

# A byte sequence of a structured field: base64 between colons.
_VALUE: Final = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
UNREADABLE: Final = ""


def shown_certificate(request: HttpRequest) -> str | None:
    """Return the fingerprint of the certificate behind the connection; None for none, UNREADABLE for no such field.

    The field means nothing from anybody but the proxies that end TLS. These drop what a client wrote into it.
    """
    value = request.headers.get(settings.CLIENT_CERTIFICATE_HEADER, "").strip()
    # A proxy that writes the field always, writes it empty where no certificate was shown.
    if value in ("", "::") or not _is_among(request.META.get("REMOTE_ADDR", ""), settings.TLS_PROXIES):
        return None
    found = _VALUE.fullmatch(value)
    if found is None:
        return UNREADABLE
    try:
        return fingerprint_of(base64.b64decode(found[1], validate=True))
    except binascii.Error:
        return UNREADABLE


def _is_among(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        # A socket has no address; its other end is not known.
        return False
    # A process that listens for both versions sees a caller of version 4 mapped into 6.
    mapped = getattr(found, "ipv4_mapped", None) or found
    return any(mapped in network for network in networks)
