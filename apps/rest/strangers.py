"""How often may somebody call of whom nothing is known but his address?

A valid credential is never counted here: all tills of a shop come from one address, and one with an old key must not
keep the others from selling. Credentials are random numbers of 256 bits, so this bounds work, not guesses.
"""

from django.conf import settings
from django.http import HttpRequest

from apps.rest.addresses import address_of
from apps.rest.throttle import Draw, Rate, require


def let_anybody(request: HttpRequest) -> None:
    """Let a call in that needs no credential. Raises TooManyRequests."""
    rate = Rate(settings.PUBLIC_CALLS_PER_SECOND, settings.PUBLIC_CALLS_AT_ONCE)
    require(Draw(f"public:{address_of(request)}", rate))


def hear_stranger(request: HttpRequest) -> None:
    """Count a credential that is none. Raises TooManyRequests when it is one too many."""
    rate = Rate(settings.WRONG_CREDENTIALS_PER_SECOND, settings.WRONG_CREDENTIALS_AT_ONCE)
    require(Draw(f"stranger:{address_of(request)}", rate))
