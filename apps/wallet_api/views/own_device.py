"""``device``: what a phone asks about itself, its PIN, and the tag that shows that there is only one of it."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.devices.operations import set_pin, sync_device
from apps.rest.fields import Fields
from apps.rest.paging import read_query
from apps.wallet_api.documentation.own_device import SET_PIN, SHOW_DEVICE, SYNC_DEVICE
from apps.wallet_api.fields import encoded, kid, sealed, signature, sync_tag
from apps.wallet_api.gate import WalletView, session_of
from apps.wallet_api.shapes import own_device_shape, pin_shape


class OwnDevice(WalletView):
    """The state of the device that asks; the one call that a pending device may make."""

    admits_pending = True

    @SHOW_DEVICE
    def get(self, request: Request) -> Response:
        """Answer the state; the tag stays as it is."""
        read_query(request.query_params, known=())
        return Response(own_device_shape(session_of(request).device, timezone.now()))


class Sync(WalletView):
    """Exchange the tag that the phone holds for the one that it holds from now on."""

    @SYNC_DEVICE
    def post(self, request: Request) -> Response:
        """Answer the state and the tag; a foreign tag suspends the device as cloned."""
        with Fields(request.data) as fields:
            tag = fields.required("sync", sync_tag)
        device, now = session_of(request).device, timezone.now()
        fresh = sync_device(device_id=device.id, tag=tag, now=now)
        return Response(own_device_shape(device, now) | {"sync": encoded(fresh)})


class Pin(WalletView):
    """Set the first PIN, or another one with the proof of the old."""

    @SET_PIN
    def put(self, request: Request) -> Response:
        """Answer the state of the PIN."""
        with Fields(request.data) as fields:
            key_id = fields.required("kid", kid)
            content = fields.required("sealed", sealed)
            signed = fields.required("signature", signature)
        device = set_pin(
            device_id=session_of(request).device_id, kid=key_id, sealed=content, signature=signed, now=timezone.now()
        )
        return Response({"pin": pin_shape(device)})
