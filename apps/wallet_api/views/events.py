"""``events``: everything that happened to the customer, by sequence number; what a phone missed, it reads here."""

from rest_framework.request import Request
from rest_framework.response import Response

from apps.customers.topics import customer_stream
from apps.live.queries import events_after
from apps.rest.paging import page_request, read_query
from apps.rest.parameters import optional_parameter
from apps.wallet_api.documentation.history import LIST_EVENTS
from apps.wallet_api.fields import sequence_number
from apps.wallet_api.gate import WalletView, session_of
from apps.wallet_api.shapes import event_shape


class Events(WalletView):
    """The customer's stream."""

    @LIST_EVENTS
    def get(self, request: Request) -> Response:
        """Answer what came after a number, lowest first; `next_cursor` is the next `after` while there is more."""
        query = read_query(request.query_params, known=("after", "limit"))
        after = optional_parameter(query, "after", sequence_number) or 0
        page = page_request({name: text for name, text in query.items() if name == "limit"})
        stream = customer_stream(session_of(request).device.customer_id)
        events = events_after(stream, after=after, limit=page.fetch)
        shown = events[: page.limit]
        return Response(
            {
                "data": [event_shape(seq, event) for seq, event in shown],
                "next_cursor": str(shown[-1][0]) if len(events) > page.limit else None,
            }
        )
