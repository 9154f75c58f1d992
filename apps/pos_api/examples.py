"""One sale through all its answers, for the OpenAPI document and `docs/pos-api.md`."""

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
