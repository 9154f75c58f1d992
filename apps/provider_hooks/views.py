"""The providers' calls: read, prove, call one operation, answer."""

from typing import Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.provider_hooks.errors import ForeignOperation, NotTheProvider
from apps.provider_hooks.operations import Taken, take_notice
from apps.providers.errors import NoticeRefused, UnknownProviderAccount
from apps.providers.models import ProviderAccount
from apps.providers.operations import read_notice
from apps.rest.parsers import read_body
from apps.rest.throttle import Draw, Rate, require
from apps.rest.views import ApiView

# A genuine notice costs a row and a question; one that is none costs the checking of a signature. Each kind has its
# own bucket, so that whoever sends rubbish does not silence the provider.
GENUINE: Final = Rate(per_second=200, at_once=400)
REFUSED: Final = Rate(per_second=1, at_once=20)
_ANSWERS: Final = {Taken.KEPT: 200, Taken.PARKED: 202}


class Notices(ApiView):
    """What one provider tells us."""

    # The signature is the credential, and it is the body that is signed.
    authentication_classes = ()

    def post(self, request: Request, account: str) -> Response:
        """Answer 200 for what is kept or known, 202 for what is about something unknown; nothing is asked here."""
        found = ProviderAccount.objects.filter(code=account).first()
        if found is None:
            raise UnknownProviderAccount
        body = read_body(request._request, limit_bytes=self.body_limit_bytes)
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            notice = read_notice(account=found, headers=headers, body=body)
            require(Draw(f"notices:{found.id}", GENUINE))
            taken = take_notice(account=found, notice=notice, now=timezone.now())
        except NoticeRefused:
            require(Draw(f"notices-refused:{found.id}", REFUSED))
            raise NotTheProvider from None
        if taken == Taken.FOREIGN:
            raise ForeignOperation
        return Response({"status": str(taken)}, status=_ANSWERS[taken])
