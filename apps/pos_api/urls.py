"""The till's addresses, below ``/api/pos/v1/``."""

from django.urls import path

from apps.pos_api.views import (
    Cancellations,
    CancelPayment,
    CapturePayment,
    CloseDay,
    ConfirmPayment,
    Events,
    OnePayment,
    OwnTill,
    Payments,
    Refunds,
    Returns,
)

urlpatterns = [
    path("payments", Payments.as_view()),
    path("payments/<str:payment_id>", OnePayment.as_view()),
    path("payments/<str:payment_id>/capture", CapturePayment.as_view()),
    path("payments/<str:payment_id>/confirm", ConfirmPayment.as_view()),
    path("payments/<str:payment_id>/cancel", CancelPayment.as_view()),
    path("payments/<str:payment_id>/refunds", Refunds.as_view()),
    path("cancellations", Cancellations.as_view()),
    path("returns", Returns.as_view()),
    path("day-close", CloseDay.as_view()),
    path("events", Events.as_view()),
    path("till", OwnTill.as_view()),
]
