"""``devices``: enrolling, listing and stopping."""

from typing import Final

from apps.devices.models import KeyProtection
from apps.devices.states import DeviceStatus
from apps.rest.documentation import (
    MOMENT,
    Answer,
    Body,
    component,
    describe,
    described,
    identifier,
    object_schema,
    page_schema,
    path_parameter,
    words,
)
from apps.wallet_api import examples
from apps.wallet_api.documentation.shared import (
    BODY_PROBLEMS,
    CONFIRMED,
    FIELDS,
    NOTHING,
    PENDING,
    SESSION_TOKEN,
    TAG,
    TEXT,
    binary,
)

DEVICE: Final = component(
    "Device",
    object_schema(
        {
            "device_id": identifier("dev"),
            "name": TEXT,
            "platform": TEXT,
            "key_protection": words(*KeyProtection.values),
            "status": words(*DeviceStatus.values),
            "is_this_device": {"type": "boolean"},
            "device_ref": binary(8, "With the key below it is what an approval signs"),
            "public_key": binary(65),
            "enrolled_at": MOMENT,
        }
    ),
)
_DEVICE_ID: Final = path_parameter("device", identifier("dev"), "One of the customer's own devices")


def _device_answer(**shown: object) -> dict[int, Answer]:
    return {200: Answer("The device", DEVICE, examples=shown)}


ENROL_DEVICE: Final = describe(
    "enrol_device",
    tag=TAG,
    summary="Enrol a phone",
    description="`proof` is signed by the new key. `status` is `pending` where an old device or staff must approve.",
    body=Body(
        component(
            "Enrolment",
            object_schema(
                {
                    "activation_code": described(TEXT, "As typed; blanks, hyphens and case do not matter"),
                    "name": {"type": "string", "minLength": 1, "maxLength": 64},
                    "platform": {"type": "string", "minLength": 1, "maxLength": 32, "examples": ["web", "ios"]},
                    "public_key": binary(65, "An uncompressed point on P-256"),
                    "challenge": binary(32),
                    "proof": binary(64),
                }
            ),
        ),
        examples={"enrol": examples.ENROL},
    ),
    answers={
        201: Answer(
            "What the phone must keep",
            component(
                "Enrolled",
                object_schema(
                    {
                        "device_id": identifier("dev"),
                        "device_ref": binary(8),
                        "certificate": binary(description="X.509, DER"),
                        "sync": binary(4),
                        "status": words("active", "pending"),
                    }
                ),
            ),
            examples={"enrolled": examples.ENROLLED},
        )
    },
    problems={
        **BODY_PROBLEMS,
        403: "`challenge_invalid`, `proof_invalid`",
        409: "`device_limit`, `key_in_use`",
        422: f"`activation_invalid`, `invalid_key`, {FIELDS}",
        503: "`enrolment_stopped`",
    },
)
LIST_DEVICES: Final = describe(
    "list_devices",
    tag=TAG,
    summary="The customer's devices, newest first",
    security=SESSION_TOKEN,
    answers={200: Answer("The devices", page_schema(DEVICE), examples={"devices": examples.DEVICES})},
    problems={403: PENDING},
)
APPROVE_DEVICE: Final = describe(
    "approve_device",
    tag=TAG,
    summary="Let a device that waits pay",
    description='`signature` = S("handover", own device_ref, new device_ref, SHA-256(new public key), challenge). The '
    "first PIN of the new device is set within fifteen minutes from now.",
    security=SESSION_TOKEN,
    parameters=(_DEVICE_ID,),
    body=Body(
        component("Approval", object_schema({"challenge": binary(32), "signature": binary(64)})),
        examples={"approve": examples.APPROVE},
    ),
    answers=_device_answer(approved=examples.SECOND_DEVICE),
    problems={
        **BODY_PROBLEMS,
        403: f"{CONFIRMED}, `own_device`, `signature_invalid`, `challenge_invalid`, {PENDING}",
        404: "`device_not_found`",
        409: "`wrong_state`: it was stopped",
        422: FIELDS,
    },
)
RENAME_DEVICE: Final = describe(
    "rename_device",
    tag=TAG,
    summary="Call a device otherwise",
    security=SESSION_TOKEN,
    parameters=(_DEVICE_ID,),
    body=Body(
        component("DeviceName", object_schema({"name": {"type": "string", "minLength": 1, "maxLength": 64}})),
        examples={"name": examples.RENAME_DEVICE},
    ),
    answers=_device_answer(renamed=examples.SECOND_DEVICE | examples.RENAME_DEVICE),
    problems={
        **BODY_PROBLEMS,
        403: PENDING,
        404: "`device_not_found`",
        409: "`wrong_state`: one that waits keeps the name that it came with",
        422: f"`invalid_name`, {FIELDS}",
    },
)
HAND_OVER: Final = describe(
    "hand_over",
    tag=TAG,
    summary="An activation code for a new phone",
    description="Good for ten minutes and one phone, which waits until it is approved. Show `qr_text` as a QR; the QR "
    "of a letter holds the same.",
    security=SESSION_TOKEN,
    body=NOTHING,
    answers={
        201: Answer(
            "The code",
            component("HandoverCode", object_schema({"activation_code": TEXT, "qr_text": TEXT, "expires_at": MOMENT})),
            examples={"handover": examples.HANDOVER},
        )
    },
    problems={403: f"{CONFIRMED}, {PENDING}", 422: "`unknown_field`"},
)
LOCK_DEVICE: Final = describe(
    "lock_device",
    tag=TAG,
    summary="Stop a device for now",
    description="Needs no PIN. Ends its sessions and closes its sockets; its codes are refused at once.",
    security=SESSION_TOKEN,
    parameters=(_DEVICE_ID,),
    body=NOTHING,
    answers=_device_answer(locked=examples.LOCKED),
    problems={403: PENDING, 404: "`device_not_found`", 409: "`wrong_state`", 422: "`unknown_field`"},
)
UNLOCK_DEVICE: Final = describe(
    "unlock_device",
    tag=TAG,
    summary="Let another device go on",
    description="Not itself, not one that was stopped as lost or cloned (that is enrolled anew), and not one that "
    "staff suspended.",
    security=SESSION_TOKEN,
    parameters=(_DEVICE_ID,),
    body=NOTHING,
    answers=_device_answer(active=examples.SECOND_DEVICE),
    problems={
        403: f"{CONFIRMED}, `own_device`, {PENDING}",
        404: "`device_not_found`",
        409: "`wrong_state`",
        422: "`unknown_field`",
    },
)
REVOKE_DEVICE: Final = describe(
    "revoke_device",
    tag=TAG,
    summary="Stop a device for good",
    security=SESSION_TOKEN,
    parameters=(_DEVICE_ID,),
    body=Body(
        component(
            "Revocation", object_schema({"warning_accepted": {"type": "boolean"}}, optional=("warning_accepted",))
        ),
        examples={"the last one": examples.REVOKE, "another": {}},
        may_be_empty=True,
    ),
    answers=_device_answer(revoked=examples.REVOKED),
    problems={
        403: f"{CONFIRMED}, {PENDING}",
        404: "`device_not_found`",
        409: "`last_device` unless the warning was accepted, `wrong_state`",
        422: FIELDS,
    },
)
