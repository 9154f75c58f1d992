"""What several calls of a till are described with."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from apps.merchants.models import TillScope
from apps.rest.documentation import (
    AMOUNT,
    CURRENCY,
    MOMENT,
    REPLAYED,
    SUM,
    Answer,
    bearer_scheme,
    component,
    describe,
    described,
    identifier,
    list_schema,
    nullable,
    object_schema,
    path_parameter,
    security_scheme,
    words,
)
from apps.rest.lines import MAXIMUM_NAME_LENGTH
from apps.transactions.states import CaptureStatus, RefundFacet
from apps.transactions.words import DECLINE_CODES, LANGUAGES

View = TypeVar("View", bound=Callable[..., object])

TAG: Final = "Till"
TILL_KEY: Final = bearer_scheme(
    "till_key", "The till's key, `till_live_...` or `till_test_...`; shown once when issued."
)

TILL_SIGNATURE: Final = security_scheme(
    "till_signature",
    {
        "type": "apiKey",
        "in": "header",
        "name": "Signature",
        "description": "Where the merchant demands it, beside the key: an HTTP message signature (RFC 9421, "
        "`ecdsa-p256-sha256`) with its `Signature-Input` and, for a body, `Content-Digest`. It covers `@method`, "
        "`@path`, `@query` if there is one, `authorization`, `idempotency-key` of a POST, and `content-digest`; "
        'parameters are `created`, `nonce`, `keyid` and `tag="mpayment-till"`.',
    },
)
TILL_CERTIFICATE: Final = security_scheme(
    "till_certificate",
    {
        "type": "mutualTLS",
        "description": "Where the merchant demands it, beside the key: the client certificate registered for the till.",
    },
)
# What a merchant can demand besides the key.
PROOFS: Final = ((TILL_SIGNATURE,), (TILL_CERTIFICATE,), (TILL_SIGNATURE, TILL_CERTIFICATE))
PROOF_PROBLEMS: Final = (
    "`unauthenticated`: no, a wrong, an expired or a revoked key. Where the merchant demands more: "
    "`signature_required`, `signature_invalid`, `signature_expired` (with `server_time`), `signature_replayed`, "
    "`certificate_required`, `certificate_invalid`"
)

REFERENCE: Final = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
LANGUAGE: Final = words(*LANGUAGES)
LINE: Final = component(
    "Line",
    object_schema(
        {
            "name": {"type": "string", "minLength": 1, "maxLength": MAXIMUM_NAME_LENGTH},
            "quantity": {
                "type": "string",
                "pattern": r"^(0|[1-9][0-9]{0,6})(\.[0-9]{1,3})?$",
                "description": "A decimal above zero, as text",
            },
            "amount": {"type": "integer", "description": "Minor units; negative for discounts and deposits"},
            "vat_rate_basis_points": {"type": "integer", "minimum": 0, "maximum": 10_000},
        }
    ),
)
DECLINE: Final = component(
    "Decline",
    object_schema(
        {
            "code": words(*sorted(DECLINE_CODES)),
            "cashier_message": {"type": "string", "description": "In the till's language"},
            "customer_message": {"type": "string", "description": "In the customer's language"},
            "action": words("new_code", "other_instrument", "other_means", "call_supervisor", "wait"),
            "tries_left": {"type": "integer", "minimum": 0, "description": "Only after a wrong PIN"},
        },
        optional=("tries_left",),
    ),
)
_PRINTABLE: Final = list_schema({"type": "string", "maxLength": 42})
PAYMENT_MEMBERS: Final = {
    "id": identifier("pay"),
    "object": {"const": "payment"},
    "version": {"type": "integer", "minimum": 1, "description": "Only grows; keep the highest"},
    "status": words("processing", "action_required", "authorised", "captured", "declined", "cancelled", "expired"),
    "final": {"type": "boolean", "description": "The status will not change any more"},
    "safe_to_release_goods": {"type": "boolean"},
    "safe_to_retry": {"type": "boolean"},
    "amount": AMOUNT,
    "currency": CURRENCY,
    "authorised": SUM,
    "captured": SUM,
    "remaining": described(SUM, "Minor units that may still be captured"),
    "refunded": SUM,
    "refund_status": words(*RefundFacet.values),
    "capture_status": words(*CaptureStatus.values, description="How far the bank has carried it out"),
    "reference": REFERENCE,
    "till": identifier("til"),
    "instrument": nullable(
        object_schema({"kind": {"type": "string"}, "label": {"type": "string"}}, description="Masked")
    ),
    "expires_at": nullable(described(MOMENT, "When the hold ends")),
    "decline": nullable(DECLINE),
    "action": nullable(object_schema({"type": words("customer_consent", "cashier_confirm"), "deadline": MOMENT})),
    "poll_after_ms": nullable({"type": "integer"}),
    "receipt": nullable(object_schema({"merchant": _PRINTABLE, "customer": _PRINTABLE})),
    "created_at": MOMENT,
}
PAYMENT: Final = component("Payment", object_schema(PAYMENT_MEMBERS))
PAYMENT_ID: Final = path_parameter("payment_id", identifier("pay"), "The payment")
BODY_PROBLEMS: Final[dict[int, str]] = {
    400: "`malformed_json`, `duplicate_key`, `too_deep`, `idempotency_key_missing`",
    413: "`body_too_large`",
    415: "`unsupported_media`, `unsupported_charset`",
}
KEY_PROBLEMS: Final = "`idempotency_in_progress` (with `Retry-After`), `cancelled_before_arrival`"


def payment_answers(**named: object) -> dict[int, Answer]:
    return {200: Answer("The payment as it is now", PAYMENT, examples=named, headers=REPLAYED)}


# Any: what `describe` takes.
def till_call(
    name: str, *, scope: TillScope | None = TillScope.PAYMENTS, problems: Mapping[int, str], **described_by: Any
) -> Callable[[View], View]:
    """Return the decorator for a view's method; 401, 403, 429 and 503 need not be repeated."""
    always = {401: PROOF_PROBLEMS, 429: "`too_many_requests`: wait as `Retry-After` says"}
    if scope is not None:
        always[403] = f"`scope_missing`: the key is not good for `{scope}`"
    return describe(
        name, tag=TAG, security=TILL_KEY, strengthened_by=PROOFS, problems=always | dict(problems), **described_by
    )
