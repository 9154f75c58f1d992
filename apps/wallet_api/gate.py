"""Who comes in: the bearer token of an open session, and what a call asks of that session.

A session proves possession of the device; a confirmed one proves the PIN as well. The token is looked for in its
header and nowhere else: an address ends up in logs.
"""

from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.customers.states import CustomerStatus
from apps.devices.errors import DevicePending
from apps.devices.models import Session
from apps.devices.queries import session_for
from apps.devices.states import DeviceStatus
from apps.kernel.actors import Actor
from apps.rest.credentials import bearer_token
from apps.rest.errors import Unauthenticated
from apps.rest.problems import CHALLENGE
from apps.rest.views import ApiView
from apps.wallet_api.errors import ConfirmationRequired, CustomerFrozen


class OptionalSession(BaseAuthentication):  # type: ignore[misc]
    """Without a header nobody; with one, an open session or 401."""

    def authenticate(self, request: Request) -> tuple[Session, Session] | None:
        """Return the session twice: as who it is and by what it is known. Raises Unauthenticated."""
        if "HTTP_AUTHORIZATION" not in request.META:
            return None
        session = session_for(bearer_token(request).reveal(), now=timezone.now())
        if session is None:
            # One answer for unknown, expired, ended, and those of stopped devices.
            raise Unauthenticated
        return session, session

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return CHALLENGE


class NeedsSession(OptionalSession):
    """An open session or 401."""

    def authenticate(self, request: Request) -> tuple[Session, Session]:
        """Return the session twice. Raises Unauthenticated."""
        found = super().authenticate(request)
        if found is None:
            raise Unauthenticated
        return found


class PublicView(ApiView):
    """A call that anybody may make; it looks at no credential at all."""

    authentication_classes = ()


class WalletView(ApiView):
    """A call of an enrolled device; by default a pending one may not make it."""

    authentication_classes = (NeedsSession,)
    admits_pending: ClassVar[bool] = False
    # The methods that anybody may use; they look at no credential at all.
    open_methods: ClassVar[frozenset[str]] = frozenset()
    # The methods that want the PIN to have been proved within the last five minutes.
    confirmed_methods: ClassVar[frozenset[str]] = frozenset()

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Return what asks for the session, for the methods that need one."""
        return [] if self.request.method in self.open_methods else super().get_authenticators()

    # Any: what the address captured; the framework passes it through.
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the session in or not, before any method of the view runs."""
        super().initial(request, *args, **kwargs)
        if request.method in self.open_methods:
            return
        session = session_of(request)
        if session.device.status == DeviceStatus.PENDING and not self.admits_pending:
            raise DevicePending
        if request.method in self.confirmed_methods:
            require_confirmation(session, timezone.now())


def require_confirmation(session: Session, now: datetime) -> None:
    """Raise ConfirmationRequired without the PIN; what wants it also wants a customer who is not frozen."""
    if not session.is_confirmed(now):
        raise ConfirmationRequired
    require_unfrozen(session)


def require_unfrozen(session: Session) -> None:
    """Raise CustomerFrozen for what a frozen customer may not do: whatever the PIN is asked for."""
    if session.device.customer.status != CustomerStatus.ACTIVE:
        raise CustomerFrozen


def session_of(request: Request) -> Session:
    """Return the session that the request was made with, its device and customer loaded."""
    session: Session = request.auth
    return session


def actor_of(session: Session) -> Actor:
    """Return who acts in a session: the device, since whoever holds it is known only as that."""
    return Actor("device", session.device.public_id)
