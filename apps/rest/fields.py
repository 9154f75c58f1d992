"""Reads the members of a parsed document, strictly, and tells everything that is wrong at once.

    with Fields(document) as fields:
        form = CaptureRequest(
            amount=fields.optional("amount", amount),
            final=fields.optional("final", boolean, default=True),
        )

A reader is a function from the JSON value to what the door wants; `values.py` has the usual ones.
"""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Final, Self, TypeVar, cast, overload

from apps.rest.errors import FieldProblem, InvalidFields
from apps.rest.values import InvalidValue

Value = TypeVar("Value")
Default = TypeVar("Default")

# An answer names so many mistakes at most, or a hostile body would be answered with a larger one.
MAXIMUM_PROBLEMS: Final = 20
_SHOWN_NAME_LENGTH: Final = 64


class Fields:
    """Members of one object; leaving the `with` block raises InvalidFields if anything was wrong or left over.

    What a reader returned inside the block means nothing until the block was left without an error.
    """

    def __init__(self, document: Mapping[str, object]) -> None:
        self._document = document
        self._known: set[str] = set()
        self._problems: list[FieldProblem] = []

    def required(self, name: str, read: Callable[[object], Value]) -> Value:
        """Return the member; its absence is a mistake with the reader's own code."""
        self._known.add(name)
        is_missing = name not in self._document
        try:
            return read(self._document.get(name))
        except InvalidValue as invalid:
            if is_missing:
                self._problems.append(FieldProblem(pointer(name), invalid.code, "this field is required"))
            else:
                self._problems.extend(invalid.below(pointer(name)))
        # Never seen by anybody: __exit__ raises.
        return cast(Value, None)

    @overload
    def optional(self, name: str, read: Callable[[object], Value]) -> Value | None: ...

    @overload
    def optional(self, name: str, read: Callable[[object], Value], *, default: Default) -> Value | Default: ...

    def optional(
        self, name: str, read: Callable[[object], Value], *, default: Default | None = None
    ) -> Value | Default | None:
        """Return the member, or the default when it is absent; null is a value, and mostly a wrong one."""
        self._known.add(name)
        if name not in self._document:
            return default
        return self.required(name, read)

    def refuse(self, name: str, *, code: str, detail: str) -> None:
        """Add a mistake that only several members together show."""
        self._problems.append(FieldProblem(pointer(name), code, detail))

    def problems(self) -> list[FieldProblem]:
        """Return what is wrong so far, unknown members last."""
        unknown = [
            FieldProblem(pointer(name[:_SHOWN_NAME_LENGTH]), "unknown_field", "there is no such field")
            for name in self._document
            if name not in self._known
        ]
        return (self._problems + unknown)[:MAXIMUM_PROBLEMS]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # A block that failed has not asked for every member, so none can be called unknown.
        problems = self.problems() if error is None else self._problems[:MAXIMUM_PROBLEMS]
        # It failed because it worked with the stand-in of a member that is already known to be wrong.
        if problems and (error is None or isinstance(error, Exception)):
            raise InvalidFields(problems) from None


def pointer(name: str) -> str:
    """Return the JSON pointer (RFC 6901) of a member of the top-level object."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def object_of(build: Callable[[Fields], Value]) -> Callable[[object], Value]:
    """Return a reader for an object within the document: `build` takes its Fields and returns the value."""

    def read(value: object) -> Value:
        if not isinstance(value, dict):
            raise InvalidValue("must be an object")
        try:
            with Fields(value) as fields:
                built = build(fields)
        except InvalidFields as error:
            raise InvalidValue(error.detail, code=error.code, problems=error.problems) from None
        return built

    return read


def list_of(
    read_item: Callable[[object], Value], *, maximum: int, minimum: int = 1
) -> Callable[[object], tuple[Value, ...]]:
    """Return a reader for a list; every item's mistakes are told, with its place."""

    def read(value: object) -> tuple[Value, ...]:
        if not isinstance(value, list) or not minimum <= len(value) <= maximum:
            raise InvalidValue(f"must be a list of {minimum} to {maximum} items")
        items: list[Value] = []
        problems: list[FieldProblem] = []
        for position, item in enumerate(value):
            try:
                items.append(read_item(item))
            except InvalidValue as invalid:
                problems.extend(invalid.below(f"/{position}"))
        if problems:
            raise InvalidValue(problems[0].detail, code=problems[0].code, problems=problems[:MAXIMUM_PROBLEMS])
        return tuple(items)

    return read
