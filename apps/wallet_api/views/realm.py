"""``GET realm``: what a phone must know before it can make a code."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.rest.paging import read_query
from apps.wallet_api.documentation.registrations import SHOW_REALM
from apps.wallet_api.gate import PublicView
from apps.wallet_api.realm import signed_realm


class Realm(PublicView):
    """The installation's keys and its time, signed by its root."""

    @SHOW_REALM
    def get(self, request: Request) -> Response:
        """Answer the signed document."""
        read_query(request.query_params, known=())
        return Response(signed_realm(timezone.now()))
