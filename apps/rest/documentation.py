"""How a door describes itself for OpenAPI 3.1: plain JSON Schema beside the view, read by people and by machines.

    PAYMENT = component("Payment", object_schema({"id": identifier("pay"), "amount": AMOUNT}))

    SHOW_PAYMENT = describe(
        "show_payment", tag="Till", summary="What became of a payment", security=TILL_KEY,
        parameters=(path_parameter("payment_id", identifier("pay"), "The payment"),),
        answers={200: Answer("The payment", PAYMENT, examples={"captured": CAPTURED})},
        problems={404: "`payment_not_found`"},
    )

    class OnePayment(TillView):
        @SHOW_PAYMENT
        def get(self, request: StrictRequest, payment_id: str) -> Response: ...

Nothing here is looked at while a request is answered.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.kernel.currencies import MINOR_UNIT_DIGITS
from apps.rest.problems import PROBLEM_MEDIA_TYPE
from apps.rest.renderers import JSON_MEDIA_TYPE
from apps.rest.values import MAXIMUM_AMOUNT

# Any: JSON Schema is JSON.
Schema = dict[str, Any]
View = TypeVar("View", bound=Callable[..., object])

_schemas: Final[dict[str, Schema]] = {}
_security_schemes: Final[dict[str, Schema]] = {}


def component(name: str, schema: Schema) -> Schema:
    """Keep a schema under a name of its own, and return the reference to it; ValueError if the name is taken."""
    if name in _schemas:
        raise ValueError(f"there is a schema {name!r} already")
    _schemas[name] = schema
    return {"$ref": f"#/components/schemas/{name}"}


def bearer_scheme(name: str, description: str) -> str:
    """Keep a way to prove who one is by a bearer credential, and return its name for `describe`."""
    _security_schemes[name] = {"type": "http", "scheme": "bearer", "description": description}
    return name


def security_scheme(name: str, scheme: Schema) -> str:
    """Keep another way to prove who one is, as OpenAPI writes it, and return its name for `describe`."""
    _security_schemes[name] = scheme
    return name


def object_schema(members: Mapping[str, Schema], *, optional: Sequence[str] = (), description: str = "") -> Schema:
    """Return the schema of an object that has these members and no others; all of them, but for the optional ones."""
    required = [name for name in members if name not in optional]
    schema: Schema = {"type": "object", "properties": dict(members), "additionalProperties": False}
    if required:
        schema["required"] = required
    return schema | ({"description": description} if description else {})


def list_schema(item: Schema, **keywords: object) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": item, **keywords}


def page_schema(item: Schema) -> Schema:
    """Return the schema of one page of a list."""
    return object_schema({"data": list_schema(item), "next_cursor": nullable({"type": "string"})})


def nullable(schema: Schema) -> Schema:
    """Return the schema of a member that is always there and may be null."""
    return {"oneOf": [schema, {"type": "null"}]}


def words(*choices: str, description: str = "") -> Schema:
    """Return the schema of one of a few words."""
    return {"type": "string", "enum": list(choices)} | ({"description": description} if description else {})


def identifier(prefix: str) -> Schema:
    """Return the schema of a public id."""
    return {"type": "string", "pattern": f"^{prefix}_[0-9a-hjkmnp-tv-z]{{26}}$"}


def described(schema: Schema, description: str) -> Schema:
    """Return the schema with a description of this use of it."""
    return {**schema, "description": description}


AMOUNT: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": MAXIMUM_AMOUNT, "description": "Minor units"}
SUM: Final[Schema] = {"type": "integer", "minimum": 0, "description": "Minor units"}
CURRENCY: Final[Schema] = {"type": "string", "enum": sorted(MINOR_UNIT_DIGITS), "description": "ISO 4217"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
DAY: Final[Schema] = {"type": "string", "format": "date"}
PAGE_PARAMETERS: Final[tuple[Schema, ...]] = (
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}},
    {"name": "cursor", "in": "query", "description": "`next_cursor` of the page before", "schema": {"type": "string"}},
)
IDEMPOTENCY_KEY: Final[Schema] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "New for every new intention, the same for every repetition; kept for 90 days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "example": "7f0c2f6e-6a4b-4a58-9a49-6fb8f3b0c1de",
}
REPLAYED: Final[Schema] = {
    "Idempotent-Replayed": {
        "description": "`true` when the request was a repetition; the body is the object as it is now.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}
RETRY_AFTER: Final[Schema] = {
    "Retry-After": {"description": "Seconds after which to ask again.", "schema": {"type": "integer", "minimum": 1}}
}

PROBLEM: Final = component(
    "Problem",
    {
        "type": "object",
        "description": "RFC 9457. `code` is stable, `detail` is for the log. Some codes bring further members.",
        "required": ["type", "title", "status", "code", "detail", "request_id", "errors"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string"},
            "detail": {"type": "string"},
            "request_id": {"type": "string"},
            "errors": list_schema(
                {
                    "type": "object",
                    "required": ["code", "detail"],
                    "properties": {
                        "pointer": {"type": "string", "description": "JSON pointer into the body"},
                        "header": {"type": "string"},
                        "parameter": {"type": "string"},
                        "code": {"type": "string"},
                        "detail": {"type": "string"},
                    },
                }
            ),
        },
    },
)
_ALWAYS: Final = {
    429: "`too_many_requests`: nothing was looked at; wait as `Retry-After` says",
    503: "`unavailable`: nothing was changed; try again as `Retry-After` says",
}
_WITH_A_BODY: Final = {
    400: "`malformed_json`, `malformed_request`, `duplicate_key`, `too_deep`",
    413: "`body_too_large`",
    415: "`unsupported_media`, `unsupported_charset`",
}
_WITH_A_CREDENTIAL: Final = {401: "`unauthenticated`: no, a wrong, an expired or a revoked credential"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One success: what it means, its schema, and examples by name; `media_type` where it is not JSON."""

    description: str
    schema: Schema
    examples: Mapping[str, object] = field(default_factory=dict)
    headers: Schema = field(default_factory=dict)
    media_type: str = JSON_MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class Body:
    """What a call takes, with examples by name; `may_be_empty` where the view says so too."""

    schema: Schema
    examples: Mapping[str, object] = field(default_factory=dict)
    may_be_empty: bool = False


