"""One phone from the letter to the receipt, for the OpenAPI document and `docs/wallet-api.md`. Long values are cut."""

from typing import Any, Final

# Any: JSON values.
Example = dict[str, Any]

_DEVICE: Final = "dev_01m84j0k6be5fa2rv6n3t9q1xd"
_SECOND: Final = "dev_01m7zq4c1sf0m8w2y5h7j9k3pb"
_PAYMENT: Final = "pay_01m84j1fzxe4n81z9c3erjb02x"
_REFUND: Final = "ref_01m84j3k2p7q9s1v3x5z7b9d1f"
_MEANS: Final[Example] = {"handle": 1, "kind": "bank_account", "label": "Bank ...7301"}

SIGNED_DOCUMENT: Final[Example] = {
    "document": "eyJyZWFsbSI6IjEwN2MyYTVhLWQ3ZWUtNGRmNS04MzQxLWQ2ZGUxMTFiNzk4NCIsInZlcnNpb24iOjYsIml...",
    "key": "realm-root-5f0c7e0d0f6d4f3f8d5c0a9b1e2d3c4f",
    "signature": "mJ1cQm0T0b4yXb6dQ2m8u3Jq7mC2bE0w4t5o8s1r9vLx3k6ZyN0pA7hGfW2eUqRiOaYxVt1KjBnM5lDcPzSgEw",
}
REALM: Final[Example] = {
    "realm": "107c2a5a-d7ee-4df5-8341-d6de111b7984",
    "version": 6,
    "issued_at": "2026-11-23T16:05:12Z",
    "expires_at": "2026-12-23T16:05:12Z",
    "server_time": "2026-11-23T16:05:12Z",
    "code_keys": [
        {
            "kid": 1,
            "suite": "DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM",
            "public_key": "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo",
            "not_before": "2026-11-01T08:00:00Z",
            "not_after": "2027-12-06T08:00:00Z",
        }
    ],
    "receipt_keys": [
        {
            "id": "receipt-0d9c0b7d5a5f4c1e9f0a3b6c7d8e9f10",
            "public_key": "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
            "not_before": "2026-11-01T08:00:00Z",
            "not_after": "2028-11-01T08:00:00Z",
        }
    ],
    "pin_policy": {"digits": 6, "digits_min": 4, "digits_max": 12, "tries": 3, "iterations": 600000},
}
REGISTER: Final[Example] = {"email": "alice@example.com", "language": "de"}
CONFIRM_REGISTRATION: Final[Example] = {"email": "alice@example.com", "code": "4821 7730"}
ACTIVATION_CODE: Final[Example] = {"activation_code": "7K3QZP09XWM4T2HC", "expires_at": "2026-11-23T16:20:12.120Z"}
CHALLENGE: Final[Example] = {"challenge": "q3Zb0n8Yc6s1vQyX2mTjR9uE4kL7wPaHd5iGfO-JtCg"}
ENROL: Final[Example] = {
    "activation_code": "7K3Q-ZP09-XWM4-T2HC",
    "name": "Alices Telefon",
    "platform": "web",
    "public_key": "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
    "challenge": "q3Zb0n8Yc6s1vQyX2mTjR9uE4kL7wPaHd5iGfO-JtCg",
    "proof": "mJ1cQm0T0b4yXb6dQ2m8u3Jq7mC2bE0w4t5o8s1r9vLx3k6ZyN0pA7hGfW2eUqRiOaYxVt1KjBnM5lDcPzSgEw",
}
ENROLLED: Final[Example] = {
    "device_id": _DEVICE,
    "device_ref": "sdUeQEqFT8I",
    "certificate": "MIIBtDCCAVqgAwIBAgIUZ1k0b8p2q3r5s7t9v1x3z5A7C9EwCgYIKoZIzj0EAwIwITEfMB0GA1UEAwwWbXBh...",
    "sync": "yV4pTg",
    "status": "active",
}
SET_PIN: Final[Example] = {
    "kid": 1,
    "sealed": "Vh8g0nQ1yP3mB7xS5dR2kT9uZ4wL6aJcE0iGfO-HtCgq3Zb0n8Yc6s1vQyX2mTjR9uE4kL7wPaHd5iGfO-JtCg...",
    "signature": "Qw2eUqRiOaYxVt1KjBnM5lDcPzSgEwmJ1cQm0T0b4yXb6dQ2m8u3Jq7mC2bE0w4t5o8s1r9vLx3k6ZyN0pA7hA",
}
PIN: Final[Example] = {"pin": {"state": "set", "epoch": 1, "tries_left": 3}}
OPEN_SESSION: Final[Example] = {
    "device_id": _DEVICE,
    "challenge": "q3Zb0n8Yc6s1vQyX2mTjR9uE4kL7wPaHd5iGfO-JtCg",
    "signature": "Qw2eUqRiOaYxVt1KjBnM5lDcPzSgEwmJ1cQm0T0b4yXb6dQ2m8u3Jq7mC2bE0w4t5o8s1r9vLx3k6ZyN0pA7hA",
    "pin_ok": "0m8w2y5h7j9k3pbV4pTgq3Zb0n8Yc6s1vQyX2mTjR9s",
}
SESSION: Final[Example] = {
    "token": "session_9c3erjb02xq3Zb0n8Yc6s1vQyX2mTjR9uE4kL7wPaHd",
    "expires_at": "2026-11-23T16:20:12.120Z",
    "confirmed_until": "2026-11-23T16:10:12.120Z",
    "socket_ticket": "ticket_5iGfO-JtCgsdUeQEqFT8IyV4pTgVh8g0nQ1yP3mB7xS",
}
OWN_DEVICE: Final[Example] = {
    "device_id": _DEVICE,
    "status": "active",
    "server_time": "2026-11-23T16:05:12.120Z",
    "counter": 17,
    "pin": {"state": "set", "epoch": 1, "tries_left": 3},
    "limits": {"per_payment": 20000, "per_day": 100000, "currency": "CHF"},
}
SET_LIMITS: Final[Example] = {"per_payment": 20000, "per_day": 150000, "currency": "CHF"}
OWN_LIMITS: Final[Example] = {
    "per_payment": 20000,
    "per_day": 100000,
    "currency": "CHF",
    "at_most": {"per_payment": 100000, "per_day": 500000, "currency": "CHF"},
    "later": {
        "per_payment": None,
        "per_day": 150000,
        "currency": "CHF",
        "effective_at": "2026-11-24T16:05:12.120Z",
    },
}
SYNC: Final[Example] = {"sync": "yV4pTg"}
SYNCED: Final[Example] = OWN_DEVICE | {"sync": "b0k8Zw"}
DEVICE: Final[Example] = {
    "device_id": _DEVICE,
    "name": "Alices Telefon",
    "platform": "web",
    "key_protection": "software",
    "status": "active",
    "is_this_device": True,
    "device_ref": "sdUeQEqFT8I",
    "public_key": "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
    "enrolled_at": "2026-11-23T16:05:12.120Z",
}
SECOND_DEVICE: Final[Example] = DEVICE | {
    "device_id": _SECOND,
    "name": "Tablet",
    "is_this_device": False,
    "device_ref": "Qm8u3Jq7mC0",
    "public_key": "BFx0m8w2y5h7j9k3pbV4pTgq3Zb0n8Yc6s1vQyX2mTjR9uE4kL7wPaHd5iGfOOJtCgsdUeQEqFT8IyV4pTgVh8g",
    "enrolled_at": "2026-10-02T07:12:44.031Z",
}
DEVICES: Final[Example] = {"data": [DEVICE, SECOND_DEVICE], "next_cursor": None}
APPROVE: Final[Example] = {
    "challenge": "q3Zb0n8Yc6s1vQyX2mTjR9uE4kL7wPaHd5iGfO-JtCg",
    "signature": "Qw2eUqRiOaYxVt1KjBnM5lDcPzSgEwmJ1cQm0T0b4yXb6dQ2m8u3Jq7mC2bE0w4t5o8s1r9vLx3k6ZyN0pA7hA",
}
RENAME_DEVICE: Final[Example] = {"name": "Tablet Küche"}
HANDOVER: Final[Example] = {
    "activation_code": "7K3Q-ZP09-XWM4-T2HC",
    "qr_text": "7K3QZP09XWM4T2HC",
    "expires_at": "2026-11-23T16:15:12.120Z",
}
ME: Final[Example] = {
    "customer_id": "cus_01m84hzzv7f4r8k2q9w6t3x5ab",
    "email": "alice@example.com",
    "language": "de",
    "status": "active",
    "created_at": "2026-10-02T07:10:05.418Z",
}
CHOOSE_LANGUAGE: Final[Example] = {"language": "fr"}
LOCKED: Final[Example] = SECOND_DEVICE | {"status": "locked"}
REVOKE: Final[Example] = {"warning_accepted": True}
REVOKED: Final[Example] = SECOND_DEVICE | {"status": "revoked"}
INSTRUMENT: Final[Example] = {
    "handle": 1,
    "kind": "bank_account",
    "label": "Bank ...7301",
    "name": "Haushalt",
    "currency": "CHF",
    "status": "active",
    "is_default": True,
}
INSTRUMENTS: Final[Example] = {"data": [INSTRUMENT], "next_cursor": None}
START_LINK: Final[Example] = {"kind": "bank_account", "provider": "bank"}
LINK: Final[Example] = {
    "id": "01984920-5f7d-7e2a-9c3e-8b0f5d6a7c41",
    "link_url": "https://ebanking.bank.example/consent/Jq2cW8sXkR1...?lang=de",
    "expires_at": "2026-11-23T16:35:12.120Z",
}
COMPLETE_LINK: Final[Example] = {"state": "Q1yP3mB7xS5dR2kT9uZ4...", "code": "mB7xS5dR2kT9uZ4Q1yP3..."}
REFUSE_LINK: Final[Example] = {"state": "Q1yP3mB7xS5dR2kT9uZ4...", "error": "access_denied"}
RENAME: Final[Example] = {"name": "Haushalt"}
EVENTS: Final[Example] = {
    "data": [
        {"seq": 41, "type": "payment.declined", "at": "2026-11-23T16:04:58.004Z", "payment": _PAYMENT[:-1] + "w"}
        | {"device": _DEVICE},
        {"seq": 42, "type": "payment.captured", "at": "2026-11-23T16:05:14.371Z", "payment": _PAYMENT}
        | {"device": _DEVICE},
        {"seq": 43, "type": "payment.refunded", "at": "2026-11-24T09:30:02.518Z", "payment": _PAYMENT}
        | {"device": _DEVICE, "refund": _REFUND},
    ],
    "next_cursor": None,
}
PAYMENT: Final[Example] = {
    "id": _PAYMENT,
    "status": "captured",
    "version": 6,
    "amount": 4250,
    "tip": 0,
    "captured": 4250,
    "refunded": 500,
    "refund_status": "partial",
    "currency": "CHF",
    "merchant": "Bergfrisch Genossenschaft",
    "store": "Zürich Limmatplatz",
    "reference": "2031-0007",
    "instrument": _MEANS,
    "instead_of": None,
    "action": None,
    "decline": None,
    "refunds": [
        {
            "id": _REFUND,
            "status": "succeeded",
            "amount": 500,
            "currency": "CHF",
            "reason": "Äpfel faul",
            "created_at": "2026-11-24T09:30:01.377Z",
            "ended_at": "2026-11-24T09:30:02.031Z",
        }
    ],
    "training": False,
    "created_at": "2026-11-23T16:05:12.120Z",
    "captured_at": "2026-11-23T16:05:14.102Z",
}
DECLINED: Final[Example] = PAYMENT | {
    "id": _PAYMENT[:-1] + "w",
    "status": "declined",
    "version": 1,
    "captured": 0,
    "refunded": 0,
    "refund_status": "none",
    "refunds": [],
    "decline": {
        "code": "pin_wrong",
        "cashier_message": "PIN falsch. Neuen Code zeigen lassen.",
        "customer_message": "Die PIN war falsch. Bitte geben Sie sie noch einmal ein und zeigen Sie den neuen Code.",
        "action": "new_code",
        "tries_left": 2,
    },
    "created_at": "2026-11-23T16:04:57.880Z",
    "captured_at": None,
}
ASKED: Final[Example] = PAYMENT | {
    "id": _PAYMENT[:-1] + "v",
    "status": "action_required",
    "version": 1,
    "captured": 0,
    "refunded": 0,
    "refund_status": "none",
    "action": {"type": "customer_consent", "deadline": "2026-11-23T16:07:42.120Z", "device": _DEVICE},
    "refunds": [],
    "created_at": "2026-11-23T16:07:12.120Z",
    "captured_at": None,
}
CONSENT: Final[Example] = {
    "decision": "yes",
    "signature": "Qw2eUqRiOaYxVt1KjBnM5lDcPzSgEwmJ1cQm0T0b4yXb6dQ2m8u3Jq7mC2bE0w4t5o8s1r9vLx3k6ZyN0pA7hA",
    "pin_ok": "0m8w2y5h7j9k3pbV4pTgq3Zb0n8Yc6s1vQyX2mTjR9s",
}
NO_CONSENT: Final[Example] = {
    "decision": "no",
    "signature": "mJ1cQm0T0b4yXb6dQ2m8u3Jq7mC2bE0w4t5o8s1r9vLx3k6ZyN0pA7hGfW2eUqRiOaYxVt1KjBnM5lDcPzSgEw",
}
CONSENTED: Final[Example] = ASKED | {"status": "processing", "version": 2, "action": None}
PAYMENTS: Final[Example] = {"data": [PAYMENT, DECLINED], "next_cursor": None}
RECEIPT: Final[Example] = {
    "kind": "payment",
    "payment": _PAYMENT,
    "version": 4,
    "device_ref": "sdUeQEqFT8I",
    "merchant": "Bergfrisch Genossenschaft",
    "vat_number": "CHE-000.000.000 MWST",
    "store": "Zürich Limmatplatz",
    "address": ["Zürich", "CH"],
    "till": "Kasse 1",
    "cashier": "0042",
    "reference": "2031-0007",
    "amount": 4250,
    "currency": "CHF",
    "tip": 0,
    "instrument": {"kind": "bank_account", "label": "Bank ...7301"},
    "lines": [
        {"name": "Äpfel", "quantity": "1.250", "amount": 500, "vat_rate_basis_points": 260},
        {"name": "Pfand", "quantity": "1", "amount": -50, "vat_rate_basis_points": 0},
        {"name": "Wein", "quantity": "2", "amount": 3800, "vat_rate_basis_points": 810},
    ],
    "vat": [
        {"rate_basis_points": 0, "gross": -50, "vat": 0},
        {"rate_basis_points": 260, "gross": 500, "vat": 13},
        {"rate_basis_points": 810, "gross": 3800, "vat": 285},
    ],
    "time": "2026-11-23T16:05:14.102Z",
    "training": False,
}
REFUND_RECEIPT: Final[Example] = RECEIPT | {
    "kind": "refund",
    "refund": _REFUND,
    "version": 6,
    "cashier": "0007",
    "reason": "Äpfel faul",
    "amount": 500,
    "paid": 4250,
    "refunded": 500,
    "lines": [{"name": "Äpfel", "quantity": "1.250", "amount": 500, "vat_rate_basis_points": 260}],
    "vat": [{"rate_basis_points": 260, "gross": 500, "vat": 13}],
    "time": "2026-11-24T09:30:02.031Z",
}
del REFUND_RECEIPT["tip"]
EXPORT: Final[Example] = {
    "exported_at": "2026-11-24T16:05:12.120Z",
    "customer": {
        "id": "cus_01m84hzzv7f4r8k2q9w6t3x5ab",
        "email": "alice@example.com",
        "language": "de",
        "status": "active",
        "created_at": "2026-10-02T07:10:05.418Z",
    },
    "devices": [
        {
            "id": _DEVICE,
            "name": "Alices Telefon",
            "platform": "web",
            "key_protection": "software",
            "status": "active",
            "counter": 17,
            "enrolled_at": "2026-11-23T16:05:12.120Z",
            "activated_at": "2026-11-23T16:05:12.120Z",
            "revoked_at": None,
            "pin_wrong_at": [],
            "pin_locked_at": None,
        }
    ],
    "sessions": [],
    "stop_confirmations": [],
    "instruments": [],
    "limits": [{"currency": "CHF", "per_payment": 20000, "per_day": None, "set_at": "2026-11-23T16:05:12.120Z"}],
    "payments": [],
    "events": [
        {"seq": 1, "type": "device.enrolled", "at": "2026-11-23T16:05:12.120Z", "device": _DEVICE},
    ],
    "letters": [
        {
            "subject": "Ein neues Gerät kann für Sie bezahlen",
            "language": "de",
            "written_at": "2026-11-23T16:05:12.120Z",
            "sent_at": "2026-11-23T16:05:13.004Z",
        }
    ],
}
SIGNED_RECEIPT: Final[Example] = {
    "document": "eyJraW5kIjoicGF5bWVudCIsInBheW1lbnQiOiJwYXlfMDFtODRqMWZ6eGU0bjgxejljM2VyamIwMngiLCJ2ZXJz...",
    "key": "receipt-0d9c0b7d5a5f4c1e9f0a3b6c7d8e9f10",
    "signature": "mJ1cQm0T0b4yXb6dQ2m8u3Jq7mC2bE0w4t5o8s1r9vLx3k6ZyN0pA7hGfW2eUqRiOaYxVt1KjBnM5lDcPzSgEw",
}
