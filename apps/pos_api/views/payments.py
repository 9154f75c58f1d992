"""Selling: ``payments`` and everything below, and ``cancellations``."""

from typing import Final

from django.utils import timezone
from rest_framework.response import Response

from apps.pos_api.day_shapes import never_arrived_shape
from apps.pos_api.documentation import payments as documentation
from apps.pos_api.forms import (
    SaleForm,
    read_cancel,
    read_cancellation,
    read_capture,
    read_nothing,
    read_sale,
)
from apps.pos_api.gate import TillView, outcome, query_of, replayed
from apps.pos_api.operations import note_clock
from apps.pos_api.rates import hear_refusal
from apps.pos_api.requests import payment_id_from, request_key_of
from apps.pos_api.shapes import decline_in_words, payment_shape
from apps.rest.paging import page_of, page_request, read_query
from apps.rest.parameters import optional_parameter, required_parameter, seconds
from apps.rest.strict_json import LARGE_BODY_BYTES
from apps.rest.values import calendar_day, reference
from apps.rest.views import StrictRequest
from apps.transactions.errors import CodeUnreadable
from apps.transactions.operations import cancel_payment, capture_payment, look_at_payment, take_payment
from apps.transactions.operations.cancel import NeverArrived, cancel_by_key
from apps.transactions.operations.confirm import confirm_payment
from apps.transactions.queries import payments_by_reference

LONGEST_WAIT_SECONDS: Final = 30


class Payments(TillView):
    """Take a payment, or ask what became of one."""

    body_limit_bytes = LARGE_BODY_BYTES
    scanning_methods = frozenset({"POST"})

    @documentation.TAKE_PAYMENT
    def post(self, request: StrictRequest) -> Response:
        """Take a payment with a scanned code."""
        form, now = read_sale(request.data, mode=self.point.mode), timezone.now()
        key = request_key_of(request)
        if form.sale.pos_time is not None:
            note_clock(point=self.point, pos_time=form.sale.pos_time, by=self.actor, now=now)
        try:
            answered = take_payment(code=form.code, sale=form.sale, point=self.point, key=key, by=self.actor, now=now)
        except CodeUnreadable as unreadable:
            hear_refusal(self.point, unreadable.code, now=now)
            raise self._in_words(unreadable, form) from None
        if not answered.is_replay:
            hear_refusal(self.point, answered.payment.decline_code, now=now)
        return outcome(answered.payment, is_replay=answered.is_replay, decided_status=201)

    @documentation.FIND_PAYMENTS
    def get(self, request: StrictRequest) -> Response:
        """Return this till's payments under a receipt number, newest first."""
        parameters = read_query(query_of(request), known=("reference", "date", "cursor", "limit"))
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
        parameters = read_query(query_of(request), known=("wait",))
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
        return Response(payment_shape(answered.payment), headers=replayed(answered.is_replay))


class ConfirmPayment(TillView):
    """The cashier says that it is another sale."""

    body_may_be_empty = True

    @documentation.CONFIRM_PAYMENT
    def post(self, request: StrictRequest, payment_id: str) -> Response:
        """Let a possible duplicate go on, and wait for its outcome."""
        identifier = payment_id_from(payment_id)
        read_nothing(request.data)
        answered = confirm_payment(
            payment_id=identifier,
            point=self.point,
            key=request_key_of(request),
            by=self.actor,
            now=timezone.now(),
        )
        return outcome(answered.payment, is_replay=answered.is_replay, decided_status=200)


class CancelPayment(TillView):
    """Call the sale off."""

    body_may_be_empty = True

    @documentation.CANCEL_PAYMENT
    def post(self, request: StrictRequest, payment_id: str) -> Response:
        """Cancel the payment, or give up the rest of its hold; safe to repeat."""
        identifier = payment_id_from(payment_id)
        only_rest = read_cancel(request.data)
        answered = cancel_payment(
            payment_id=identifier,
            point=self.point,
            only_rest=only_rest,
            key=request_key_of(request),
            by=self.actor,
            now=timezone.now(),
        )
        return Response(payment_shape(answered.payment), headers=replayed(answered.is_replay))


class Cancellations(TillView):
    """Call a sale off whose answer was lost."""

    @documentation.CANCEL_LOST
    def post(self, request: StrictRequest) -> Response:
        """Cancel what a lost request made, or make sure that it makes nothing any more."""
        lost_key, receipt_number = read_cancellation(request.data)
        # Asked for like everywhere; the call is safe to repeat by itself, and keeps none.
        request_key_of(request)
        cancelled = cancel_by_key(
            idempotency_key=lost_key,
            reference=receipt_number,
            point=self.point,
            by=self.actor,
            now=timezone.now(),
        )
        if isinstance(cancelled, NeverArrived):
            return Response(never_arrived_shape(lost_key, receipt_number))
        return Response(payment_shape(cancelled))