def path_parameter(name: str, schema: Schema, description: str) -> Schema:
    """Return the description of a part of the path."""
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def query_parameter(name: str, schema: Schema, description: str, *, required: bool = False) -> Schema:
    """Return the description of a parameter."""
    return {"name": name, "in": "query", "required": required, "description": description, "schema": schema}


def describe(
    name: str,
    *,
    tag: str,
    summary: str,
    answers: Mapping[int, Answer],
    problems: Mapping[int, str],
    security: str | None = None,
    strengthened_by: Sequence[Sequence[str]] = (),
    description: str = "",
    parameters: Sequence[Schema] = (),
    body: Body | None = None,
) -> Callable[[View], View]:
    """Return the decorator for a view's method. `name` is unique over all doors; 401, 429, 503 and what is
    wrong with a body need not be repeated.

    `strengthened_by` are the schemes, one or several at a time, that some callers must use together with `security`.
    """
    refusals = _ALWAYS | (_WITH_A_CREDENTIAL if security else {}) | (_WITH_A_BODY if body else {}) | dict(problems)
    operation: Schema = {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "description": description,
        "security": [{name: [] for name in (security, *more)} for more in ((), *strengthened_by)] if security else [],
        "parameters": list(parameters),
        "responses": {str(status): _answer(answer) for status, answer in sorted(answers.items())}
        | {str(status): _refusal(text) for status, text in sorted(refusals.items())},
    }
    if body is not None:
        operation["requestBody"] = {
            "required": not body.may_be_empty,
            "content": {JSON_MEDIA_TYPE: _content(body.schema, body.examples)},
        }

    def decorate(method: View) -> View:
        # Any attribute of a function is ours to use; the library does the same.
        method.operation_id = name  # type: ignore[attr-defined]
        return extend_schema(operation=operation)(method)

    return decorate


def only_described(endpoints: list[tuple[str, str, str, Callable[..., object]]]) -> list[object]:
    """Leave out what nobody described, such as the demo; for ``SPECTACULAR_SETTINGS["PREPROCESSING_HOOKS"]``."""
    return [endpoint for endpoint in endpoints if _is_described(endpoint[2], endpoint[3])]


def _is_described(method: str, view: Callable[..., object]) -> bool:
    handler = getattr(getattr(view, "cls", None), method.lower(), None)
    return hasattr(handler, "operation_id")


def blank_request(method: str, path: str, view: APIView, original_request: object, **_: object) -> Request:
    """Return a request by which the library may look at a view; for ``SPECTACULAR_SETTINGS["GET_MOCK_REQUEST"]``."""
    request = HttpRequest()
    request.method, request.path = method, path
    # Some views ask their request who may come in.
    view.request = request
    return view.initialize_request(request)


def add_components(result: Schema, **_: object) -> Schema:
    """Add what `component` and `bearer_scheme` kept; for ``SPECTACULAR_SETTINGS["POSTPROCESSING_HOOKS"]``."""
    components = result.setdefault("components", {})
    components["schemas"] = components.get("schemas", {}) | dict(sorted(_schemas.items()))
    components["securitySchemes"] = components.get("securitySchemes", {}) | _security_schemes
    return result


def _answer(answer: Answer) -> Schema:
    described_answer: Schema = {"description": answer.description}
    # Whoever answers without a body describes it by a schema that says nothing.
    if answer.schema:
        described_answer["content"] = {answer.media_type: _content(answer.schema, answer.examples)}
    return described_answer | ({"headers": answer.headers} if answer.headers else {})


def _refusal(text: str) -> Schema:
    return {"description": text, "content": {PROBLEM_MEDIA_TYPE: {"schema": PROBLEM}}}


def _content(schema: Schema, examples: Mapping[str, object]) -> Schema:
    content: Schema = {"schema": schema}
    if examples:
        content["examples"] = {name: {"value": example} for name, example in examples.items()}
    return content
