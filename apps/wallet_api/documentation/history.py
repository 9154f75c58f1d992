"""``events`` and ``payments``: what happened."""

from typing import Final

from apps.rest.documentation import (
    AMOUNT,
    CURRENCY,
    MOMENT,
    PAGE_PARAMETERS,
    SUM,
    Answer,
    Schema,
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
from apps.transactions.states import Action, RefundFacet
from apps.transactions.words import DECLINE_CODES
from apps.wallet_api import examples
from apps.wallet_api.documentation.instruments import HANDLE, INSTRUMENT_KIND
from apps.wallet_api.documentation.shared import FIELDS, PENDING, SESSION_TOKEN, SIGNED, TAG, TEXT, WHOLE
from apps.wallet_api.history import SEEN_AS

_DAY: Final[Schema] = {"type": "string", "format": "date"}
EVENT: Final = component(
    "Event",
    {
        "type": "object",
        "description": "Other members may come with other types; ignore what you do not know.",
        "required": ["seq", "type", "at"],
        "properties": {
            "seq": {"type": "integer", "minimum": 1, "description": "From 1, without gaps"},
            "type": {
                "type": "string",
                "description": "`payment.captured`, `consent.requested`, `device.enrolled`, and so on",
            },
            "at": MOMENT,
            "payment": identifier("pay"),
            "device": identifier("dev"),
            "refund": identifier("ref"),
            "training": {"type": "boolean", "description": "There, and true, when nothing is booked"},
        },
    },
)
_DECLINE: Final = component(
    "WalletDecline",
    object_schema(
        {
            "code": words(*sorted(DECLINE_CODES)),
            "cashier_message": TEXT,
            "customer_message": described(TEXT, "In the customer's language"),
            "action": words("new_code", "other_instrument", "other_means", "call_supervisor", "wait"),
            "tries_left": described(WHOLE, "Only after a wrong PIN"),
        },
        optional=("tries_left",),
    ),
)
_MEANS: Final = object_schema({"handle": HANDLE, "kind": INSTRUMENT_KIND, "label": TEXT})
_ACTION: Final = component(
    "WalletAction",
    object_schema(
        {
            "type": words(*Action.values),
            "deadline": MOMENT,
            "device": described(identifier("dev"), "The one that made the code; only it may consent"),
        }
    ),
)
REFUND: Final = component(
    "WalletRefund",
    object_schema(
        {
            "id": identifier("ref"),
            "status": words("pending", "succeeded", "failed"),
            "amount": AMOUNT,
            "currency": CURRENCY,
            "reason": TEXT,
            "created_at": MOMENT,
            "ended_at": nullable(MOMENT),
        }
    ),
)
PAYMENT: Final = component(
    "WalletPayment",
    object_schema(
        {
            "id": identifier("pay"),
            "status": words(*SEEN_AS),
            "version": {"type": "integer", "minimum": 1, "description": "Only grows; keep the highest"},
            "amount": AMOUNT,
            "tip": SUM,
            "captured": SUM,
            "refunded": SUM,
            "refund_status": words(*RefundFacet.values),
            "currency": CURRENCY,
            "merchant": TEXT,
            "store": TEXT,
            "reference": TEXT,
            "instrument": nullable(_MEANS),
            "instead_of": nullable(_MEANS),
            "action": nullable(_ACTION),
            "decline": nullable(_DECLINE),
            "refunds": list_schema(REFUND),
            "training": {"type": "boolean"},
            "created_at": MOMENT,
            "captured_at": nullable(MOMENT),
        }
    ),
)
_PAYMENT_ID: Final = path_parameter("payment", identifier("pay"), "One of the customer's own payments")
_REFUND_ID: Final = path_parameter("refund", identifier("ref"), "A refund of that payment")
_PAGE: Final = Answer(
    "The page, with its style sheet in it and no script; it may be kept as a file",
    {"type": "string"},
    media_type="text/html",
)
_PDF: Final = Answer(
    "The PDF, of the size A6; the signed document is attached to it as `receipt.json`",
    {"type": "string", "format": "binary"},
    media_type="application/pdf",
)
LIST_EVENTS: Final = describe(
    "list_events",
    tag=TAG,
    summary="What happened after a number, in order",
    description="Numbers are given after the commit, without gaps, so nothing is skipped.",
    security=SESSION_TOKEN,
    parameters=(
        query_parameter("after", {**WHOLE, "default": 0}, "The highest number that the phone has"),
        PAGE_PARAMETERS[0],
    ),
    answers={
        200: Answer(
            "The events; `next_cursor` is the next `after` while there is more",
            page_schema(EVENT),
            examples={"events": examples.EVENTS},
        )
    },
    problems={400: "`duplicate_parameter`", 403: PENDING, 422: FIELDS},
)
LIST_PAYMENTS: Final = describe(
    "list_own_payments",
    tag=TAG,
    summary="The customer's payments, newest first, all or those that are looked for",
    security=SESSION_TOKEN,
    parameters=(
        *PAGE_PARAMETERS,
        query_parameter(
            "q",
            {"type": "string", "minLength": 1, "maxLength": 64},
            "In the names of merchant, store and means of payment, in the receipt number, or the amount as `12.95`",
        ),
        query_parameter("status", words(*SEEN_AS), "Only these"),
        query_parameter("from", _DAY, "From this business day of the merchant on"),
        query_parameter("to", _DAY, "Until this business day"),
    ),
    answers={200: Answer("The payments", page_schema(PAYMENT), examples={"payments": examples.PAYMENTS})},
    problems={400: "`duplicate_parameter`", 403: PENDING, 422: FIELDS},
)
SHOW_PAYMENT: Final = describe(
    "show_own_payment",
    tag=TAG,
    summary="One payment as it is now",
    security=SESSION_TOKEN,
    parameters=(_PAYMENT_ID,),
    answers={
        200: Answer(
            "The payment",
            PAYMENT,
            examples={"captured": examples.PAYMENT, "declined": examples.DECLINED, "asked": examples.ASKED},
        )
    },
    problems={403: PENDING, 404: "`payment_not_found`"},
)
SHOW_RECEIPT: Final = describe(
    "show_receipt",
    tag=TAG,
    summary="The signed receipt, once there is one",
    description="Signed with the label `receipt`.",
    security=SESSION_TOKEN,
    parameters=(_PAYMENT_ID,),
    answers={200: Answer("The signed document", SIGNED, examples={"receipt": examples.SIGNED_RECEIPT})},
    problems={403: PENDING, 404: "`receipt_not_found`"},
)
SHOW_REFUND_RECEIPT: Final = describe(
    "show_refund_receipt",
    tag=TAG,
    summary="The signed receipt of a refund, once money came back",
    description="Signed with the label `receipt`; its kind is `refund`.",
    security=SESSION_TOKEN,
    parameters=(_PAYMENT_ID, _REFUND_ID),
    answers={200: Answer("The signed document", SIGNED, examples={"receipt": examples.SIGNED_RECEIPT})},
    problems={403: PENDING, 404: "`receipt_not_found`"},
)
SHOW_RECEIPT_PAGE: Final = describe(
    "show_receipt_page",
    tag=TAG,
    summary="The receipt as a page, in the customer's language",
    security=SESSION_TOKEN,
    parameters=(_PAYMENT_ID,),
    answers={200: _PAGE},
    problems={403: PENDING, 404: "`receipt_not_found`"},
)
SHOW_RECEIPT_PDF: Final = describe(
    "show_receipt_pdf",
    tag=TAG,
    summary="The receipt as a PDF, in the customer's language",
    security=SESSION_TOKEN,
    parameters=(_PAYMENT_ID,),
    answers={200: _PDF},
    problems={403: PENDING, 404: "`receipt_not_found`"},
)
SHOW_REFUND_RECEIPT_PAGE: Final = describe(
    "show_refund_receipt_page",
    tag=TAG,
    summary="The receipt of a refund as a page",
    security=SESSION_TOKEN,
    parameters=(_PAYMENT_ID, _REFUND_ID),
    answers={200: _PAGE},
    problems={403: PENDING, 404: "`receipt_not_found`"},
)
SHOW_REFUND_RECEIPT_PDF: Final = describe(
    "show_refund_receipt_pdf",
    tag=TAG,
    summary="The receipt of a refund as a PDF",
    security=SESSION_TOKEN,
    parameters=(_PAYMENT_ID, _REFUND_ID),
    answers={200: _PDF},
    problems={403: PENDING, 404: "`receipt_not_found`"},
)
