"""``registrations``: an address becomes a customer, or proves to be one, without anybody learning which."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.customers.registrations import ACTOR, confirm_registration, start_registration
from apps.devices.models import ActivationSource
from apps.devices.operations import issue_activation_code
from apps.rest.fields import Fields
from apps.wallet_api.documentation.registrations import CONFIRM_REGISTRATION, REGISTER
from apps.wallet_api.fields import email, language, mailed_code
from apps.wallet_api.gate import PublicView


class Registrations(PublicView):
    """Ask for a letter with a code."""

    @REGISTER
    def post(self, request: Request) -> Response:
        """Answer 202, whether or not the address is known and whether or not a letter goes out."""
        with Fields(request.data) as fields:
            address = fields.required("email", email)
            spoken = fields.required("language", language)
        start_registration(email=address, language=spoken, now=timezone.now())
        return Response({}, status=202)


class ConfirmRegistration(PublicView):
    """Show that the letter arrived."""

    @CONFIRM_REGISTRATION
    def post(self, request: Request) -> Response:
        """Answer an activation code, good for fifteen minutes."""
        with Fields(request.data) as fields:
            address = fields.required("email", email)
            code = fields.required("code", mailed_code)
        now = timezone.now()
        customer = confirm_registration(email=address, code=code, now=now)
        issued = issue_activation_code(customer_id=customer.id, source=ActivationSource.MAIL, by=ACTOR, now=now)
        return Response({"activation_code": issued.code.reveal(), "expires_at": issued.expires_at})
