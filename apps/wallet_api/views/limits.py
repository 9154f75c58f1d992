"""``limits``: how much the customer lets his phones pay; down at once, up after a day and only with the PIN."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.customers.states import CustomerStatus
from apps.devices.models import Device
from apps.kernel.money import Money
from apps.limits.errors import RaiseUnconfirmed
from apps.limits.models import Scope
from apps.limits.operations import ask_limit_change
from apps.limits.values import Limits
from apps.rest.fields import Fields
from apps.rest.paging import read_query
from apps.rest.values import non_negative_amount
from apps.transactions.operations.limiting import device_limits
from apps.wallet_api.documentation.limits import SET_LIMITS, SHOW_LIMITS
from apps.wallet_api.fields import limit_currency
from apps.wallet_api.gate import WalletView, actor_of, require_confirmation, session_of
from apps.wallet_api.queries import limits_for, most_of, waiting_raise
from apps.wallet_api.shapes import Shape, own_limits_shape


class OwnLimits(WalletView):
    """The customer's limits, the same for all of his devices."""

    @SHOW_LIMITS
    def get(self, request: Request) -> Response:
        """Answer what holds for the device that asks, and what holds later."""
        read_query(request.query_params, known=())
        return Response(_shape(session_of(request).device, timezone.now()))

    @SET_LIMITS
    def put(self, request: Request) -> Response:
        """Answer the limits as they are afterwards; a limit that is left out stays."""
        with Fields(request.data) as fields:
            currency = fields.required("currency", limit_currency)
            per_payment = fields.optional("per_payment", non_negative_amount)
            per_day = fields.optional("per_day", non_negative_amount)
            if "per_payment" not in request.data and "per_day" not in request.data:
                fields.refuse("per_payment", code="invalid_field", detail="name per_payment, per_day, or both")
        session, now = session_of(request), timezone.now()
        wanted = Limits(
            None if per_payment is None else Money(per_payment, currency),
            None if per_day is None else Money(per_day, currency),
        )
        try:
            ask_limit_change(
                scope=Scope.CUSTOMER,
                subject_id=session.device.customer_id,
                wanted=wanted,
                # Where nothing was set, what this device may pay is what the customer knows: more is a raise.
                default=device_limits(session.device),
                is_confirmed=session.is_confirmed(now) and session.device.customer.status == CustomerStatus.ACTIVE,
                by=actor_of(session),
                now=now,
            )
        except RaiseUnconfirmed:
            require_confirmation(session, now)
            raise
        return Response(_shape(session.device, now))


def _shape(device: Device, now: datetime) -> Shape:
    return own_limits_shape(
        limits_for(device, now),
        most_of(device, now),
        waiting_raise(device.customer_id, now),
        settings.LIMIT_CURRENCY,
    )
