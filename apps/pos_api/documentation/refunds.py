"""Giving back: ``payments/{id}/refunds`` and ``returns``."""

from typing import Final

from apps.merchants.models import TillScope
from apps.pos_api import examples
from apps.pos_api.documentation.parts import (
    BODY_PROBLEMS,
    DECLINE,
    KEY_PROBLEMS,
    LANGUAGE,
    LINE,
    PAYMENT,
    PAYMENT_ID,
    PAYMENT_MEMBERS,
    till_call,
)
from apps.pos_api.forms import MAXIMUM_CASHIER_LENGTH, MAXIMUM_REASON_LENGTH
from apps.rest.documentation import (
    AMOUNT,
    CURRENCY,
    IDEMPOTENCY_KEY,
    MOMENT,
    PAGE_PARAMETERS,
    REPLAYED,
    Answer,
    Body,
    component,
    described,
    identifier,
    list_schema,
    nullable,
    object_schema,
    page_schema,
    words,
)
from apps.rest.lines import MAXIMUM_LINES
from apps.transactions.states import RefundStatus

_MEMBERS: Final = {
    "id": identifier("ref"),
    "object": {"const": "refund"},
    "status": words(*RefundStatus.values),
    "final": {"type": "boolean", "description": "The status will not change any more"},
    "amount": AMOUNT,
    "currency": CURRENCY,
    "reason": {"type": "string"},
    "cashier": {"type": "string"},
    "lines": list_schema(LINE),
    "failure": nullable(
        words("refused_by_provider", "approval_refused", "approval_expired", description="Why it failed")
    ),
    "created_at": MOMENT,
}
REFUND: Final = component("Refund", object_schema(_MEMBERS))
REFUND_WITH_PAYMENT: Final = component("RefundWithPayment", object_schema({**_MEMBERS, "payment": PAYMENT}))
RETURN: Final = component(
    "Return",
    object_schema(
        {
            "id": identifier("ret"),
            "object": {"const": "return"},
            "sales": list_schema(
                component(
                    "ReturnableSale",
                    object_schema(
                        {
                            **PAYMENT_MEMBERS,
                            "receipt": {"type": "null"},
                            "refundable": described(AMOUNT, "Minor units that may still be given back"),
                            "store": {"type": "string"},
                            "lines": list_schema(LINE),
                            "returned_lines": list_schema(LINE, description="What earlier refunds have named"),
                        }
                    ),
                ),
                description="Newest first, at most 50",
            ),
            "decline": nullable(DECLINE),
            "created_at": MOMENT,
        }
    ),
)
REFUND_PAYMENT: Final = till_call(
    "refund_payment",
    scope=TillScope.REFUNDS,
    summary="Give money back",
    description="For a captured payment of this merchant, whichever till sold it; to the instrument that paid, in "
    "parts and more than once. Without `amount` all that is left. Above the merchant's limit it waits up to seven days "
    "for a second person.",
    parameters=(PAYMENT_ID, IDEMPOTENCY_KEY),
    body=Body(
        component(
            "RefundWish",
            object_schema(
                {
                    "amount": AMOUNT,
                    "currency": CURRENCY,
                    "reason": {"type": "string", "minLength": 1, "maxLength": MAXIMUM_REASON_LENGTH},
                    "cashier": {"type": "string", "minLength": 1, "maxLength": MAXIMUM_CASHIER_LENGTH},
                    "lines": list_schema(
                        LINE, minItems=1, maxItems=MAXIMUM_LINES, description="They add up to `amount`"
                    ),
                },
                optional=("amount", "currency", "reason", "cashier", "lines"),
            ),
        ),
        examples={"all": {}, "one line": examples.REFUND_WISH},
        may_be_empty=True,
    ),
    answers={
        201: Answer(
            "It is on its way to the bank, or there already",
            REFUND_WITH_PAYMENT,
            examples={"queued": examples.REFUND},
            headers=REPLAYED,
        ),
        202: Answer(
            "It waits for a second person",
            REFUND_WITH_PAYMENT,
            examples={"waiting": examples.REFUND_THAT_WAITS},
            headers=REPLAYED,
        ),
    },
    problems={
        **BODY_PROBLEMS,
        404: "`payment_not_found`",
        409: f"`wrong_state`: it is not captured; {KEY_PROBLEMS}",
        422: "`amount_too_large` (`refundable` says what is left), `currency_not_supported`, `lines_mismatch`, "
        "`idempotency_key_reused`, `invalid_field`, `invalid_amount`, `invalid_currency`, `unknown_field`",
    },
)
LIST_REFUNDS: Final = till_call(
    "list_refunds",
    scope=TillScope.REFUNDS,
    summary="What was given back for a payment",
    description="Newest first; also what became of one that waited.",
    parameters=(PAYMENT_ID, *PAGE_PARAMETERS),
    answers={
        200: Answer(
            "One page",
            page_schema(REFUND),
            examples={"one": {"data": [examples.REFUND_ALONE], "next_cursor": None}},
        )
    },
    problems={400: "`duplicate_parameter`", 404: "`payment_not_found`", 422: "`invalid_field`, `unknown_field`"},
)
START_RETURN: Final = till_call(
    "start_return",
    scope=TillScope.RETURNS,
    summary="Somebody brings something back",
    description="The customer shows a code for a return; the answer has what was bought at this merchant and can "
    "still be given back, by line. Nothing is refunded yet: `POST payments/{id}/refunds` does that.",
    parameters=(IDEMPOTENCY_KEY,),
    body=Body(
        component(
            "ReturnCode",
            object_schema(
                {
                    "code": {"type": "string", "description": "Exactly what the scanner typed"},
                    "language": described(LANGUAGE, "The customer's; the till's without it"),
                },
                optional=("language",),
            ),
        ),
        examples={"code": examples.RETURN_CODE},
    ),
    answers={
        201: Answer(
            "The customer's sales, or why there are none",
            RETURN,
            examples={"known": examples.RETURN, "declined": examples.RETURN_DECLINED},
            headers=REPLAYED,
        )
    },
    problems={
        **BODY_PROBLEMS,
        409: KEY_PROBLEMS,
        422: "`scanner_layout`, `malformed`, `unknown_scheme`, `unsupported_version` (each with `decline`); "
        "`idempotency_key_reused`, `invalid_field`, `unknown_field`",
    },
)
