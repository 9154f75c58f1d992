"""Reads the bearer credential of a request; whose it is, the door asks one floor below."""

import re
from typing import Final

from django.http import HttpRequest

from apps.kernel.masking import Secret
from apps.rest.errors import Unauthenticated

# RFC 6750: the scheme in any case, one blank, and the characters that a token may have. The length bounds the work.
_BEARER: Final = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] ([A-Za-z0-9._~+/-]{1,256}={0,2})")


def bearer_token(request: HttpRequest) -> Secret[str]:
    """Return the token of the Authorization header; Unauthenticated for none, and alike for anything else.

    Takes the framework's request as well as Django's. A token in the address is no token.
    """
    found = _BEARER.fullmatch(request.META.get("HTTP_AUTHORIZATION", ""))
    if found is None:
        raise Unauthenticated
    return Secret(found[1])
