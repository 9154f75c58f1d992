"""``challenges`` and ``sessions``: how a phone proves that it holds its key, and perhaps the PIN."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.devices.errors import ChallengeInvalid, SignatureInvalid
from apps.devices.models import Session
from apps.devices.operations import issue_challenge, open_session
from apps.rest.fields import Fields
from apps.rest.values import text
from apps.rest.views import ApiView
from apps.wallet_api.documentation.own_device import OPEN_SESSION
from apps.wallet_api.documentation.registrations import ISSUE_CHALLENGE
from apps.wallet_api.errors import NotFresh, NotThisDevice
from apps.wallet_api.fields import challenge, encoded, proof, signature
from apps.wallet_api.gate import OptionalSession, PublicView
from apps.wallet_api.queries import identified


class Challenges(ApiView):
    """Something fresh to sign; with a session, for its device only."""

    authentication_classes = (OptionalSession,)
    body_may_be_empty = True

    @ISSUE_CHALLENGE
    def post(self, request: Request) -> Response:
        """Answer 32 random bytes."""
        with Fields(request.data):
            pass
        session: Session | None = request.auth
        value = issue_challenge(device_id=session.device_id if session else None, now=timezone.now())
        return Response({"challenge": encoded(value)}, status=201)


class Sessions(PublicView):
    """Open a session; confirmed, if the PIN is proved as well."""

    @OPEN_SESSION
    def post(self, request: Request) -> Response:
        """Answer the token, which the phone keeps in memory only, and a ticket for one socket."""
        with Fields(request.data) as fields:
            device = fields.required("device_id", text(maximum=64))
            answered = fields.required("challenge", challenge)
            signed = fields.required("signature", signature)
            pin_ok = fields.optional("pin_ok", proof)
        try:
            opened = open_session(
                # Whoever has no such device could not have signed for it.
                device_id=identified("dev", device, otherwise=SignatureInvalid),
                challenge=answered,
                signature=signed,
                pin_ok=pin_ok,
                now=timezone.now(),
            )
        # Here they are the credential: nobody is known yet, and 401 says so.
        except SignatureInvalid:
            raise NotThisDevice from None
        except ChallengeInvalid:
            raise NotFresh from None
        shape = {
            "token": opened.token.reveal(),
            "expires_at": opened.expires_at,
            "confirmed_until": opened.confirmed_until,
            "socket_ticket": opened.socket_ticket.reveal(),
        }
        return Response(shape, status=201)
