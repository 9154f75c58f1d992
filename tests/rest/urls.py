"""A tiny door, through which the tests send what the catalogue of bad input lists."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.response import Response

from apps.kernel.errors import Conflict, Forbidden, NotFound, Unavailable
from apps.rest import handlers
from apps.rest.fields import Fields
from apps.rest.idempotency import idempotency_key_of
from apps.rest.lines import check_lines, lines
from apps.rest.strict_json import LARGE_BODY_BYTES
from apps.rest.values import amount, boolean, currency, non_negative_amount, reference, text
from apps.rest.views import ApiView, StrictRequest

handler400, handler403 = handlers.bad_request, handlers.permission_denied
handler404, handler500 = handlers.page_not_found, handlers.server_error


@dataclass(frozen=True)
class Sale:
    amount: int
    currency: str
    reference: str | None
    final: bool
    tip: int


class SellView(ApiView):
    body_limit_bytes = LARGE_BODY_BYTES
    authentication_classes = ()
    permission_classes = ()

    def post(self, request: StrictRequest) -> Response:
        key = idempotency_key_of(request)
        with Fields(request.data) as fields:
            sale = Sale(
                amount=fields.required("amount", amount),
                currency=fields.required("currency", currency),
                reference=fields.optional("reference", reference),
                final=fields.optional("final", boolean, default=True),
                tip=fields.optional("tip", non_negative_amount, default=0),
            )
            fields.optional("name", text(maximum=64))
            sold = fields.optional("lines", lines)
        if sold is not None:
            check_lines(amount_minor=sale.amount, tip_minor=sale.tip, lines=sold)
        return Response({"amount": sale.amount, "key": key, "method": request.method}, status=201)


class SmallView(ApiView):
    body_may_be_empty = True
    authentication_classes = ()
    permission_classes = ()

    def post(self, request: StrictRequest) -> Response:
        return Response({"members": len(request.data)})


ERRORS: dict[str, Exception] = {
    "forbidden": Forbidden(),
    "not-found": NotFound(),
    "conflict": Conflict("already in use", payment="pay_1", status="overwritten?", retry_after_seconds=2.2),
    "unavailable": Unavailable(),
    "throttled": Throttled(wait=7.5),
    "bug": RuntimeError("the secret plan"),
}


class FailView(ApiView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request: StrictRequest, kind: str) -> Response:
        raise ERRORS[kind]


class NobodyAuthentication(BaseAuthentication):  # type: ignore[misc]
    def authenticate(self, request: StrictRequest) -> None:
        raise AuthenticationFailed("the key was revoked on Tuesday")


class LockedView(ApiView):
    authentication_classes = (NobodyAuthentication,)

    def post(self, request: StrictRequest) -> Response:
        return Response({})


def plain_bug(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the secret plan")


urlpatterns = [
    path("api/sell", SellView.as_view()),
    path("api/small", SmallView.as_view()),
    path("api/fail/<str:kind>", FailView.as_view()),
    path("api/locked", LockedView.as_view()),
    path("api/plain-bug", plain_bug),
]
