"""Selling: ``payments`` and everything below, and ``cancellations``."""

from typing import Final

from apps.pos_api import examples
from apps.pos_api.documentation.parts import (
    BODY_PROBLEMS,
    KEY_PROBLEMS,
    LANGUAGE,
    LINE,
    PAYMENT,
    PAYMENT_ID,
    REFERENCE,
    payment_answers,
    till_call,
)
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
    component,
    described,
    list_schema,
    object_schema,
    page_schema,
    query_parameter,
    words,
)
from apps.rest.lines import MAXIMUM_LINES
from apps.transactions.states import CaptureMode

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
TAKE_PAYMENT: Final = till_call(
    "take_payment",
    summary="Take a payment with a scanned code",
    description="Waits up to 8 s for the outcome. A code, PIN, instrument or limit that says no is a payment with "
    "status `declined`; only a text that cannot be a payment code is a problem, with the same `decline` beside it.",
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
            "No outcome yet, or somebody must act (see `action`): ask again after `poll_after_ms`",
            PAYMENT,
            examples={"processing": examples.PROCESSING, "possible duplicate": examples.TO_BE_CONFIRMED},
            headers=REPLAYED | RETRY_AFTER,
        ),
    },
    problems={
        **BODY_PROBLEMS,
        409: f"`reference_in_use` (`payment` names the live sale), {KEY_PROBLEMS}",
        422: "`scanner_layout`, `malformed`, `unknown_scheme`, `unsupported_version` (each with `decline`); "
        "`lines_mismatch`, `currency_not_supported`, `idempotency_key_reused`; `invalid_field`, `invalid_amount`, "
        "`amount_too_large`, `invalid_currency`, `unknown_field`",
    },
)
FIND_PAYMENTS: Final = till_call(
    "find_payments",
    summary="What became of my sale?",
    description="This till's payments under a receipt number, newest first; after a lost answer.",
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
SHOW_PAYMENT: Final = till_call(
    "show_payment",
    summary="One payment, as it is now or after its outcome",
    description="Answers at once when the payment is not `processing`. Asking keeps a hold alive at an attended till.",
    parameters=(
        PAYMENT_ID,
        query_parameter(
            "wait",
            {"type": "integer", "minimum": 0, "default": 0},
            "Seconds to wait for the outcome; more than 30 are 30",
        ),
    ),
    answers={200: Answer("The payment", PAYMENT, examples={"authorised": examples.AUTHORISED})},
    problems={400: "`duplicate_parameter`", 404: "`payment_not_found`", 422: "`invalid_field`, `unknown_field`"},
)
CAPTURE_PAYMENT: Final = till_call(
    "capture_payment",
    summary="Take what is held",
    description="The goods may be handed over as soon as this answers `captured`. Without `amount` all that is left; "
    "`final: false` keeps the rest of the hold for further captures.",
    parameters=(PAYMENT_ID, IDEMPOTENCY_KEY),
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
    answers=payment_answers(captured=examples.CAPTURED),
    problems={
        **BODY_PROBLEMS,
        404: "`payment_not_found`",
        409: f"`wrong_state` (with `Retry-After` while the outcome is not known), {KEY_PROBLEMS}",
        422: "`amount_too_large`, `currency_not_supported`, `idempotency_key_reused`, `invalid_field`, "
        "`invalid_amount`, `invalid_currency`, `unknown_field`",
    },
)
CONFIRM_PAYMENT: Final = till_call(
    "confirm_payment",
    summary="It is another sale: go on",
    description="After `action_required` with the action `cashier_confirm`: same customer, amount and store a moment "
    "ago. Waits up to 8 s for the outcome. Confirming what has gone on already changes nothing.",
    parameters=(PAYMENT_ID, IDEMPOTENCY_KEY),
    body=Body(component("Confirm", object_schema({})), examples={"confirm": {}}, may_be_empty=True),
    answers={
        **payment_answers(authorised=examples.AUTHORISED),
        202: Answer(
            "No outcome yet: ask again after `poll_after_ms`",
            PAYMENT,
            examples={"processing": examples.PROCESSING},
            headers=REPLAYED | RETRY_AFTER,
        ),
    },
    problems={
        **BODY_PROBLEMS,
        404: "`payment_not_found`",
        409: f"`wrong_state`: nobody asked the cashier; {KEY_PROBLEMS}",
        422: "`idempotency_key_reused`, `unknown_field`",
    },
)
CANCEL_PAYMENT: Final = till_call(
    "cancel_payment",
    summary="Call the sale off",
    description="Works in every state, and is safe to repeat; what is held is released. What is captured is given "
    "back: by the till that sold it, until its day is closed, without a second person. `only: rest` gives up what is "
    "held and not captured, and leaves the rest as it is.",
    parameters=(PAYMENT_ID, IDEMPOTENCY_KEY),
    body=Body(
        component("Cancel", object_schema({"only": words("rest")}, optional=("only",))),
        examples={"all": {}, "rest": {"only": "rest"}},
        may_be_empty=True,
    ),
    answers=payment_answers(cancelled=examples.CANCELLED, given_back=examples.GIVEN_BACK),
    problems={
        **BODY_PROBLEMS,
        404: "`payment_not_found`",
        409: f"`use_refund` once its till's day is closed, or at another till; {KEY_PROBLEMS}",
        422: "`idempotency_key_reused`, `invalid_field`, `unknown_field`",
    },
)
CANCEL_LOST: Final = till_call(
    "cancel_lost_payment",
    summary="Call a sale off whose answer was lost",
    description="For a till that never learnt an id. If the lost request made a payment, it is cancelled like any "
    "other; if it never arrived, it is refused should it still come: `409 cancelled_before_arrival`. Safe to repeat, "
    "so this call's own key is asked for and not kept.",
    parameters=(IDEMPOTENCY_KEY,),
    body=Body(
        component(
            "Cancellation",
            object_schema(
                {
                    "idempotency_key": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 255,
                        "description": "Of the lost request",
                    },
                    "reference": described(REFERENCE, "The receipt number of the lost request"),
                }
            ),
        ),
        examples={"lost": examples.CANCELLATION},
    ),
    answers={
        200: Answer(
            "The payment, which is off; or that it never came and never will",
            {
                "oneOf": [
                    PAYMENT,
                    component(
                        "NeverArrived",
                        object_schema(
                            {
                                "object": {"const": "cancellation"},
                                "status": {"const": "never_arrived"},
                                "idempotency_key": {"type": "string"},
                                "reference": REFERENCE,
                                "safe_to_release_goods": {"const": False},
                                "safe_to_retry": {"const": True, "description": "With a new key"},
                            }
                        ),
                    ),
                ]
            },
            examples={"cancelled": examples.CANCELLED, "never arrived": examples.NEVER_ARRIVED},
        )
    },
    problems={
        **BODY_PROBLEMS,
        409: "`idempotency_in_progress` (with `Retry-After`) while the lost request is at work; `other_reference` "
        "(`payment` names the sale) where the key made another sale; `use_refund`",
        422: "`idempotency_key_reused` where the key made something else than a payment; `invalid_field`, "
        "`unknown_field`",
    },
)
