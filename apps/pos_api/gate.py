"""Who comes in: a till with a valid key, good for what is asked, and not too often."""

from typing import ClassVar

from django.http import QueryDict
from rest_framework.response import Response

from apps.kernel.actors import Actor
from apps.merchants.models import TillKey, TillScope
from apps.pos_api.authentication import TillAuthentication
from apps.pos_api.errors import ScopeMissing
from apps.pos_api.rates import let_call, let_scan
from apps.pos_api.shapes import payment_shape
from apps.rest.views import ApiView, StrictRequest
from apps.transactions.models import Payment
from apps.transactions.requests import Point

# The outcome is not known yet, or somebody must act: the till asks again.
ASK_AGAIN = {"Retry-After": "1"}


class TillView(ApiView):
    """Base of every call: a till with a valid key, and nobody else."""

    authentication_classes = (TillAuthentication,)
    # What the key must be good for; None where any key will do.
    scope: ClassVar[TillScope | None] = TillScope.PAYMENTS
    # The methods that bring a scanned code: they cost more, and are what somebody would try out.
    scanning_methods: ClassVar[frozenset[str]] = frozenset()

    @property
    def point(self) -> Point:
        """The till that calls, and the mode of its key."""
        point: Point = self.request.user
        return point

    @property
    def actor(self) -> Actor:
        """The till, as evidence names it."""
        return Actor("till", self.point.till.public_id)

    def check_permissions(self, request: StrictRequest) -> None:
        """Let a key in that is good for this call. Raises ScopeMissing."""
        key: TillKey = request.auth
        if self.scope is not None and not key.allows(self.scope):
            raise ScopeMissing(scope=self.scope.value)

    def check_throttles(self, request: StrictRequest) -> None:
        """Let a till in that does not come too often. Raises TooManyRequests."""
        if request.method in self.scanning_methods:
            let_scan(self.point)
        else:
            let_call(self.point)


def query_of(request: StrictRequest) -> QueryDict:
    """Return the parameters of the address."""
    query: QueryDict = request.query_params
    return query


def replayed(is_replay: bool) -> dict[str, str]:
    """Return the header that tells a repetition."""
    return {"Idempotent-Replayed": "true"} if is_replay else {}


def outcome(payment: Payment, *, is_replay: bool, decided_status: int) -> Response:
    """Answer with the payment: with `decided_status`, or 202 while the till has to ask again."""
    shape = payment_shape(payment)
    if shape["poll_after_ms"] is None:
        return Response(shape, status=decided_status, headers=replayed(is_replay))
    return Response(shape, status=202, headers=replayed(is_replay) | ASK_AGAIN)
