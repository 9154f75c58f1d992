"""A queryset whose SQL is compiled once and run with other values: compiling a wide join costs more than running it.

    BY_ID = Frozen(lambda payment_id: Payment.objects.select_related("till").filter(id=payment_id), payment_id=UUID)
    payment = BY_ID.first(payment_id=some_id)

What comes back is what the queryset would have returned, related objects included.
"""

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from django.db import connection, models
from django.db.models.query import ModelIterable, get_related_populators
from django.db.transaction import TransactionManagementError

from apps.rows.pipeline import ours, skipping_after_an_error

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class _Compiled:
    # Any: these are the compiler's own structures.
    statement: str
    # Each value, or the name of the argument that stands there.
    values: tuple[Any, ...]
    arguments: dict[int, str]
    converters: dict[int, tuple[list[Any], Any]]
    # The model, where its columns stand, their names, and who fills the related objects; None for values.
    shape: tuple[Any, int, int, list[str], list[Any]] | None
    locks: bool


class Frozen(Generic[Row]):
    """A queryset with named values. `build` is called once, with made-up values of the types given.

    With `changed_by`, an UPDATE that ends in ``RETURNING *`` and has named parameters, the rows are those that it has
    just changed, and as they are now: one round trip for both. Its own arguments are given by name, untyped.
    """

    def __init__(
        self, build: Callable[..., "models.QuerySet[Row, Any]"], *, changed_by: str = "", **types: type
    ) -> None:
        self._build = build
        self._changed_by = changed_by
        self._types = types
        self._compiled: _Compiled | None = None
        self._lock = threading.Lock()

    def all(self, **arguments: object) -> list[Row]:
        """Return every row for these values, in the queryset's order."""
        return self._built(self.rows(**arguments))

    def _built(self, rows: list[tuple[Any, ...]]) -> list[Row]:
        shape = self._ready().shape
        if shape is None:
            raise TypeError("this queryset gives values, not objects: use `rows`")
        model, start, end, names, populators = shape
        found: list[Row] = []
        for row in rows:
            instance = model.from_db(connection.alias, names, row[start:end])
            for populator in populators:
                populator.populate(row, instance)
            found.append(instance)
        return found

    def first(self, **arguments: object) -> Row | None:
        """Return the first row for these values; limit the queryset where there may be more."""
        return next(iter(self.all(**arguments)), None)

    def rows(self, **arguments: object) -> list[tuple[Any, ...]]:
        """Return the rows as tuples, for a queryset of values."""
        return self._fetched(self._sent(arguments))

    def ask(self, **arguments: object) -> Callable[[], Row | None]:
        """Ask for the first row now and wait for it when the result is called, once; in a `pipelined` block."""
        cursor = self._sent(arguments)
        return lambda: next(iter(self._built(self._fetched(cursor))), None)

    def ask_all(self, **arguments: object) -> Callable[[], list[Row]]:
        """Ask as `ask` does, for what `all` returns."""
        cursor = self._sent(arguments)
        return lambda: self._built(self._fetched(cursor))

    def ask_rows(self, **arguments: object) -> Callable[[], list[tuple[Any, ...]]]:
        """Ask as `ask` does, for what `rows` returns."""
        cursor = self._sent(arguments)
        return lambda: self._fetched(cursor)

    # Any: Django's cursors have no public type.
    def _sent(self, arguments: dict[str, object]) -> Any:
        compiled = self._ready()
        values: Any = arguments if self._changed_by else self._in_place(compiled, arguments)
        cursor = connection.cursor()
        try:
            with ours():
                cursor.execute(compiled.statement, values)
        except BaseException:
            cursor.close()
            raise
        return cursor

    def _fetched(self, cursor: Any) -> list[tuple[Any, ...]]:
        compiled = self._ready()
        with cursor, skipping_after_an_error():
            # Waits for the answer.
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return [self._converted(row, compiled) for row in found] if compiled.converters else found

    def _in_place(self, compiled: _Compiled, arguments: dict[str, object]) -> list[object]:
        if arguments.keys() != self._types.keys():
            raise TypeError(f"the values are {', '.join(self._types)}")
        if compiled.locks and not connection.in_atomic_block:
            raise TransactionManagementError("a lock outside of a transaction is none")
        values = list(compiled.values)
        for position, name in compiled.arguments.items():
            values[position] = arguments[name]
        return values

    def _converted(self, row: tuple[Any, ...], compiled: _Compiled) -> tuple[Any, ...]:
        values = list(row)
        for position, (converters, expression) in compiled.converters.items():
            for convert in converters:
                values[position] = convert(values[position], expression, connection)
        return tuple(values)

    def _ready(self) -> _Compiled:
        if self._compiled is None:
            with self._lock:
                self._compiled = self._compiled or self._compile()
        return self._compiled

    def _compile(self) -> _Compiled:
        samples = {name: _sample(kind) for name, kind in self._types.items()}
        queryset = self._build(**samples)
        compiler = queryset.query.get_compiler(connection.alias)
        statement, params = compiler.as_sql()
        arguments = {
            position: name
            for position, value in enumerate(params)
            for name, sample in samples.items()
            if _is_sample(value, sample)
        }
        if missing := samples.keys() - set(arguments.values()):
            raise TypeError(f"the queryset does not use {', '.join(sorted(missing))} as it is given")
        if self._changed_by:
            if params:
                raise TypeError("what is changed says which rows, not the queryset")
            table = connection.ops.quote_name(queryset.model._meta.db_table)
            rows = statement.replace(f" FROM {table} ", f" FROM changed AS {table} ", 1)
            statement = f"WITH changed AS ({self._changed_by}) {rows}"
        converters = compiler.get_converters([expression for expression, _, _ in compiler.select])
        shape = None
        info = compiler.klass_info
        if info is not None and issubclass(queryset._iterable_class, ModelIterable):
            start, end = info["select_fields"][0], info["select_fields"][-1] + 1
            names = [expression.target.attname for expression, _, _ in compiler.select[start:end]]
            # The stubs are of a later Django.
            populators = get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg]
            shape = (info["model"], start, end, names, populators)
        return _Compiled(statement, tuple(params), arguments, converters, shape, queryset.query.select_for_update)


def _sample(kind: type) -> object:
    """Return a value that stands nowhere else in the statement."""
    if kind is UUID:
        return uuid4()
    if kind is datetime:
        return datetime(1900, 1, 1, tzinfo=UTC) + timedelta(microseconds=secrets.randbits(48))
    if kind is int:
        # Fits the smallest column.
        return secrets.randbelow(10_000) + 20_000
    if kind is bytes:
        return secrets.token_bytes(16)
    if kind is str:
        return secrets.token_hex(12)
    raise TypeError(f"a {kind.__name__} cannot stand for a value")


def _is_sample(value: object, sample: object) -> bool:
    if isinstance(sample, bytes):
        # What the driver wraps binary values in.
        inner = getattr(value, "obj", value)
        return isinstance(inner, bytes | memoryview | bytearray) and bytes(inner) == sample
    # The backend says how wide a number is by a type of its own.
    return isinstance(value, type(sample)) and value == sample


# Any: whatever the columns hold.
def ask_statement(statement: str, values: Sequence[Any]) -> Callable[[], list[tuple[Any, ...]]]:
    """Ask with a statement of the caller's own, and wait for the rows when the result is called, once."""
    cursor = connection.cursor()
    try:
        with ours():
            cursor.execute(statement, values)
    except BaseException:
        cursor.close()
        raise

    def fetched() -> list[tuple[Any, ...]]:
        with cursor, skipping_after_an_error():
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    return fetched
