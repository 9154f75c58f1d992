"""What must not be printed whole: secrets, account numbers, addresses."""

from typing import Final, Generic, TypeVar

Value = TypeVar("Value")
_MASK: Final = "***"


class Secret(Generic[Value]):
    """A value that does not print, compare or pickle; `reveal()` is easy to find in review."""

    __slots__ = ("_value",)

    def __init__(self, value: Value) -> None:
        self._value = value

    def reveal(self) -> Value:
        """Return the value itself. Never log what comes back."""
        return self._value

    def __repr__(self) -> str:
        return _MASK

    __str__ = __repr__

    def __format__(self, specification: str) -> str:
        return _MASK

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret does not travel; pass an id")


def last_four(text: str) -> str:
    """Return the last four characters behind dots, for a label on screens and receipts."""
    return f"...{text[-4:]}"


def masked_email(address: str) -> str:
    """Return the address with all but the first letter of its local part hidden."""
    local, separator, domain = address.partition("@")
    return f"{local[:1]}{_MASK}@{domain}" if separator else _MASK
