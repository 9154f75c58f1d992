"""``instruments``: linking, naming, choosing and removing."""

from typing import Final

from apps.instruments.models import HANDLE_MAX, Kind
from apps.instruments.states import InstrumentStatus
from apps.rest.documentation import (
    CURRENCY,
    MOMENT,
    Answer,
    Body,
    Schema,
    component,
    describe,
    described,
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
)

HANDLE: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": HANDLE_MAX, "description": "Never used again"}
INSTRUMENT_KIND: Final = words(*Kind.values)
LINK_ID: Final[Schema] = {"type": "string", "format": "uuid"}
INSTRUMENT: Final = component(
    "Instrument",
    object_schema(
        {
            "handle": HANDLE,
            "kind": INSTRUMENT_KIND,
            "label": described(TEXT, "The provider's words, masked"),
            "name": described(TEXT, "The customer's own word, or empty"),
            "currency": CURRENCY,
            "status": words(*InstrumentStatus.values),
            "is_default": {"type": "boolean"},
        }
    ),
)
_HANDLE: Final = path_parameter("handle", HANDLE, "One of the customer's own instruments")
LIST_INSTRUMENTS: Final = describe(
    "list_instruments",
    tag=TAG,
    summary="The customer's means of payment, by handle",
    security=SESSION_TOKEN,
    answers={200: Answer("The list", page_schema(INSTRUMENT), examples={"instruments": examples.INSTRUMENTS})},
    problems={403: PENDING},
)
START_LINK: Final = describe(
    "start_link",
    tag=TAG,
    summary="Begin to link an account at its provider",
    security=SESSION_TOKEN,
    body=Body(
        component("LinkRequest", object_schema({"kind": INSTRUMENT_KIND, "provider": TEXT}, optional=("provider",))),
        examples={"link": examples.START_LINK},
    ),
    answers={
        201: Answer(
            "Where the customer goes; `link_url` is empty where the provider has no page",
            component("Link", object_schema({"id": LINK_ID, "link_url": TEXT, "expires_at": MOMENT})),
            examples={"link": examples.LINK},
        )
    },
    problems={
        **BODY_PROBLEMS,
        403: f"{CONFIRMED}, {PENDING}",
        422: f"`provider_not_available`, {FIELDS}",
        503: "`provider_unavailable`",
    },
)
COMPLETE_LINK: Final = describe(
    "complete_link",
    tag=TAG,
    summary="Come back from the provider's page",
    description="The parameters that came back, as they came; only the device that began can do it. Completed twice, "
    "it answers the same instrument. `account_token` comes only from a provider that has no page.",
    security=SESSION_TOKEN,
    parameters=(path_parameter("link", LINK_ID, "The link's id"),),
    body=Body(
        component(
            "LinkCompletion",
            object_schema(
                {"state": TEXT, "code": TEXT, "error": TEXT, "account_token": TEXT},
                optional=("state", "code", "error", "account_token"),
            ),
        ),
        examples={"consented": examples.COMPLETE_LINK, "refused": examples.REFUSE_LINK},
    ),
    answers={200: Answer("The instrument", INSTRUMENT, examples={"instrument": examples.INSTRUMENT})},
    problems={
        **BODY_PROBLEMS,
        403: f"{CONFIRMED}, {PENDING}",
        404: "`link_not_found`",
        409: "`link_refused`: the customer said no at the provider's page; `link_expired`, `handles_exhausted`",
        422: "`invalid_link_parameters`, `link_code_refused`, `instrument_unknown_to_provider`, `instrument_unusable`, "
        f"`currency_not_supported`, {FIELDS}",
        503: "`provider_unavailable`",
    },
)
RENAME_INSTRUMENT: Final = describe(
    "rename_instrument",
    tag=TAG,
    summary="Give it a name of the customer's own",
    security=SESSION_TOKEN,
    parameters=(_HANDLE,),
    body=Body(
        component("InstrumentName", object_schema({"name": {"type": "string", "maxLength": 40}})),
        examples={"rename": examples.RENAME},
    ),
    answers={200: Answer("The instrument", INSTRUMENT, examples={"instrument": examples.INSTRUMENT})},
    problems={**BODY_PROBLEMS, 403: PENDING, 404: "`instrument_not_found`", 422: FIELDS},
)
MAKE_DEFAULT: Final = describe(
    "make_default",
    tag=TAG,
    summary="Let codes that name no instrument mean this one",
    security=SESSION_TOKEN,
    parameters=(_HANDLE,),
    body=NOTHING,
    answers={200: Answer("The instrument", INSTRUMENT, examples={"instrument": examples.INSTRUMENT})},
    problems={
        403: f"{CONFIRMED}, {PENDING}",
        404: "`instrument_not_found`",
        409: "`wrong_state`",
        422: "`unknown_field`",
    },
)
REMOVE_INSTRUMENT: Final = describe(
    "remove_instrument",
    tag=TAG,
    summary="Remove it; its handle never comes back",
    security=SESSION_TOKEN,
    parameters=(_HANDLE,),
    answers={204: Answer("Removed", {})},
    problems={403: f"{CONFIRMED}, {PENDING}", 404: "`instrument_not_found`"},
)
