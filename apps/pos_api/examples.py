"""One sale through all its answers and back, for the OpenAPI document and `docs/pos-api.md`."""

from typing import Any, Final

# Any: JSON values.
Example = dict[str, Any]

SALE: Final[Example] = {
    "code": "hQVDUFYwMWGBsE8G8E1QQVkBWgWXVgAAB2OBnsGBmw...",
    "amount": 4250,
    "currency": "CHF",
    "reference": "2031-0007",
    "capture": "manual",
    "cashier": "0042",
    "lines": [
        {"name": "Äpfel", "quantity": "1.250", "amount": 500, "vat_rate_basis_points": 260},
        {"name": "Pfand", "quantity": "1", "amount": -50, "vat_rate_basis_points": 0},
        {"name": "Wein", "quantity": "2", "amount": 3800, "vat_rate_basis_points": 810},
    ],
}

_HEAD: Final = (
    "Bergfrisch Genossenschaft",
    "Zürich Limmatplatz",
    "Zürich",
    "MWST-Nr.              CHE-000.000.000 MWST",
    "------------------------------------------",
)
_FACTS: Final = (
    "Kasse                              Kasse 1",
    "Bedient von                           0042",
    "Beleg-Nr.                        2031-0007",
    "------------------------------------------",
)
_MEANS: Final = ("Bank ...7301", "pay_01m84j1fzxe4n81z9c3erjb02x")
_RESERVATION: Final = [
    *_HEAD,
    "Reservation               23.11.2026 17:05",
    *_FACTS,
    "Reserviert                       CHF\u00a042.50",
    "Noch nicht bezahlt. Das ist kein",
    "Kaufbeleg.",
    *_MEANS,
]
_PAID: Final = (
    "1.250 Äpfel                           5.00",
    "1 Pfand                              -0.50",
    "2 Wein                               38.00",
    "------------------------------------------",
    "Total                            CHF\u00a042.50",
    "MWST 0.0% in -0.50                    0.00",
    "MWST 2.6% in 5.00                     0.13",
    "MWST 8.1% in 38.00                    2.85",
    "------------------------------------------",
    "Bezahlt                          CHF\u00a042.50",
    *_MEANS,
)

