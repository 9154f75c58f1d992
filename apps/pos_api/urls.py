"""The till's addresses, below ``/api/pos/v1/``."""

from django.urls import path

from apps.pos_api.views import CancelPayment, CapturePayment, OnePayment, OwnTill, Payments

urlpatterns = [
    path("payments", Payments.as_view()),
    path("payments/<str:payment_id>", OnePayment.as_view()),
    path("payments/<str:payment_id>/capture", CapturePayment.as_view()),
    path("payments/<str:payment_id>/cancel", CancelPayment.as_view()),
    path("till", OwnTill.as_view()),
]
