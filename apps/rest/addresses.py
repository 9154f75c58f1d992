"""Where a request comes from, as far as our own proxies vouch for it."""

import ipaddress
from typing import Final

from django.conf import settings
from django.http import HttpRequest

# Whoever has one IPv6 address has the 2^64 beside it.
_IPV6_PREFIX_BITS: Final = 64


def address_of(request: HttpRequest) -> str:
    """Return the sender's address, for IPv6 its network; takes the framework's request as well as Django's.

    Each of the `TRUSTED_PROXIES` adds to X-Forwarded-For whom it heard: what stands further left, the sender wrote.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    trusted: int = settings.TRUSTED_PROXIES
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    # Fewer than there are proxies: somebody found a way around them, and only he himself is left.
    heard = hops[-trusted].strip() if 0 < trusted <= len(hops) else peer
    return _network(heard) or _network(peer) or peer


def _network(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    # As a number, because an address may bring the name of a scope, which no network takes.
    return str(ipaddress.ip_network((int(address), _IPV6_PREFIX_BITS), strict=False))
