"""What a till does besides selling: ``day-close``, ``events`` and ``till``."""

from django.utils import timezone
from rest_framework.response import Response

from apps.live.queries import events_after
from apps.merchants.models import TillScope
from apps.pos_api.day_shapes import day_close_shape, event_shape
from apps.pos_api.documentation import day as documentation
from apps.pos_api.forms import read_day_close
from apps.pos_api.gate import TillView, query_of, replayed
from apps.pos_api.requests import request_key_of
from apps.pos_api.shapes import till_shape
from apps.rest.paging import page_request, read_query
from apps.rest.parameters import optional_parameter, sequence_number
from apps.rest.strict_json import LARGE_BODY_BYTES
from apps.rest.views import StrictRequest
from apps.transactions.operations.day_close import close_day
from apps.transactions.topics import merchant_stream


class CloseDay(TillView):
    """The end of the till's day."""

    scope = TillScope.DAY_CLOSE
    body_limit_bytes = LARGE_BODY_BYTES

    @documentation.CLOSE_DAY
    def post(self, request: StrictRequest) -> Response:
        """Compare what the till counted with what we did, and close its day."""
        counted = read_day_close(request.data)
        closed = close_day(
            counted=counted, point=self.point, key=request_key_of(request), by=self.actor, now=timezone.now()
        )
        return Response(day_close_shape(closed.close), headers=replayed(closed.is_replay))


class Events(TillView):
    """What happened at the merchant, in the mode of the key."""

    scope = TillScope.EVENTS

    @documentation.LIST_EVENTS
    def get(self, request: StrictRequest) -> Response:
        """Answer what came after a number, lowest first; `next_cursor` is the next `after` while there is more."""
        parameters = read_query(query_of(request), known=("after", "limit"))
        after = optional_parameter(parameters, "after", sequence_number) or 0
        page = page_request({name: text for name, text in parameters.items() if name == "limit"})
        stream = merchant_stream(self.point.till.store.merchant_id, self.point.mode)
        events = events_after(stream, after=after, limit=page.fetch)
        shown = events[: page.limit]
        return Response(
            {
                "data": [event_shape(seq, event) for seq, event in shown],
                "next_cursor": str(shown[-1][0]) if len(events) > page.limit else None,
            }
        )


class OwnTill(TillView):
    """Who am I; also the connection test."""

    scope = None

    @documentation.SHOW_TILL
    def get(self, request: StrictRequest) -> Response:
        """Return the till."""
        read_query(query_of(request), known=())
        return Response(till_shape(self.point, now=timezone.now()))
