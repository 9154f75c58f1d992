"""``me``: the customer himself."""

from typing import Final

from apps.customers.states import CustomerStatus
from apps.merchants.models import Language
from apps.rest.documentation import (
    MOMENT,
    Answer,
    Body,
    component,
    describe,
    identifier,
    list_schema,
    object_schema,
    words,
)
from apps.wallet_api import examples
from apps.wallet_api.documentation.registrations import EMAIL
from apps.wallet_api.documentation.shared import (
    BODY_PROBLEMS,
    CONFIRMED,
    FIELDS,
    NOTHING,
    PENDING,
    SESSION_TOKEN,
    TAG,
)

ME: Final = component(
    "Me",
    object_schema(
        {
            "customer_id": identifier("cus"),
            "email": EMAIL,
            "language": words(*Language.values),
            "status": words(*CustomerStatus.values),
            "created_at": MOMENT,
        }
    ),
)
_ROWS: Final = list_schema({"type": "object"})
SHOW_ME: Final = describe(
    "show_me",
    tag=TAG,
    summary="The customer himself",
    security=SESSION_TOKEN,
    answers={200: Answer("The customer", ME, examples={"me": examples.ME})},
    problems={403: PENDING, 422: "`unknown_field`"},
)
CHOOSE_LANGUAGE: Final = describe(
    "choose_language",
    tag=TAG,
    summary="Choose the language of letters and messages",
    security=SESSION_TOKEN,
    body=Body(
        component("LanguageWanted", object_schema({"language": words(*Language.values)})),
        examples={"language": examples.CHOOSE_LANGUAGE},
    ),
    answers={200: Answer("The customer", ME, examples={"me": examples.ME | examples.CHOOSE_LANGUAGE})},
    problems={**BODY_PROBLEMS, 403: PENDING, 422: FIELDS},
)
EXPORT: Final = describe(
    "export_me",
    tag=TAG,
    summary="Everything that is kept of the customer",
    description="One JSON document, written while it is read. No secret is in it: no key, no PIN, no token.",
    security=SESSION_TOKEN,
    answers={
        200: Answer(
            "The document",
            component(
                "Export",
                object_schema(
                    {
                        "exported_at": MOMENT,
                        "customer": {"type": "object"},
                        "devices": _ROWS,
                        "sessions": _ROWS,
                        "stop_confirmations": _ROWS,
                        "instruments": _ROWS,
                        "limits": _ROWS,
                        "payments": _ROWS,
                        "events": _ROWS,
                        "letters": _ROWS,
                    },
                    description="The members of the lists explain themselves; others may come.",
                ),
            ),
            examples={"export": examples.EXPORT},
        )
    },
    problems={
        403: f"{CONFIRMED}, {PENDING}",
        422: "`unknown_field`",
        429: "`too_many_requests`: three, then one in ten minutes",
    },
)
CLOSE_ACCOUNT: Final = describe(
    "close_account",
    tag=TAG,
    summary="Leave for good",
    description="Devices are revoked, means of payment removed, sessions ended. Payments and receipts are kept as the "
    "law asks; what was paid may still be given back.",
    security=SESSION_TOKEN,
    body=NOTHING,
    answers={200: Answer("The customer, closed", ME, examples={"closed": examples.ME | {"status": "closed"}})},
    problems={
        403: f"{CONFIRMED}, {PENDING}",
        409: "`open_payments`, `account_closed`",
        422: "`unknown_field`",
    },
)
