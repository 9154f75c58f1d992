"""What every call of a till brings along: the key of the request, and the payment that it is about."""

import hashlib
from uuid import UUID

from django.http import QueryDict

from apps.kernel.ids import from_public_id
from apps.rest.idempotency import idempotency_key_of
from apps.rest.paging import read_query
from apps.rest.views import StrictRequest
from apps.transactions.errors import PaymentNotFound
from apps.transactions.requests import RequestKey


def request_key_of(request: StrictRequest) -> RequestKey:
    """Return the idempotency key with what it is used for; call it after `request.data`, which reads the body.

    Raises IdempotencyKeyMissing, or InvalidFields for a key that cannot be kept or a parameter that nobody knows.
    """
    key = idempotency_key_of(request)
    query: QueryDict = request.query_params
    # Not part of what is compared, so nothing may hide there.
    read_query(query, known=())
    digest = hashlib.sha256(request.body).digest()
    return RequestKey(key=key, method=str(request.method), path=request.path, body_digest=digest)


def payment_id_from(text: str) -> UUID:
    """Return the id inside ``pay_...``; PaymentNotFound for anything else, without a query."""
    try:
        return from_public_id("pay", text)
    except ValueError:
        raise PaymentNotFound from None
