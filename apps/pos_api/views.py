"""The till's calls: parse, call one operation, answer."""

from typing import Final

from django.http import QueryDict
from django.utils import timezone
from rest_framework.response import Response

from apps.kernel.actors import Actor
from apps.pos_api import documentation
from apps.pos_api.authentication import TillAuthentication
from apps.pos_api.forms import SaleForm, read_capture, read_nothing, read_sale
from apps.pos_api.requests import payment_id_from, request_key_of
from apps.pos_api.shapes import decline_in_words, payment_shape, till_shape
from apps.rest.paging import page_of, page_request, read_query
from apps.rest.parameters import optional_parameter, required_parameter, seconds
from apps.rest.strict_json import LARGE_BODY_BYTES
from apps.rest.values import calendar_day, reference
from apps.rest.views import ApiView, StrictRequest
from apps.transactions.errors import CodeUnreadable
from apps.transactions.operations import cancel_payment, capture_payment, look_at_payment, take_payment
from apps.transactions.queries import payments_by_reference
from apps.transactions.requests import Answered, Point

LONGEST_WAIT_SECONDS: Final = 30
_ASK_AGAIN: Final = {"Retry-After": "1"}


class TillView(ApiView):
    """Base of every call: a till with a valid key, and nobody else."""

    authentication_classes = (TillAuthentication,)

    @property
    def point(self) -> Point:
        """The till that calls, and the mode of its key."""
        point: Point = self.request.user
        return point

    @property
    def actor(self) -> Actor:
        """The till, as evidence names it."""
        return Actor("till", self.point.till.public_id)


class Payments(TillView):
    """Take a payment, or ask what became of one."""

    body_limit_bytes = LARGE_BODY_BYTES

    @documentation.TAKE_PAYMENT
    def post(self, request: StrictRequest) -> Response:
        """Take a payment with a scanned code."""
        form = read_sale(request.data, mode=self.point.mode)
        key = request_key_of(request)
        try:
            answered = take_payment(
                code=form.code, sale=form.sale, point=self.point, key=key, by=self.actor, now=timezone.now()
            )
        except CodeUnreadable as unreadable:
            raise self._in_words(unreadable, form) from None
        shape = payment_shape(answered.payment)
        if shape["poll_after_ms"] is None:
            return Response(shape, status=201, headers=_replayed(answered))
        # The outcome is not known yet, or somebody must act: the till asks again.
        return Response(shape, status=202, headers=_replayed(answered) | _ASK_AGAIN)

    @documentation.FIND_PAYMENTS
    def get(self, request: StrictRequest) -> Response:
        """Return this till's payments under a receipt number, newest first."""
        parameters = read_query(_query_of(request), known=("reference", "date", "cursor", "limit"))
        page = page_request(parameters)
        found = payments_by_reference(
            point=self.point,
            reference=required_parameter(parameters, "reference", reference),
            day=optional_parameter(parameters, "date", calendar_day),
            after=page.after,
            limit=page.fetch,
        )
        return Response(page_of(found, page, key=lambda payment: payment.id, shape=payment_shape))

    def _in_words(self, unreadable: CodeUnreadable, form: SaleForm) -> CodeUnreadable:
        """Return the error with the same `decline` that a declined payment has: a till shows both alike."""
        language = self.point.till.language
        unreadable.facts["decline"] = decline_in_words(
            unreadable.code, cashier_language=language, customer_language=form.sale.language or language
        )
        return unreadable


class OnePayment(TillView):
    """One payment, with a wait for its outcome where it is asked for."""

    @documentation.SHOW_PAYMENT
    def get(self, request: StrictRequest, payment_id: str) -> Response:
        """Return the payment."""
        identifier = payment_id_from(payment_id)
        parameters = read_query(_query_of(request), known=("wait",))
        payment = look_at_payment(
            payment_id=identifier,
            point=self.point,
            wait_seconds=optional_parameter(parameters, "wait", seconds(maximum=LONGEST_WAIT_SECONDS)) or 0,
            now=timezone.now(),
        )
        return Response(payment_shape(payment))


class CapturePayment(TillView):
    """Take what is held."""

    body_may_be_empty = True

    @documentation.CAPTURE_PAYMENT
    def post(self, request: StrictRequest, payment_id: str) -> Response:
        """Capture all of the hold, or a part."""
        identifier = payment_id_from(payment_id)
        form = read_capture(request.data)
        answered = capture_payment(
            payment_id=identifier,
            amount=form.amount,
            is_final=form.is_final,
            point=self.point,
            key=request_key_of(request),
            by=self.actor,
            now=timezone.now(),
        )
        return Response(payment_shape(answered.payment), headers=_replayed(answered))


class CancelPayment(TillView):
    """Call the sale off."""

    body_may_be_empty = True

    @documentation.CANCEL_PAYMENT
    def post(self, request: StrictRequest, payment_id: str) -> Response:
        """Cancel the payment; safe to repeat."""
        identifier = payment_id_from(payment_id)
        read_nothing(request.data)
        answered = cancel_payment(
            payment_id=identifier,
            point=self.point,
            key=request_key_of(request),
            by=self.actor,
            now=timezone.now(),
        )
        return Response(payment_shape(answered.payment), headers=_replayed(answered))


class OwnTill(TillView):
    """Who am I; also the connection test."""

    @documentation.SHOW_TILL
    def get(self, request: StrictRequest) -> Response:
        """Return the till."""
        read_query(_query_of(request), known=())
        return Response(till_shape(self.point, now=timezone.now()))


def _query_of(request: StrictRequest) -> QueryDict:
    query: QueryDict = request.query_params
    return query


def _replayed(answered: Answered) -> dict[str, str]:
    return {"Idempotent-Replayed": "true"} if answered.is_replay else {}
