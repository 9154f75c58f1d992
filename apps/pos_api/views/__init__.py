"""The till's calls: parse, call one operation, answer."""

from apps.pos_api.views.day import CloseDay, Events, OwnTill
from apps.pos_api.views.payments import (
    Cancellations,
    CancelPayment,
    CapturePayment,
    ConfirmPayment,
    OnePayment,
    Payments,
)
from apps.pos_api.views.refunds import Refunds, Returns

__all__ = [
    "CancelPayment",
    "Cancellations",
    "CapturePayment",
    "CloseDay",
    "ConfirmPayment",
    "Events",
    "OnePayment",
    "OwnTill",
    "Payments",
    "Refunds",
    "Returns",
]
