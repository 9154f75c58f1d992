"""What a till does besides selling: ``day-close``, ``events`` and ``till``."""

from typing import Final

from apps.merchants.models import Language, Mode, TillKind, TillScope
from apps.pos_api import examples
from apps.pos_api.documentation.parts import BODY_PROBLEMS, KEY_PROBLEMS, LANGUAGE, REFERENCE, till_call
from apps.pos_api.forms import MAXIMUM_DAY_LINES, MAXIMUM_SUM
from apps.rest.documentation import (
    AMOUNT,
    CURRENCY,
    DAY,
    IDEMPOTENCY_KEY,
    MOMENT,
    PAGE_PARAMETERS,
    REPLAYED,
    SUM,
    Answer,
    Body,
    component,
    described,
    identifier,
    list_schema,
    nullable,
    object_schema,
    page_schema,
    query_parameter,
    words,
)
from apps.transactions.operations.day_close import PAYMENT_LINE, REFUND_LINE

_COUNT: Final = component(
    "Count",
    object_schema(
        {
            "count": {"type": "integer", "minimum": 0},
            "amount": {**SUM, "maximum": MAXIMUM_SUM},
        }
    ),
)
_COUNTS: Final = object_schema({"payments": _COUNT, "refunds": _COUNT})
_KIND: Final = words(PAYMENT_LINE, REFUND_LINE)
DAY_CLOSE: Final = component(
    "DayClose",
    object_schema(
        {
            "object": {"const": "day_close"},
            "business_date": DAY,
            "currency": CURRENCY,
            "matched": {"type": "boolean"},
            "differences": list_schema(
                object_schema(
                    {
                        "type": _KIND,
                        "reference": nullable(described(REFERENCE, "Null: it is the sum that differs")),
                        "told": described(SUM, "Minor units, as the till has it; 0: it has nothing"),
                        "ours": described(SUM, "Minor units, as we have it; 0: we have nothing"),
                        "told_count": nullable({"type": "integer"}),
                        "ours_count": nullable({"type": "integer"}),
                    }
                )
            ),
            "told": _COUNTS,
            "ours": _COUNTS,
            "closed_at": MOMENT,
        }
    ),
)
EVENT: Final = component(
    "TillEvent",
    {
        "type": "object",
        "required": ["seq", "type", "at", "payment", "version", "status"],
        "properties": {
            "seq": {"type": "integer", "minimum": 1, "description": "Without gaps, in the order of the commits"},
            "type": {"type": "string", "description": "Such as `payment.captured`; ignore what you do not know"},
            "at": MOMENT,
            "payment": identifier("pay"),
            "version": {"type": "integer", "minimum": 1},
            "status": words(
                "processing", "action_required", "authorised", "captured", "declined", "cancelled", "expired"
            ),
        },
    },
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
CLOSE_DAY: Final = till_call(
    "close_day",
    scope=TillScope.DAY_CLOSE,
    summary="The end of the till's day",
    description="Compares what the till counted with what we did, line by line where `lines` are given. Differences "
    "are told and looked into by people; nothing is corrected. Afterwards what was captured on that day is refunded "
    "and not cancelled. A captured sale that was cancelled counts as a payment and as a refund; a refund counts on the "
    "day on which it was asked for. Closing again is allowed: the last one counts.",
    parameters=(IDEMPOTENCY_KEY,),
    body=Body(
        component(
            "DayCount",
            object_schema(
                {
                    "business_date": DAY,
                    "currency": CURRENCY,
                    "payments": _COUNT,
                    "refunds": _COUNT,
                    "lines": list_schema(
                        object_schema({"reference": REFERENCE, "amount": {**AMOUNT, "minimum": 0}, "type": _KIND}),
                        maxItems=MAXIMUM_DAY_LINES,
                    ),
                },
                optional=("lines",),
            ),
        ),
        examples={"sums": examples.DAY_SUMS, "lines": examples.DAY_LINES},
    ),
    answers={
        200: Answer(
            "How the day ended",
            DAY_CLOSE,
            examples={"matched": examples.DAY_MATCHED, "differs": examples.DAY_DIFFERS},
            headers=REPLAYED,
        )
    },
    problems={
        **BODY_PROBLEMS,
        409: KEY_PROBLEMS,
        422: "`day_not_begun`, `currency_not_supported`, `idempotency_key_reused`, `invalid_field`, `invalid_amount`, "
        "`amount_too_large`, `invalid_currency`, `unknown_field`",
    },
)
LIST_EVENTS: Final = till_call(
    "list_till_events",
    scope=TillScope.EVENTS,
    summary="What happened at the merchant, in order",
    description="Every change of a payment of this merchant and mode, at whichever till. Keep the highest `seq` and "
    "ask for what comes after it: nothing is skipped, however late it was committed.",
    parameters=(
        query_parameter("after", {"type": "integer", "minimum": 0, "default": 0}, "The highest number known"),
        PAGE_PARAMETERS[0],
    ),
    answers={
        200: Answer(
            "The events; `next_cursor` is the next `after` while there is more",
            page_schema(EVENT),
            examples={"events": examples.EVENTS},
        )
    },
    problems={400: "`duplicate_parameter`", 422: "`invalid_field`, `unknown_field`"},
)
SHOW_TILL: Final = till_call(
    "show_till",
    summary="Who am I? Also the connection test",
    scope=None,
    answers={200: Answer("The till", TILL, examples={"till": examples.TILL})},
    problems={422: "`unknown_field`"},
)
