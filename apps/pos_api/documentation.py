"""The till's calls as OpenAPI says them; `docs/pos-api.md` tells the same as a story."""

from typing import Final

from apps.merchants.models import Language, Mode, TillKind
from apps.pos_api import examples
from apps.rest.documentation import (
    AMOUNT,
    CURRENCY,
    DAY,
    IDEMPOTENCY_KEY,
    MOMENT,
    PAGE_PARAMETERS,
    REPLAYED,
    RETRY_AFTER,
    SUM,
    Answer,
    Body,
    bearer_scheme,
    component,
    describe,
    described,
    identifier,
    list_schema,
    nullable,
    object_schema,
    page_schema,
    path_parameter,
    query_parameter,
    words,
)
from apps.rest.lines import MAXIMUM_LINES, MAXIMUM_NAME_LENGTH
from apps.transactions.states import CaptureMode, CaptureStatus
from apps.transactions.words import DECLINE_CODES, LANGUAGES

TAG: Final = "Till"
TILL_KEY: Final = bearer_scheme(
    "till_key", "The till's key, `till_live_...` or `till_test_...`; shown once when issued."
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
SALE: Final = component(
    "Sale",
    object_schema(
        {
            "code": {"type": "string", "description": "Exactly what the scanner typed"},
            "amount": described(AMOUNT, "Minor units, tip included"),
            "currency": CURRENCY,
            "reference": described(REFERENCE, "The receipt number: one live sale per till, mode and business day"),
            "capture": {**words(*CaptureMode.values), "default": CaptureMode.MANUAL.value},
            "cashier": {"type": "string", "minLength": 1, "maxLength": 64},
            "lines": list_schema(LINE, minItems=1, maxItems=MAXIMUM_LINES),
            "tip": described(SUM, "Part of `amount`: amount = sum of lines + tip"),
            "confirm_within": {
                "type": "integer",
                "minimum": 15,
                "maximum": 900,
                "default": 45,
                "description": "Seconds after which a hold that nobody captures or asks about is released "
                "(attended tills)",
            },
            "language": described(LANGUAGE, "The customer's; the till's without it"),
            "pos_time": described(MOMENT, "The till's own clock; never used for a decision"),
            "training": {"type": "boolean", "default": False, "description": "A test key implies it"},
        },
        optional=(
            "capture",
            "cashier",
            "lines",
            "tip",
            "confirm_within",
            "language",
            "pos_time",
            "training",
        ),
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
PAYMENT: Final = component(
    "Payment",
    object_schema(
        {
            "id": identifier("pay"),
            "object": {"const": "payment"},
            "version": {"type": "integer", "minimum": 1, "description": "Only grows; keep the highest"},
            "status": words(
                "processing", "action_required", "authorised", "captured", "declined", "cancelled", "expired"
            ),
            "final": {"type": "boolean", "description": "The status will not change any more"},
            "safe_to_release_goods": {"type": "boolean"},
            "safe_to_retry": {"type": "boolean"},
            "amount": AMOUNT,
            "currency": CURRENCY,
            "authorised": SUM,
            "captured": SUM,
            "remaining": described(SUM, "Minor units that may still be captured"),
            "refunded": SUM,
            "refund_status": words("none", "pending", "partial", "full", "failed"),
            "capture_status": words(*CaptureStatus.values, description="How far the bank has carried it out"),
            "reference": REFERENCE,
            "till": identifier("til"),
            "instrument": nullable(
                object_schema({"kind": {"type": "string"}, "label": {"type": "string"}}, description="Masked")
            ),
            "expires_at": nullable(described(MOMENT, "When the hold ends")),
            "decline": nullable(DECLINE),
            "action": nullable(
                object_schema({"type": words("customer_consent", "cashier_confirm"), "deadline": MOMENT})
            ),
            "poll_after_ms": nullable({"type": "integer"}),
            "receipt": nullable(object_schema({"merchant": _PRINTABLE, "customer": _PRINTABLE})),
            "created_at": MOMENT,
        }
    ),
)
TILL: Final = component(
    "Till",
    object_schema(
        {
            "object": {"const": "till"},
            "id": identifier("til"),
            "name": {"type": "string"},
            "kind": words(*TillKind.values),
            "mode": words(*Mode.values),
            "store": object_schema({"id": identifier("sto"), "name": {"type": "string"}}),
            "merchant": object_schema(
                {
                    "id": identifier("mer"),
                    "legal_name": {"type": "string"},
                    "vat_number": {"type": "string"},
                    "currency": CURRENCY,
                    "time_zone": {"type": "string"},
                }
            ),
            "limits": object_schema({"per_payment": AMOUNT, "per_day": nullable({"type": "integer"})}),
            "languages": list_schema(words(*Language.values)),
            "language": LANGUAGE,
            "server_time": MOMENT,
        }
    ),
)
_PAYMENT_ID: Final = path_parameter("payment_id", identifier("pay"), "The payment")
_BODY_PROBLEMS: Final[dict[int, str]] = {
    400: "`malformed_json`, `duplicate_key`, `too_deep`, `idempotency_key_missing`",
    413: "`body_too_large`",
    415: "`unsupported_media`, `unsupported_charset`",
}
_KEY_PROBLEMS: Final = "`idempotency_in_progress` (with `Retry-After`), `cancelled_before_arrival`"


def _payment_answers(**named: object) -> dict[int, Answer]:
    return {200: Answer("The payment as it is now", PAYMENT, examples=named, headers=REPLAYED)}


TAKE_PAYMENT: Final = describe(
    "take_payment",
    tag=TAG,
    summary="Take a payment with a scanned code",
    description="Waits up to 8 s for the outcome. A code, PIN, instrument or limit that says no is a payment with "
    "status `declined`; only a text that cannot be a payment code is a problem, with the same `decline` beside it.",
    security=TILL_KEY,
    parameters=(IDEMPOTENCY_KEY,),
    body=Body(SALE, examples={"sale": examples.SALE}),
    answers={
        201: Answer(
            "The outcome, good or bad",
            PAYMENT,
            examples={"authorised": examples.AUTHORISED, "declined": examples.DECLINED},
            headers=REPLAYED,
        ),
        202: Answer(
            "No outcome yet: ask again after `poll_after_ms`",
            PAYMENT,
            examples={"processing": examples.PROCESSING},
            headers=REPLAYED | RETRY_AFTER,
        ),
    },
    problems={
        **_BODY_PROBLEMS,
        409: f"`reference_in_use` (`payment` names the live sale), {_KEY_PROBLEMS}",
        422: "`scanner_layout`, `malformed`, `unknown_scheme`, `unsupported_version` (each with `decline`); "
        "`lines_mismatch`, `currency_not_supported`, `idempotency_key_reused`; `invalid_field`, `invalid_amount`, "
        "`amount_too_large`, `invalid_currency`, `unknown_field`",
    },
)
FIND_PAYMENTS: Final = describe(
    "find_payments",
    tag=TAG,
    summary="What became of my sale?",
    description="This till's payments under a receipt number, newest first; after a lost answer.",
    security=TILL_KEY,
    parameters=(
        query_parameter("reference", REFERENCE, "The receipt number", required=True),
        query_parameter("date", DAY, "The business day; every day without it"),
        *PAGE_PARAMETERS,
    ),
    answers={
        200: Answer(
            "One page",
            page_schema(PAYMENT),
            examples={"one": {"data": [examples.CAPTURED], "next_cursor": None}},
        )
    },
    problems={400: "`duplicate_parameter`", 422: "`invalid_field`, `unknown_field`"},
)
SHOW_PAYMENT: Final = describe(
    "show_payment",
    tag=TAG,
    summary="One payment, as it is now or after its outcome",
    description="Answers at once when the payment is not `processing`. Asking keeps a hold alive at an attended till.",
    security=TILL_KEY,
    parameters=(
        _PAYMENT_ID,
        query_parameter(
            "wait",
            {"type": "integer", "minimum": 0, "default": 0},
            "Seconds to wait for the outcome; more than 30 are 30",
        ),
    ),
    answers={200: Answer("The payment", PAYMENT, examples={"authorised": examples.AUTHORISED})},
    problems={400: "`duplicate_parameter`", 404: "`payment_not_found`", 422: "`invalid_field`, `unknown_field`"},
)
CAPTURE_PAYMENT: Final = describe(
    "capture_payment",
    tag=TAG,
    summary="Take what is held",
    description="The goods may be handed over as soon as this answers `captured`. Without `amount` all that is left; "
    "`final: false` keeps the rest of the hold for further captures.",
    security=TILL_KEY,
    parameters=(_PAYMENT_ID, IDEMPOTENCY_KEY),
    body=Body(
        component(
            "Capture",
            object_schema(
                {"amount": AMOUNT, "currency": CURRENCY, "final": {"type": "boolean", "default": True}},
                optional=("amount", "currency", "final"),
            ),
        ),
        examples={"all": {}, "part": {"amount": 4000, "currency": "CHF", "final": True}},
        may_be_empty=True,
    ),
    answers=_payment_answers(captured=examples.CAPTURED),
    problems={
        **_BODY_PROBLEMS,
        404: "`payment_not_found`",
        409: f"`wrong_state` (with `Retry-After` while the outcome is not known), {_KEY_PROBLEMS}",
        422: "`amount_too_large`, `currency_not_supported`, `idempotency_key_reused`, `invalid_field`, "
        "`invalid_amount`, `invalid_currency`, `unknown_field`",
    },
)
CANCEL_PAYMENT: Final = describe(
    "cancel_payment",
    tag=TAG,
    summary="Call the sale off",
    description="Works in every state before the capture, and is safe to repeat; what is held is released.",
    security=TILL_KEY,
    parameters=(_PAYMENT_ID, IDEMPOTENCY_KEY),
    body=Body(component("Cancel", object_schema({})), examples={"cancel": {}}, may_be_empty=True),
    answers=_payment_answers(cancelled=examples.CANCELLED),
    problems={
        **_BODY_PROBLEMS,
        404: "`payment_not_found`",
        409: f"`use_refund` once it is captured, {_KEY_PROBLEMS}",
        422: "`idempotency_key_reused`, `unknown_field`",
    },
)
SHOW_TILL: Final = describe(
    "show_till",
    tag=TAG,
    summary="Who am I? Also the connection test",
    security=TILL_KEY,
    answers={200: Answer("The till", TILL, examples={"till": examples.TILL})},
    problems={422: "`unknown_field`"},
)
