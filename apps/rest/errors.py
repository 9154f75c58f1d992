"""What can be wrong with a request before anybody looks at its meaning."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.kernel.errors import DomainError, Malformed, Refused


class MalformedJson(Malformed):
    """The body is not one JSON object in UTF-8."""

    code = "malformed_json"


class DuplicateKey(Malformed):
    """An object names the same member twice."""

    code = "duplicate_key"


class TooDeep(Malformed):
    """The body is nested more than eight levels deep."""

    code = "too_deep"


class BodyTooLarge(Malformed):
    """The body is larger than this address takes."""

    code = "body_too_large"


class MalformedRequest(Malformed):
    """The request contradicts itself, so nobody can say where it ends."""

    code = "malformed_request"


class UnsupportedMedia(Malformed):
    """Send the body as application/json."""

    code = "unsupported_media"


class UnsupportedCharset(Malformed):
    """Send the body in UTF-8."""

    code = "unsupported_charset"


class IdempotencyKeyMissing(Malformed):
    """Send an Idempotency-Key header, a new one for every new intention."""

    code = "idempotency_key_missing"


class DuplicateParameter(Malformed):
    """A parameter of the address is given twice."""

    code = "duplicate_parameter"


class Unauthenticated(DomainError):
    """Send a valid credential."""

    code = "unauthenticated"


class TooManyRequests(DomainError):
    """Too many requests; wait as long as Retry-After says."""

    code = "too_many_requests"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that is wrong: `where` is a JSON pointer into the body, or the name of a header or parameter."""

    where: str
    code: str
    detail: str
    source: str = "pointer"

    def as_member(self) -> dict[str, str]:
        """Return the entry of ``errors[]``."""
        return {self.source: self.where, "code": self.code, "detail": self.detail}


class InvalidFields(Refused):
    """Some fields are not as they must be; the answer's code is that of the first."""

    code = "invalid_field"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        """`problems` is not empty; the answer lists them all."""
        first = problems[0]
        super().__init__(first.detail)
        self.problems = tuple(problems)
        # The kinds keep one code per class; here the class is "fields", and the code the field's.
        self.code = first.code  # type: ignore[misc]
