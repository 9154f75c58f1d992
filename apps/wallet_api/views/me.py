"""``me``: the customer himself, his language, what he may take along, and leaving."""

from typing import Final

from django.http import StreamingHttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.closing import close_account
from apps.accounts.export import export_of
from apps.customers.operations import choose_language
from apps.rest.fields import Fields
from apps.rest.paging import read_query
from apps.rest.throttle import Draw, Rate, require
from apps.wallet_api.documentation.me import CHOOSE_LANGUAGE, CLOSE_ACCOUNT, EXPORT, SHOW_ME
from apps.wallet_api.fields import language
from apps.wallet_api.gate import WalletView, actor_of, session_of
from apps.wallet_api.shapes import me_shape

# An export reads everything: a few in a row, then one every ten minutes.
EXPORTS: Final = Rate(per_second=1 / 600, at_once=3)


class Me(WalletView):
    """What the installation calls the customer, and in which language."""

    @SHOW_ME
    def get(self, request: Request) -> Response:
        """Answer it."""
        read_query(request.query_params, known=())
        return Response(me_shape(session_of(request).device.customer))

    @CHOOSE_LANGUAGE
    def put(self, request: Request) -> Response:
        """Answer it in the language that was chosen."""
        with Fields(request.data) as fields:
            spoken = fields.required("language", language)
        session = session_of(request)
        customer = choose_language(
            customer_id=session.device.customer_id, language=spoken, by=actor_of(session), now=timezone.now()
        )
        return Response(me_shape(customer))


class Export(WalletView):
    """Everything that is kept of the customer; whoever holds a stolen phone does not get it."""

    confirmed_methods = frozenset({"GET"})

    @EXPORT
    def get(self, request: Request) -> StreamingHttpResponse:
        """Answer one JSON document, written while it is read."""
        read_query(request.query_params, known=())
        customer, now = session_of(request).device.customer, timezone.now()
        require(Draw(f"wallet:export:{customer.id}", EXPORTS))
        return StreamingHttpResponse(
            export_of(customer, now=now),
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="wallet-{now:%Y-%m-%d}.json"'},
        )


class CloseAccount(WalletView):
    """Leave for good."""

    body_may_be_empty = True
    confirmed_methods = frozenset({"POST"})

    @CLOSE_ACCOUNT
    def post(self, request: Request) -> Response:
        """Answer the customer, closed; the session that asked is ended with all others."""
        with Fields(request.data):
            pass
        session = session_of(request)
        customer = close_account(customer_id=session.device.customer_id, by=actor_of(session), now=timezone.now())
        return Response(me_shape(customer))
