"""Who stands at the door: the till whose key the request carries."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication

from apps.merchants.models import Mode, TillKey
from apps.merchants.queries import till_key_for
from apps.rest.credentials import bearer_token
from apps.rest.errors import Unauthenticated
from apps.rest.problems import CHALLENGE
from apps.rest.views import StrictRequest
from apps.transactions.requests import Point


class TillAuthentication(BaseAuthentication):  # type: ignore[misc]
    """Takes ``Authorization: Bearer till_...``; `request.user` is the Point, `request.auth` its key."""

    def authenticate(self, request: StrictRequest) -> tuple[Point, TillKey]:
        """Return whose request it is, by one statement; Unauthenticated alike for no, unknown, expired, revoked."""
        key = till_key_for(bearer_token(request).reveal(), now=timezone.now())
        if key is None:
            raise Unauthenticated
        return Point(till=key.till, mode=Mode(key.mode)), key

    def authenticate_header(self, request: StrictRequest) -> str:
        """Return what is asked for."""
        return CHALLENGE