AUTHORISED: Final[Example] = {
    "id": "pay_01m84j1fzxe4n81z9c3erjb02x",
    "object": "payment",
    "version": 2,
    "status": "authorised",
    "final": False,
    "safe_to_release_goods": False,
    "safe_to_retry": False,
    "amount": 4250,
    "currency": "CHF",
    "authorised": 4250,
    "captured": 0,
    "remaining": 4250,
    "refunded": 0,
    "refund_status": "none",
    "capture_status": "none",
    "reference": "2031-0007",
    "till": "til_01m84hzt0cfq5r7m2v9k3e8s1d",
    "instrument": {"kind": "bank_account", "label": "Bank ...7301"},
    "expires_at": "2026-11-30T16:05:12.000Z",
    "decline": None,
    "action": None,
    "poll_after_ms": None,
    "receipt": {"merchant": _RESERVATION, "customer": _RESERVATION},
    "created_at": "2026-11-23T16:05:12.120Z",
}
PROCESSING: Final[Example] = AUTHORISED | {
    "version": 1,
    "status": "processing",
    "authorised": 0,
    "remaining": 0,
    "expires_at": None,
    "poll_after_ms": 500,
    "receipt": None,
}
CAPTURED: Final[Example] = AUTHORISED | {
    "version": 3,
    "status": "captured",
    "final": True,
    "safe_to_release_goods": True,
    "captured": 4250,
    "remaining": 0,
    "capture_status": "queued",
    "expires_at": None,
    "receipt": {
        "merchant": [*_HEAD, "Händlerbeleg              23.11.2026 17:05", *_FACTS, *_PAID],
        "customer": [*_HEAD, "Kundenbeleg               23.11.2026 17:05", *_FACTS, *_PAID],
    },
}
CANCELLED: Final[Example] = AUTHORISED | {
    "version": 3,
    "status": "cancelled",
    "final": True,
    "safe_to_retry": True,
    "remaining": 0,
    "expires_at": None,
    "receipt": None,
}
DECLINED: Final[Example] = AUTHORISED | {
    "version": 1,
    "status": "declined",
    "final": True,
    "safe_to_retry": True,
    "authorised": 0,
    "remaining": 0,
    "instrument": None,
    "expires_at": None,
    "decline": {
        "code": "pin_wrong",
        "cashier_message": "Falsche PIN. PIN noch einmal eingeben und neuen Code zeigen lassen.",
        "customer_message": "Die PIN war falsch. Bitte geben Sie die PIN noch einmal ein und zeigen Sie den neuen "
        "Code.",
        "action": "new_code",
        "tries_left": 2,
    },
    "receipt": {
        "merchant": [],
        "customer": [
            *_HEAD,
            "Nicht bezahlt             23.11.2026 17:05",
            *_FACTS,
            "Die PIN war falsch. Bitte geben Sie die",
            "PIN noch einmal ein und zeigen Sie den",
            "neuen Code.",
            "Es wurde nichts belastet.",
            "pay_01m84j1fzxe4n81z9c3erjb02x",
        ],
    },
}
TO_BE_CONFIRMED: Final[Example] = PROCESSING | {
    "status": "action_required",
    "action": {"type": "cashier_confirm", "deadline": "2026-11-23T16:06:12.120Z"},
}
GIVEN_BACK: Final[Example] = CAPTURED | {
    "version": 4,
    "safe_to_release_goods": False,
    "refund_status": "pending",
    "capture_status": "succeeded",
}
CANCELLATION: Final[Example] = {
    "idempotency_key": "7f0c2f6e-6a4b-4a58-9a49-6fb8f3b0c1de",
    "reference": "2031-0007",
}
NEVER_ARRIVED: Final[Example] = {
    "object": "cancellation",
    "status": "never_arrived",
    **CANCELLATION,
    "safe_to_release_goods": False,
    "safe_to_retry": True,
}
REFUND_WISH: Final[Example] = {
    "amount": 3800,
    "currency": "CHF",
    "reason": "Kork",
    "cashier": "0042",
    "lines": SALE["lines"][2:],
}
REFUND_ALONE: Final[Example] = {
    "id": "ref_01m84k3d5vf4s9h2w7q6x1c8ye",
    "object": "refund",
    "status": "queued",
    "final": False,
    "amount": 3800,
    "currency": "CHF",
    "reason": "Kork",
    "cashier": "0042",
    "lines": SALE["lines"][2:],
    "failure": None,
    "created_at": "2026-11-24T09:12:40.006Z",
}
REFUND: Final[Example] = REFUND_ALONE | {"payment": GIVEN_BACK}
REFUND_THAT_WAITS: Final[Example] = REFUND | {"status": "awaiting_approval"}
RETURN_CODE: Final[Example] = {"code": "hQVDUFYwMWGBsE8G8E1QQVkBWgWXVgAAB2OBnsGBmw..."}
RETURN: Final[Example] = {
    "id": "ret_01m84k39qzb6t4d8n5r2v7m1wx",
    "object": "return",
    "sales": [
        CAPTURED
        | {
            "receipt": None,
            "refundable": 4250,
            "store": "Zürich Limmatplatz",
            "lines": SALE["lines"],
            "returned_lines": [],
        }
    ],
    "decline": None,
    "created_at": "2026-11-24T09:11:58.310Z",
}
RETURN_DECLINED: Final[Example] = RETURN | {"sales": [], "decline": DECLINED["decline"]}
_DAY: Final[Example] = {"business_date": "2026-11-23", "currency": "CHF"}
DAY_SUMS: Final[Example] = _DAY | {
    "payments": {"count": 2, "amount": 5030},
    "refunds": {"count": 1, "amount": 3800},
}
DAY_LINES: Final[Example] = DAY_SUMS | {
    "lines": [
        {"reference": "2031-0007", "amount": 4250, "type": "payment"},
        {"reference": "2031-0008", "amount": 780, "type": "payment"},
        {"reference": "2031-0007", "amount": 3800, "type": "refund"},
    ],
}
DAY_MATCHED: Final[Example] = {
    "object": "day_close",
    **_DAY,
    "matched": True,
    "differences": [],
    "told": {"payments": DAY_SUMS["payments"], "refunds": DAY_SUMS["refunds"]},
    "ours": {"payments": DAY_SUMS["payments"], "refunds": DAY_SUMS["refunds"]},
    "closed_at": "2026-11-23T19:04:31.552Z",
}
DAY_DIFFERS: Final[Example] = DAY_MATCHED | {
    "matched": False,
    "differences": [
        {
            "type": "payment",
            "reference": None,
            "told": 5030,
            "ours": 4250,
            "told_count": 2,
            "ours_count": 1,
        },
        {
            "type": "payment",
            "reference": "2031-0008",
            "told": 780,
            "ours": 0,
            "told_count": None,
            "ours_count": None,
        },
    ],
    "ours": {"payments": {"count": 1, "amount": 4250}, "refunds": DAY_SUMS["refunds"]},
}
EVENTS: Final[Example] = {
    "data": [
        {
            "seq": 8124,
            "type": "payment.captured",
            "at": "2026-11-23T16:05:14.871Z",
            "payment": "pay_01m84j1fzxe4n81z9c3erjb02x",
            "version": 3,
            "status": "captured",
        }
    ],
    "next_cursor": None,
}
TILL: Final[Example] = {
    "object": "till",
    "id": "til_01m84hzt0cfq5r7m2v9k3e8s1d",
    "name": "Kasse 1",
    "kind": "attended",
    "mode": "live",
    "store": {"id": "sto_01m84hzt0bz7j2r4a5d8n3w6qk", "name": "Zürich Limmatplatz"},
    "merchant": {
        "id": "mer_01m84hzt0aw1c6x9s8b2m4v7rt",
        "legal_name": "Bergfrisch Genossenschaft",
        "vat_number": "CHE-000.000.000 MWST",
        "currency": "CHF",
        "time_zone": "Europe/Zurich",
    },
    "limits": {"per_payment": 100000, "per_day": None},
    "languages": ["de", "fr", "it", "en"],
    "language": "de",
    "server_time": "2026-11-23T16:05:12.120Z",
}
