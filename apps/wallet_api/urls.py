"""The addresses under ``/api/wallet/v1/``."""

from django.urls import path, register_converter

from apps.wallet_api.views.consents import Consents
from apps.wallet_api.views.devices import (
    ApproveDevice,
    Devices,
    Handover,
    LockDevice,
    RenameDevice,
    RevokeDevice,
    UnlockDevice,
)
from apps.wallet_api.views.events import Events
from apps.wallet_api.views.instruments import CompleteLink, Instruments, MakeDefault, OneInstrument, RenameInstrument
from apps.wallet_api.views.limits import OwnLimits
from apps.wallet_api.views.me import CloseAccount, Export, Me
from apps.wallet_api.views.own_device import OwnDevice, Pin, Sync
from apps.wallet_api.views.payments import (
    OnePayment,
    Payments,
    Receipt,
    ReceiptPage,
    ReceiptPdf,
    RefundReceipt,
    RefundReceiptPage,
    RefundReceiptPdf,
)
from apps.wallet_api.views.realm import Realm
from apps.wallet_api.views.registrations import ConfirmRegistration, Registrations
from apps.wallet_api.views.sessions import Challenges, Sessions


class HandleConverter:
    """1 to 255 in its one spelling."""

    regex = "[1-9][0-9]{0,2}"

    def to_python(self, value: str) -> int:
        """Return the handle; ValueError, and so 404, above a byte."""
        handle = int(value)
        if handle > 255:
            raise ValueError("a handle is one byte")
        return handle

    def to_url(self, value: int) -> str:
        """Return it as it stands in an address."""
        return str(value)


register_converter(HandleConverter, "handle")

urlpatterns = [
    path("realm", Realm.as_view()),
    path("registrations", Registrations.as_view()),
    path("registrations/confirm", ConfirmRegistration.as_view()),
    path("challenges", Challenges.as_view()),
    path("sessions", Sessions.as_view()),
    path("device", OwnDevice.as_view()),
    path("device/pin", Pin.as_view()),
    path("device/sync", Sync.as_view()),
    path("devices", Devices.as_view()),
    path("devices/<str:device>/approve", ApproveDevice.as_view()),
    path("devices/<str:device>/rename", RenameDevice.as_view()),
    path("devices/<str:device>/lock", LockDevice.as_view()),
    path("devices/<str:device>/unlock", UnlockDevice.as_view()),
    path("devices/<str:device>/revoke", RevokeDevice.as_view()),
    path("handover", Handover.as_view()),
    path("instruments", Instruments.as_view()),
    path("instruments/<uuid:link>/complete", CompleteLink.as_view()),
    path("instruments/<handle:handle>", OneInstrument.as_view()),
    path("instruments/<handle:handle>/rename", RenameInstrument.as_view()),
    path("instruments/<handle:handle>/default", MakeDefault.as_view()),
    path("events", Events.as_view()),
    path("payments", Payments.as_view()),
    path("payments/<str:payment>", OnePayment.as_view()),
    path("payments/<str:payment>/receipt", Receipt.as_view()),
    path("payments/<str:payment>/receipt/page", ReceiptPage.as_view()),
    path("payments/<str:payment>/receipt/pdf", ReceiptPdf.as_view()),
    path("payments/<str:payment>/refunds/<str:refund>/receipt", RefundReceipt.as_view()),
    path("payments/<str:payment>/refunds/<str:refund>/receipt/page", RefundReceiptPage.as_view()),
    path("payments/<str:payment>/refunds/<str:refund>/receipt/pdf", RefundReceiptPdf.as_view()),
    path("consents/<str:payment>", Consents.as_view()),
    path("limits", OwnLimits.as_view()),
    path("me", Me.as_view()),
    path("me/export", Export.as_view()),
    path("me/close", CloseAccount.as_view()),
]
