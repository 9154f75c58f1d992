"""Giving back: ``payments/{id}/refunds`` and ``returns``."""

from django.utils import timezone
from rest_framework.response import Response

from apps.merchants.models import TillScope
from apps.pos_api.documentation import refunds as documentation
from apps.pos_api.forms import read_refund, read_return
from apps.pos_api.gate import TillView, query_of, replayed
from apps.pos_api.rates import hear_refusal
from apps.pos_api.refund_shapes import refund_shape, refunded_shape, return_shape
from apps.pos_api.requests import payment_id_from, request_key_of
from apps.pos_api.shapes import decline_in_words
from apps.rest.paging import page_of, page_request, read_query
from apps.rest.strict_json import LARGE_BODY_BYTES
from apps.rest.views import StrictRequest
from apps.transactions.errors import CodeUnreadable
from apps.transactions.operations.refund import refund_payment
from apps.transactions.operations.returns import start_return
from apps.transactions.queries import lines_given_back, payment_at, refunds_of
from apps.transactions.states import RefundStatus


class Refunds(TillView):
    """Give money back, or look at what was given back."""

    scope = TillScope.REFUNDS
    body_limit_bytes = LARGE_BODY_BYTES
    body_may_be_empty = True

    @documentation.REFUND_PAYMENT
    def post(self, request: StrictRequest, payment_id: str) -> Response:
        """Give back a part or all that is left; 202 while a second person must agree."""
        identifier = payment_id_from(payment_id)
        wish = read_refund(request.data)
        refunded = refund_payment(
            payment_id=identifier,
            wish=wish,
            point=self.point,
            key=request_key_of(request),
            by=self.actor,
            now=timezone.now(),
        )
        is_waiting = refunded.refund.status == RefundStatus.AWAITING_APPROVAL
        return Response(
            refunded_shape(refunded), status=202 if is_waiting else 201, headers=replayed(refunded.is_replay)
        )

    @documentation.LIST_REFUNDS
    def get(self, request: StrictRequest, payment_id: str) -> Response:
        """Return the refunds of a payment, newest first."""
        identifier = payment_id_from(payment_id)
        page = page_request(read_query(query_of(request), known=("cursor", "limit")))
        payment = payment_at(identifier, self.point)
        found = refunds_of(payment_id=payment.id, after=page.after, limit=page.fetch)
        return Response(page_of(found, page, key=lambda refund: refund.id, shape=refund_shape))


class Returns(TillView):
    """Somebody brings something back and shows a code."""

    scope = TillScope.RETURNS
    scanning_methods = frozenset({"POST"})

    @documentation.START_RETURN
    def post(self, request: StrictRequest) -> Response:
        """Return what the customer bought here that can be given back."""
        form, now = read_return(request.data), timezone.now()
        key = request_key_of(request)
        cashier_language = self.point.till.language
        customer_language = form.language or cashier_language
        try:
            identified = start_return(code=form.code, point=self.point, key=key, by=self.actor, now=now)
        except CodeUnreadable as unreadable:
            hear_refusal(self.point, unreadable.code, now=now)
            unreadable.facts["decline"] = decline_in_words(
                unreadable.code, cashier_language=cashier_language, customer_language=customer_language
            )
            raise
        if not identified.is_replay:
            hear_refusal(self.point, identified.scanned.decline_code, now=now)
        returned = lines_given_back([payment.id for payment in identified.sales])
        shape = return_shape(
            identified, returned, cashier_language=cashier_language, customer_language=customer_language
        )
        return Response(shape, status=201, headers=replayed(identified.is_replay))
