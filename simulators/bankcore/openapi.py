"""The bank's calls as OpenAPI says them; `docs/bank-core-api.md` tells the same as a story."""

Schema = dict[str, object]
Members = dict[str, Schema]
TEXT: Schema = {"type": "string"}
REF: Schema = {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,64}$", "description": "Yours; unique over all calls"}
AMOUNT: Schema = {"type": "integer", "minimum": 1, "maximum": 100_000_000, "description": "Minor units"}
CURRENCY: Schema = {"type": "string", "enum": ["CHF", "EUR", "GBP", "USD"]}
MOMENT: Schema = {"type": "string", "format": "date-time"}
MONEY: Members = {"amount": AMOUNT, "currency": CURRENCY}
YES: Schema = {"type": "string", "const": "approved"}
STATUS: Schema = {"type": "string", "enum": ["active", "blocked", "expired"]}


def document() -> Schema:
    """Return the OpenAPI document."""
    hold: Members = {"ref": REF, "account_token": TEXT, **MONEY, "merchant": TEXT, "expires_at": MOMENT, "proof": TEXT}
    held: Members = {"ref": REF, "hold_id": TEXT, "status": YES, **MONEY, "expires_at": MOMENT}
    captured: Members = {"ref": REF, "capture_id": TEXT, "hold_id": TEXT, "status": YES, **MONEY}
    refunded: Members = {"ref": REF, "refund_id": TEXT, "capture_id": TEXT, "status": YES, **MONEY}
    released: Members = {
        "ref": REF,
        "hold_id": TEXT,
        "status": YES,
        "released": {"type": "integer"},
        "currency": CURRENCY,
    }
    reversed_: Members = {"ref": REF, "original_ref": REF, "status": YES, "effect": TEXT}
    described: Members = {"label": TEXT, "iban_masked": TEXT, "currency": CURRENCY, "status": STATUS}
    link: Members = {
        "ref": REF,
        "subject": REF,
        "state": TEXT,
        "return_url": TEXT,
        "language": _words("de", "fr", "it", "en"),
    }
    registered: Members = {"ref": REF, "consent_url": TEXT, "expires_at": MOMENT}
    redeemed: Members = {"ref": REF, "consent_id": TEXT, "account_token": TEXT, "iban": TEXT, **described}
    del redeemed["iban_masked"]
    capture: Members = {"ref": REF, **MONEY, "final": {"type": "boolean"}}
    paths: Schema = {
        "/v1/holds": {"post": _call("hold", "Put money aside", hold, 201, held)},
        "/v1/holds/{hold_id}/captures": {
            "post": _call("capture", "Take held money", capture, 201, captured, "hold_id")
        },
        "/v1/holds/{hold_id}/release": {
            "post": _call("release", "Give a hold back", {"ref": REF}, 200, released, "hold_id")
        },
        "/v1/captures/{capture_id}/refunds": {
            "post": _call("refund", "Pay back", {"ref": REF, **MONEY}, 201, refunded, "capture_id")
        },
        "/v1/reversals": {
            "post": _call("reversal", "Undo by reference", {"ref": REF, "original_ref": REF}, 200, reversed_)
        },
        "/v1/operations/{ref}": {
            "get": _call(
                "inquiry", "What came of a reference", None, 200, {"ref": REF, "status": TEXT, "call": TEXT}, "ref"
            )
        },
        "/v1/accounts/describe": {
            "post": _call("description", "What a token stands for", {"account_token": TEXT}, 200, described)
        },
        "/v1/links": {"post": _call("link", "Announce a customer who is sent to our page", link, 201, registered)},
        "/v1/links/redemptions": {
            "post": _call("redemption", "Exchange the code for a token", {"ref": REF, "code": TEXT}, 200, redeemed)
        },
        "/v1/consents/{consent_id}/end": {
            "post": _call("consent_end", "End a consent", {}, 200, {"consent_id": TEXT, "status": TEXT}, "consent_id")
        },
        "/v1/statements/{date}": {
            "get": _call(
                "statement", "The day's bookings", None, 200, {"date": TEXT, "final": {"type": "boolean"}}, "date"
            )
        },
        "/v1/health": {"get": _call("health", "Whether we are well", None, 200, {"status": TEXT, "time": MOMENT})},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Simulated bank core",
            "version": "1",
            "description": "Mutual TLS 1.3, and requests and answers signed by RFC 9421, besides the bearer key.",
        },
        "paths": paths,
        "webhooks": {"notice": {"post": _notice()}},
        "components": {
            "securitySchemes": {
                "client_key": {"type": "http", "scheme": "bearer"},
                "certificate": {"type": "mutualTLS"},
            },
            "schemas": {
                "Declined": _object({"ref": REF, "status": {"type": "string", "const": "declined"}, "reason": TEXT}),
                "Error": _object({"code": TEXT, "detail": TEXT}),
            },
        },
        "security": [{"client_key": [], "certificate": []}],
    }


def _call(name: str, summary: str, asked: Members | None, status: int, answered: Members, *subjects: str) -> Schema:
    """Describe one call; whatever moves money may be declined, which is an answer and no error."""
    content = _json(_object(answered))
    answers: Members = {str(status): {"description": summary, **content}}
    if asked is not None and "ref" in asked and name not in ("link", "redemption"):
        declined: Schema = {"$ref": "#/components/schemas/Declined"}
        either: Schema = {"anyOf": [_object(answered), declined]} if status == 200 else declined
        answers["200"] = {"description": "Declined, and remembered" if status != 200 else summary, **_json(either)}
    answers["default"] = {"description": "Nothing happened", **_json({"$ref": "#/components/schemas/Error"})}
    described: Schema = {"operationId": name, "summary": summary, "responses": answers}
    if subjects:
        described["parameters"] = [
            {"name": subject, "in": "path", "required": True, "schema": TEXT} for subject in subjects
        ]
    if asked is not None:
        described["requestBody"] = {"required": True, **_json(_object(asked))}
    return described


def _notice() -> Schema:
    kinds = _words(
        "hold.approved", "capture.booked", "refund.booked", "account.active", "account.blocked", "account.expired",
        "consent.ended",
    )  # fmt: skip
    members = {"notice_id": TEXT, "type": kinds, "created_at": MOMENT, "ref": REF, **MONEY, "consent_id": TEXT}
    schema: Schema = {"type": "object", "properties": members, "required": ["notice_id", "type", "created_at"]}
    return {
        "operationId": "notice",
        "summary": "What we tell unasked, until it is answered 200 or 202",
        "requestBody": {"required": True, **_json(schema)},
        "responses": {"200": {"description": "Taken"}, "202": {"description": "Taken, and not known"}},
        "security": [],
    }


def _object(members: Members) -> Schema:
    return {"type": "object", "properties": dict(members), "required": list(members)}


def _json(schema: Schema) -> Schema:
    return {"content": {"application/json": {"schema": schema}}}


def _words(*choices: str) -> Schema:
    return {"type": "string", "enum": list(choices)}
