"""Errors are facts with a stable code; the six kinds that doors know how to answer."""

from typing import ClassVar


class DomainError(Exception):
    """Something that a caller can be told; `code` is API and never renamed."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str = "", **facts: object) -> None:
        """`detail` says what to do about it; `facts` become members of the answer. Neither may hold a secret."""
        self.detail = detail or (self.__doc__ or "").strip()
        self.facts = facts
        super().__init__(self.detail)


class Malformed(DomainError):
    """What was sent cannot be understood."""

    code = "malformed"


class Forbidden(DomainError):
    """The caller may not do this."""

    code = "forbidden"


class NotFound(DomainError):
    """There is no such thing, or it is not the caller's."""

    code = "not_found"


class Conflict(DomainError):
    """The state of the thing does not allow this now."""

    code = "conflict"


class Refused(DomainError):
    """It was understood, and a rule says no."""

    code = "refused"


class Unavailable(DomainError):
    """The server cannot do it now; nothing was changed, try again."""

    code = "unavailable"
