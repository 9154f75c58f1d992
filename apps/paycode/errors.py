"""What can be wrong with a code or a message, each with a stable code."""

from enum import StrEnum


class Reason(StrEnum):
    """Stable codes; API, never renamed. Only those that this package itself can decide."""

    SCANNER_LAYOUT = "scanner_layout"
    MALFORMED = "malformed"
    UNKNOWN_SCHEME = "unknown_scheme"
    UNSUPPORTED_VERSION = "unsupported_version"
    UNREADABLE = "unreadable"
    WRONG_MODE = "wrong_mode"
    WRONG_PURPOSE = "wrong_purpose"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_TILL = "wrong_till"
    INVALID_KEY = "invalid_key"


class CodeError(Exception):
    """Something is wrong with a code, a key or a message; `code` says what.

    The only exception that this package raises for bad input. Carries no bytes of the input, so that it may be logged.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        """`detail` is for the log and must not quote the input."""
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail

    @property
    def code(self) -> str:
        """The stable code as a plain string."""
        return self.reason.value
