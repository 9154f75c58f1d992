"""``sessions`` and ``device``: what a phone does about itself."""

from typing import Final

from apps.devices.states import DeviceStatus
from apps.rest.documentation import (
    CURRENCY,
    MOMENT,
    SUM,
    Answer,
    Body,
    Schema,
    component,
    describe,
    described,
    identifier,
    nullable,
    object_schema,
    words,
)
from apps.wallet_api import examples
from apps.wallet_api.documentation.shared import BODY_PROBLEMS, FIELDS, PENDING, SESSION_TOKEN, TAG, TEXT, WHOLE, binary

PIN_STATE: Final = component(
    "PinState",
    object_schema({"state": words("none", "set", "locked"), "epoch": WHOLE, "tries_left": {**WHOLE, "maximum": 3}}),
)
LIMITS: Final = component(
    "Limits", object_schema({"per_payment": nullable(SUM), "per_day": nullable(SUM), "currency": CURRENCY})
)
_OWN_DEVICE: Final[dict[str, Schema]] = {
    "device_id": identifier("dev"),
    "status": words(*DeviceStatus.values),
    "server_time": MOMENT,
    "counter": described(WHOLE, "The highest one seen; a phone that is below it stops and reports"),
    "pin": PIN_STATE,
    "limits": nullable(LIMITS),
}
OWN_DEVICE: Final = component("OwnDevice", object_schema(_OWN_DEVICE))
SYNCED: Final = component(
    "SyncedDevice", object_schema({**_OWN_DEVICE, "sync": binary(4, "The tag to hold from now on")})
)
OPEN_SESSION: Final = describe(
    "open_session",
    tag=TAG,
    summary="Open a session, confirmed if the PIN is proved",
    description="The signature is verified first, and a bad one costs nothing. A wrong `pin_ok` costs a try of the "
    "same count as at the till.",
    body=Body(
        component(
            "SessionRequest",
            object_schema(
                {
                    "device_id": identifier("dev"),
                    "challenge": binary(32),
                    "signature": binary(64),
                    "pin_ok": binary(32),
                },
                optional=("pin_ok",),
            ),
        ),
        examples={"confirmed": examples.OPEN_SESSION},
    ),
    answers={
        201: Answer(
            "The session",
            component(
                "Session",
                object_schema(
                    {
                        "token": described(TEXT, "Keep it in memory only"),
                        "expires_at": MOMENT,
                        "confirmed_until": nullable(MOMENT),
                        "socket_ticket": described(TEXT, "The first message of one socket, within a minute"),
                    }
                ),
            ),
            examples={"confirmed": examples.SESSION},
        )
    },
    problems={
        **BODY_PROBLEMS,
        401: "`signature_invalid`, `challenge_invalid`",
        403: "`pin_wrong` with `tries_left`, `pin_locked`, `device_locked`, "
        "`device_suspended`, `device_revoked`, `customer_closed`",
        409: "`pin_not_set`, `pin_epoch_wrong`",
        422: FIELDS,
    },
)
SHOW_DEVICE: Final = describe(
    "show_device",
    tag=TAG,
    summary="The state of the device that asks",
    description="The one call that a pending device may make. It never changes the tag.",
    security=SESSION_TOKEN,
    answers={200: Answer("The state", OWN_DEVICE, examples={"device": examples.OWN_DEVICE})},
    problems={},
)
SYNC_DEVICE: Final = describe(
    "sync_device",
    tag=TAG,
    summary="Exchange the tag that the phone holds",
    description="A tag that is neither the current nor the previous one suspends the device as cloned.",
    security=SESSION_TOKEN,
    body=Body(component("Sync", object_schema({"sync": binary(4)})), examples={"sync": examples.SYNC}),
    answers={200: Answer("The state and the tag", SYNCED, examples={"synced": examples.SYNCED})},
    problems={**BODY_PROBLEMS, 403: f"`device_suspended`, {PENDING}", 422: FIELDS},
)
SET_PIN: Final = describe(
    "set_pin",
    tag=TAG,
    summary="Set the first PIN, or another one with the proof of the old",
    security=SESSION_TOKEN,
    body=Body(
        component(
            "PinSetting",
            object_schema(
                {
                    "kid": {"type": "integer", "minimum": 1, "maximum": 255},
                    "sealed": binary(description="HPKE, enc then ct"),
                    "signature": binary(64),
                }
            ),
        ),
        examples={"pin": examples.SET_PIN},
    ),
    answers={200: Answer("The state of the PIN", object_schema({"pin": PIN_STATE}), examples={"pin": examples.PIN})},
    problems={
        **BODY_PROBLEMS,
        403: "`signature_invalid`, `challenge_invalid`, `first_pin_refused`, `pin_wrong` with `tries_left`, "
        f"`pin_locked`, {PENDING}",
        409: "`pin_epoch_wrong`",
        422: f"`key_retired`, `unreadable`, {FIELDS}",
    },
)
