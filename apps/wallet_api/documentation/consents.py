"""``consents``: the customer's yes or no to one payment."""

from typing import Final

from apps.rest.documentation import Answer, Body, component, describe, identifier, object_schema, path_parameter, words
from apps.wallet_api import examples
from apps.wallet_api.documentation.history import PAYMENT
from apps.wallet_api.documentation.shared import BODY_PROBLEMS, FIELDS, PENDING, SESSION_TOKEN, TAG, binary

DECIDE_CONSENT: Final = describe(
    "decide_consent",
    tag=TAG,
    summary="Say yes or no to a payment that asks",
    description="Only the device that made the code may answer. What is signed is what the payment shows: `amount`, "
    "`currency`, `merchant`. A wrong `pin_ok` costs a try of the same count as at the till; a no needs none.",
    security=SESSION_TOKEN,
    parameters=(path_parameter("payment", identifier("pay"), "A payment whose `action` asks for consent"),),
    body=Body(
        component(
            "ConsentDecision",
            object_schema(
                {
                    "decision": words("yes", "no"),
                    "signature": binary(64),
                    "pin_ok": binary(32, "Needed for a yes"),
                },
                optional=("pin_ok",),
            ),
        ),
        examples={"yes": examples.CONSENT, "no": examples.NO_CONSENT},
    ),
    answers={200: Answer("The payment", PAYMENT, examples={"consented": examples.CONSENTED})},
    problems={
        **BODY_PROBLEMS,
        403: "`signature_invalid`, `pin_wrong` with `tries_left`, `pin_locked`, `customer_frozen` for a yes, "
        f"{PENDING}",
        404: "`payment_not_found`, also for a payment of another device",
        409: "`wrong_state`: nothing is asked any more",
        422: FIELDS,
    },
)
