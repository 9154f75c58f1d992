"""``limits``: how much the customer lets his phones pay."""

from typing import Final

from apps.rest.documentation import (
    CURRENCY,
    MOMENT,
    SUM,
    Answer,
    Body,
    component,
    describe,
    described,
    nullable,
    object_schema,
)
from apps.wallet_api import examples
from apps.wallet_api.documentation.own_device import LIMITS
from apps.wallet_api.documentation.shared import BODY_PROBLEMS, CONFIRMED, FIELDS, PENDING, SESSION_TOKEN, TAG

OWN_LIMITS: Final = component(
    "OwnLimits",
    object_schema(
        {
            "per_payment": nullable(SUM),
            "per_day": nullable(SUM),
            "currency": CURRENCY,
            "at_most": LIMITS,
            "later": nullable(
                component(
                    "LaterLimits",
                    object_schema(
                        {
                            "per_payment": nullable(SUM),
                            "per_day": nullable(SUM),
                            "currency": CURRENCY,
                            "effective_at": MOMENT,
                        },
                        description="Null members stay as they are.",
                    ),
                )
            ),
        },
        description="What holds for the device that asks; it never has more than `at_most`.",
    ),
)
SHOW_LIMITS: Final = describe(
    "show_limits",
    tag=TAG,
    summary="How much this device may pay",
    security=SESSION_TOKEN,
    answers={200: Answer("The limits", OWN_LIMITS, examples={"limits": examples.OWN_LIMITS})},
    problems={403: PENDING, 422: "`unknown_field`"},
)
SET_LIMITS: Final = describe(
    "set_limits",
    tag=TAG,
    summary="Lower at once, raise after a day",
    description="They hold for all devices of the customer. Lowering needs no PIN; a raise needs a confirmed session, "
    "waits 24 hours, and is told by mail. Asking for what holds now takes back a raise that waits.",
    security=SESSION_TOKEN,
    body=Body(
        component(
            "LimitsWanted",
            object_schema(
                {
                    "per_payment": described(SUM, "Left out, it stays"),
                    "per_day": described(SUM, "Left out, it stays"),
                    "currency": CURRENCY,
                },
                optional=("per_payment", "per_day"),
            ),
        ),
        examples={"both": examples.SET_LIMITS},
    ),
    answers={200: Answer("The limits", OWN_LIMITS, examples={"raise that waits": examples.OWN_LIMITS})},
    problems={
        **BODY_PROBLEMS,
        403: f"for a raise {CONFIRMED}; {PENDING}",
        422: f"`invalid_amount`, `amount_too_large`, `invalid_currency`, {FIELDS}",
    },
)
