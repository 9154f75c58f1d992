"""``realm``, ``registrations`` and ``challenges``: what a stranger may call."""

from typing import Final

from apps.customers.registrations import CODE_DIGITS
from apps.merchants.models import Language
from apps.rest.documentation import MOMENT, Answer, Body, Schema, component, describe, described, object_schema, words
from apps.wallet_api import examples
from apps.wallet_api.documentation.shared import BODY_PROBLEMS, FIELDS, NOTHING, SIGNED, TAG, TEXT, binary

EMAIL: Final[Schema] = {"type": "string", "format": "email", "maxLength": 254}
SHOW_REALM: Final = describe(
    "show_realm",
    tag=TAG,
    summary="What a phone must know before it makes a code",
    description="Signed with the label `realm`. Inside: the code server's keys, the receipt keys, the PIN policy.",
    answers={200: Answer("The signed document", SIGNED, examples={"realm": examples.SIGNED_DOCUMENT})},
    problems={503: "`keys_unavailable`"},
)
REGISTER: Final = describe(
    "register",
    tag=TAG,
    summary="Ask for a letter with a code",
    description="The same answer for every address. An address gets five letters an hour; nobody is told of more.",
    body=Body(
        component("Registration", object_schema({"email": EMAIL, "language": words(*Language.values)})),
        examples={"register": examples.REGISTER},
    ),
    answers={202: Answer("Look into the mailbox", object_schema({}), examples={"always": {}})},
    problems={**BODY_PROBLEMS, 422: f"`invalid_email`, {FIELDS}"},
)
CONFIRM_REGISTRATION: Final = describe(
    "confirm_registration",
    tag=TAG,
    summary="Show that the letter arrived",
    description="Fifteen minutes, five tries, once, and only the newest letter; every no is the same.",
    body=Body(
        component(
            "RegistrationCode",
            object_schema({"email": EMAIL, "code": described(TEXT, f"The {CODE_DIGITS} digits; blanks do not matter")}),
        ),
        examples={"confirm": examples.CONFIRM_REGISTRATION},
    ),
    answers={
        200: Answer(
            "An activation code for one phone",
            object_schema({"activation_code": TEXT, "expires_at": MOMENT}),
            examples={"activation": examples.ACTIVATION_CODE},
        )
    },
    problems={**BODY_PROBLEMS, 422: f"`registration_invalid`, `invalid_email`, {FIELDS}"},
)
ISSUE_CHALLENGE: Final = describe(
    "issue_challenge",
    tag=TAG,
    summary="Ask for something fresh to sign",
    description="Good for two minutes and once. With a session's token it is good for that device only.",
    body=NOTHING,
    answers={
        201: Answer(
            "The challenge", object_schema({"challenge": binary(32)}), examples={"challenge": examples.CHALLENGE}
        )
    },
    problems={401: "`unauthenticated`: a token was sent, and it is none", 422: "`unknown_field`"},
)
