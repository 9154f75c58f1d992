"""``instruments``: what a customer pays with. Account numbers never pass through here, but over the provider's page."""

from typing import Final
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.instruments.models import Kind
from apps.instruments.operations import complete_link, make_default, move_instrument, rename_instrument, start_link
from apps.instruments.queries import instruments_of
from apps.instruments.states import InstrumentStatus
from apps.rest.fields import Fields
from apps.rest.paging import read_query
from apps.rest.values import one_of
from apps.wallet_api.documentation.instruments import (
    COMPLETE_LINK,
    LIST_INSTRUMENTS,
    MAKE_DEFAULT,
    REMOVE_INSTRUMENT,
    RENAME_INSTRUMENT,
    START_LINK,
)
from apps.wallet_api.fields import instrument_name, provider_code, returned_text
from apps.wallet_api.gate import WalletView, actor_of, session_of
from apps.wallet_api.queries import own_instrument
from apps.wallet_api.shapes import instrument_shape

# The parameters with which a provider's page sends a customer back; a token comes only from one that has no page.
RETURNED: Final = ("state", "code", "error", "account_token")


class Instruments(WalletView):
    """The customer's means of payment."""

    confirmed_methods = frozenset({"POST"})

    @LIST_INSTRUMENTS
    def get(self, request: Request) -> Response:
        """Answer the list, by handle."""
        read_query(request.query_params, known=())
        instruments = instruments_of(session_of(request).device.customer_id)
        return Response({"data": [instrument_shape(instrument) for instrument in instruments], "next_cursor": None})

    @START_LINK
    def post(self, request: Request) -> Response:
        """Start to link an account; answer where the customer goes to do so."""
        with Fields(request.data) as fields:
            kind = fields.required("kind", one_of(Kind.values))
            provider = fields.optional("provider", provider_code)
        session = session_of(request)
        link = start_link(
            customer_id=session.device.customer_id,
            kind=Kind(kind),
            provider_code=provider,
            by=actor_of(session),
            now=timezone.now(),
        )
        return Response({"id": str(link.id), "link_url": link.link_url, "expires_at": link.expires_at}, status=201)


class CompleteLink(WalletView):
    """Come back from the provider's page."""

    confirmed_methods = frozenset({"POST"})

    @COMPLETE_LINK
    def post(self, request: Request, link: UUID) -> Response:
        """Answer the instrument that the account became; the same one when repeated."""
        with Fields(request.data) as fields:
            # What belongs together, the operation says: it knows whether the provider has a page.
            returned = {name: fields.optional(name, returned_text, default="") for name in RETURNED}
        session = session_of(request)
        instrument = complete_link(
            link_id=link,
            customer_id=session.device.customer_id,
            parameters=returned,
            by=actor_of(session),
            now=timezone.now(),
        )
        return Response(instrument_shape(instrument))


class OneInstrument(WalletView):
    """One means of payment, by its handle."""

    confirmed_methods = frozenset({"DELETE"})

    @REMOVE_INSTRUMENT
    def delete(self, request: Request, handle: int) -> Response:
        """Remove it; its handle never comes back."""
        session = session_of(request)
        move_instrument(
            instrument_id=own_instrument(session.device.customer_id, handle).id,
            customer_id=session.device.customer_id,
            to=InstrumentStatus.REMOVED,
            reason="customer",
            by=actor_of(session),
            now=timezone.now(),
        )
        return Response(status=204)


class RenameInstrument(WalletView):
    """Give it a name of the customer's own; nothing that money follows, so no PIN."""

    @RENAME_INSTRUMENT
    def post(self, request: Request, handle: int) -> Response:
        """Answer the instrument; an empty name takes the old one away."""
        with Fields(request.data) as fields:
            name = fields.required("name", instrument_name)
        session = session_of(request)
        instrument = rename_instrument(
            instrument_id=own_instrument(session.device.customer_id, handle).id,
            customer_id=session.device.customer_id,
            name=name,
            by=actor_of(session),
            now=timezone.now(),
        )
        return Response(instrument_shape(instrument))


class MakeDefault(WalletView):
    """Let codes that name no instrument mean this one; money follows it, so it wants the PIN."""

    body_may_be_empty = True
    confirmed_methods = frozenset({"POST"})

    @MAKE_DEFAULT
    def post(self, request: Request, handle: int) -> Response:
        """Answer the instrument."""
        with Fields(request.data):
            pass
        session = session_of(request)
        instrument = make_default(
            instrument_id=own_instrument(session.device.customer_id, handle).id,
            customer_id=session.device.customer_id,
            by=actor_of(session),
            now=timezone.now(),
        )
        return Response(instrument_shape(instrument))
