"""Who stands at the door: the till whose key the request carries, and what proves that it is no copy of the key."""

import logging
from datetime import datetime

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication

from apps.merchants.models import Mode, TillKey, TillProof
from apps.merchants.queries import ShownKey, shown_till_key, till_key_for
from apps.pos_api.certificates import shown_certificate
from apps.pos_api.errors import CertificateInvalid, CertificateRequired, SignatureRequired
from apps.pos_api.signatures import claimed_signer, verify_signature
from apps.rest.credentials import bearer_token
from apps.rest.errors import Unauthenticated
from apps.rest.parsers import read_body
from apps.rest.problems import CHALLENGE
from apps.rest.views import StrictRequest
from apps.transactions.requests import Point

logger = logging.getLogger(__name__)


class TillAuthentication(BaseAuthentication):  # type: ignore[misc]
    """Takes ``Authorization: Bearer till_...``; `request.user` is the Point, `request.auth` its key.

    On top of the key what the merchant demands: a signature, a client certificate. A signature that nobody demands is
    verified all the same: whoever signs wants a request that was changed on its way to be refused.
    """

    def authenticate(self, request: StrictRequest) -> tuple[Point, TillKey]:
        """Return whose request it is, by one statement, and one more to spend the nonce of a signature.

        Unauthenticated alike for no, unknown, expired, revoked keys; who has a valid one is told what else is wrong.
        """
        now = timezone.now()
        signer, certificate = claimed_signer(request), shown_certificate(request)
        shown = _shown_key(bearer_token(request).reveal(), signer, certificate, now)
        if shown is None:
            raise Unauthenticated
        point = Point(till=shown.key.till, mode=Mode(shown.key.mode))
        try:
            _check_proof(request, shown, signer=signer, certificate=certificate, now=now)
        except Unauthenticated as error:
            # A till that is set up wrongly, or a key in the wrong hands.
            logger.warning("till not proven", extra={"till": point.till.public_id, "code": error.code})
            raise
        return point, shown.key

    def authenticate_header(self, request: StrictRequest) -> str:
        """Return what is asked for."""
        return CHALLENGE


def _shown_key(text: str, signer: str | None, certificate: str | None, now: datetime) -> ShownKey | None:
    if signer is None and certificate is None:
        key = till_key_for(text, now=now)
        return None if key is None else ShownKey(key)
    return shown_till_key(text, signer=signer or "", certificate=certificate or "", now=now)


def _check_proof(
    request: StrictRequest, shown: ShownKey, *, signer: str | None, certificate: str | None, now: datetime
) -> None:
    demanded = TillProof(shown.key.till.store.merchant.till_proof)
    if demanded.needs_certificate and certificate is None:
        raise CertificateRequired
    if demanded.needs_certificate and shown.certificate is None:
        raise CertificateInvalid
    if signer is not None:
        # The body is read, and its digest checked, before anybody parses it.
        body = read_body(request._request, limit_bytes=request.body_limit_bytes)
        verify_signature(request._request, body, shown.signer, now=now)
    elif demanded.needs_signature:
        raise SignatureRequired
