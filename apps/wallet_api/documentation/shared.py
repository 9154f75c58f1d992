"""What the descriptions of this door have in common."""

from typing import Final

from apps.rest.documentation import Body, Schema, bearer_scheme, component, object_schema

TAG: Final = "Wallet"
SESSION_TOKEN: Final = bearer_scheme("session_token", "The token of an open session, `session_...`; fifteen minutes.")
CONFIRMED: Final = "`confirmation_required` without the PIN in the last five minutes, `customer_frozen`"
PENDING: Final = "`device_pending`"
BODY_PROBLEMS: Final = {
    400: "`malformed_json`, `duplicate_key`, `too_deep`",
    413: "`body_too_large`",
    415: "`unsupported_media`, `unsupported_charset`",
}
FIELDS: Final = "`invalid_field`, `unknown_field`"
TEXT: Final[Schema] = {"type": "string"}
WHOLE: Final[Schema] = {"type": "integer", "minimum": 0}
SIGNED: Final = component(
    "SignedDocument",
    object_schema(
        {
            "document": {"type": "string", "description": "The exact UTF-8 bytes of the JSON, base64url"},
            "key": {"type": "string", "description": "The id of the key that signed it"},
            "signature": {"type": "string", "description": "r then s, over the label and SHA-256 of those bytes"},
        },
        description="Verify the bytes that came; never serialise the document again.",
    ),
)
NOTHING: Final = Body(component("Nothing", object_schema({})), examples={"nothing": {}}, may_be_empty=True)


def binary(length: int | None = None, description: str = "") -> Schema:
    size = {} if length is None else {"minLength": (length * 4 + 2) // 3, "maxLength": (length * 4 + 2) // 3}
    text = f"{description}; " if description else ""
    what = "base64url without padding" if length is None else f"{length} bytes as base64url without padding"
    return {"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "description": text + what, **size}
