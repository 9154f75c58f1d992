"""``devices``: a phone enrols; a customer sees and stops his phones."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.devices.models import ActivationSource
from apps.devices.operations import (
    approve_device,
    enrol_device,
    grouped_in_fours,
    issue_activation_code,
    move_device,
    rename_device,
)
from apps.devices.states import DeviceStatus
from apps.rest.fields import Fields
from apps.rest.paging import read_query
from apps.rest.values import boolean
from apps.wallet_api.documentation.devices import (
    APPROVE_DEVICE,
    ENROL_DEVICE,
    HAND_OVER,
    LIST_DEVICES,
    LOCK_DEVICE,
    RENAME_DEVICE,
    REVOKE_DEVICE,
    UNLOCK_DEVICE,
)
from apps.wallet_api.errors import LastDevice
from apps.wallet_api.fields import challenge, device_name, encoded, platform, public_key, signature, typed_code
from apps.wallet_api.gate import WalletView, actor_of, session_of
from apps.wallet_api.queries import is_last_device, listed_devices, own_device
from apps.wallet_api.shapes import device_shape

# What staff see beside the status.
_REASON = "customer"


class Devices(WalletView):
    """The customer's devices. A new one has no session yet, and shows an activation code instead."""

    open_methods = frozenset({"POST"})

    @LIST_DEVICES
    def get(self, request: Request) -> Response:
        """Answer the list, newest first."""
        read_query(request.query_params, known=())
        own = session_of(request).device
        devices = listed_devices(own.customer_id)
        return Response({"data": [device_shape(device, own=own) for device in devices], "next_cursor": None})

    @ENROL_DEVICE
    def post(self, request: Request) -> Response:
        """Enrol; answer 201 with all that the phone must keep."""
        with Fields(request.data) as fields:
            code = fields.required("activation_code", typed_code)
            name = fields.required("name", device_name)
            kind = fields.required("platform", platform)
            key = fields.required("public_key", public_key)
            answered = fields.required("challenge", challenge)
            proof = fields.required("proof", signature)
        device = enrol_device(
            activation_code=code.reveal(),
            name=name,
            platform=kind,
            public_key=key,
            challenge=answered,
            proof=proof,
            now=timezone.now(),
        )
        shape = {
            "device_id": device.public_id,
            "device_ref": encoded(bytes(device.device_ref)),
            "certificate": encoded(bytes(device.certificate)),
            "sync": encoded(bytes(device.sync_current)),
            "status": device.status,
        }
        return Response(shape, status=201)


class ApproveDevice(WalletView):
    """Let a device that waits in, with a signature of this one and the PIN."""

    confirmed_methods = frozenset({"POST"})

    @APPROVE_DEVICE
    def post(self, request: Request, device: str) -> Response:
        """Answer the device, active; its first PIN may be set from now on."""
        with Fields(request.data) as fields:
            answered = fields.required("challenge", challenge)
            signed = fields.required("signature", signature)
        own = session_of(request).device
        approved = approve_device(
            device_id=own_device(own.customer_id, device).id,
            approver_id=own.id,
            challenge=answered,
            signature=signed,
            now=timezone.now(),
        )
        return Response(device_shape(approved, own=own))


class RenameDevice(WalletView):
    """Call a device otherwise; needs no PIN, as nothing follows from it."""

    @RENAME_DEVICE
    def post(self, request: Request, device: str) -> Response:
        """Answer the device with its name."""
        with Fields(request.data) as fields:
            name = fields.required("name", device_name)
        session = session_of(request)
        renamed = rename_device(
            device_id=own_device(session.device.customer_id, device).id,
            name=name,
            by=actor_of(session),
            now=timezone.now(),
        )
        return Response(device_shape(renamed, own=session.device))


class Handover(WalletView):
    """A code for a new phone, shown as a QR by the old one, which approves it afterwards."""

    body_may_be_empty = True
    confirmed_methods = frozenset({"POST"})

    @HAND_OVER
    def post(self, request: Request) -> Response:
        """Answer an activation code, good for ten minutes, and the text of its QR."""
        with Fields(request.data):
            pass
        session = session_of(request)
        issued = issue_activation_code(
            customer_id=session.device.customer_id,
            source=ActivationSource.HANDOVER,
            by=actor_of(session),
            now=timezone.now(),
        )
        code = issued.code.reveal()
        # The same text as in the QR of a letter, so that a phone reads both alike.
        shape = {"activation_code": grouped_in_fours(code), "qr_text": code, "expires_at": issued.expires_at}
        return Response(shape, status=201)


class LockDevice(WalletView):
    """Stop a device for now; never needs the PIN, because it may be in a hurry."""

    body_may_be_empty = True

    @LOCK_DEVICE
    def post(self, request: Request, device: str) -> Response:
        """Answer the device, locked; its sessions and sockets are closed."""
        with Fields(request.data):
            pass
        return _moved(request, device, to=DeviceStatus.LOCKED)


class UnlockDevice(WalletView):
    """Let another device go on."""

    body_may_be_empty = True
    confirmed_methods = frozenset({"POST"})

    @UNLOCK_DEVICE
    def post(self, request: Request, device: str) -> Response:
        """Answer the device, active again."""
        with Fields(request.data):
            pass
        return _moved(request, device, to=DeviceStatus.ACTIVE)


class RevokeDevice(WalletView):
    """Stop a device for good."""

    body_may_be_empty = True
    confirmed_methods = frozenset({"POST"})

    @REVOKE_DEVICE
    def post(self, request: Request, device: str) -> Response:
        """Answer the device, revoked; 409 last_device unless the warning was accepted."""
        with Fields(request.data) as fields:
            is_warned = fields.optional("warning_accepted", boolean, default=False)
        found = own_device(session_of(request).device.customer_id, device)
        if is_last_device(found) and not is_warned:
            raise LastDevice
        return _moved(request, device, to=DeviceStatus.REVOKED)


def _moved(request: Request, public: str, *, to: DeviceStatus) -> Response:
    session = session_of(request)
    found = own_device(session.device.customer_id, public)
    device = move_device(device_id=found.id, to=to, reason=_REASON, by=actor_of(session), now=timezone.now())
    return Response(device_shape(device, own=session.device))
