"""INSERT and UPDATE of model instances; the statement depends on the model alone, so it is made once."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models

from apps.rows.pipeline import ours

# Fields whose Python value is the driver's, and the types that it knows by heart.
_PLAIN: Final = frozenset(
    {models.CharField, models.TextField, models.UUIDField, models.BooleanField, models.ForeignKey}
)
_DRIVEN: Final = frozenset({str, UUID, bool})


def insert_row(instance: models.Model) -> None:
    """Insert the instance as it is, as `save(force_insert=True)` would; IntegrityError as there."""
    insert_rows([instance])


def insert_rows(instances: Sequence[models.Model]) -> None:
    """Insert instances of one model with one statement. Every primary key must be set; nothing is inserted for none."""
    if not instances:
        return
    head, row, fields = _insert(type(instances[0]))
    values = [_value(instance, field, is_plain, True) for instance in instances for field, is_plain in fields]
    with ours(), connection.cursor() as cursor:
        cursor.execute(head + ", ".join([row] * len(instances)), values)
    for instance in instances:
        instance._state.adding = False
        instance._state.db = connection.alias


def update_row(instance: models.Model, names: Sequence[str]) -> None:
    """Write these fields of a row that exists, as `save(update_fields=names)` would. LookupError if it is gone."""
    statement, fields = _update(type(instance), tuple(names))
    values = [_value(instance, field, is_plain, False) for field, is_plain in fields]

    def check() -> None:
        if cursor.rowcount != 1:
            raise LookupError(f"{instance} is not there to be updated")

    with ours() as batch, connection.cursor() as cursor:
        cursor.execute(statement, [*values, instance.pk])
        if batch is None:
            check()
        else:
            batch.check_later(check)


# Any: whatever the columns hold.
def send_statement(statement: str, values: Sequence[Any]) -> None:
    """Run a statement of the caller's own, of which nothing is asked but that it works."""
    with ours(), connection.cursor() as cursor:
        cursor.execute(statement, values)


if TYPE_CHECKING:
    # Any: the stubs know fields by two types that the caller does not care for.
    Field = models.Field[Any, Any]


@lru_cache(maxsize=256)
def _insert(model: type[models.Model]) -> "tuple[str, str, tuple[tuple[Field, bool], ...]]":
    fields = tuple(model._meta.concrete_fields)
    columns = ", ".join(_column(field) for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    # Names of tables and columns come from the models alone.
    return f"INSERT INTO {_quoted(model._meta.db_table)} ({columns}) VALUES ", row, _marked(fields)  # noqa: S608


@lru_cache(maxsize=1024)
def _update(model: type[models.Model], names: tuple[str, ...]) -> "tuple[str, tuple[tuple[Field, bool], ...]]":
    fields = tuple(field for name in names for field in model._meta.concrete_fields if field.name == name)
    if len(fields) != len(names):
        raise FieldDoesNotExist(f"{model.__name__} has no column for one of {', '.join(names)}")
    assignments = ", ".join(f"{_column(field)} = %s" for field in fields)
    statement = f"UPDATE {_quoted(model._meta.db_table)} SET {assignments} WHERE {_column(model._meta.pk)} = %s"  # noqa: S608
    return statement, _marked(fields)


def _marked(fields: "tuple[Field, ...]") -> "tuple[tuple[Field, bool], ...]":
    """Return each field, and whether its value goes to the driver as it is."""
    return tuple((field, type(field) in _PLAIN) for field in fields)


# Any: whatever the column holds.
def _value(instance: models.Model, field: "Field", is_plain: bool, adding: bool) -> Any:
    # Most columns are texts, times and ids of the right type already; asking Django about each costs more than the
    # statement. What is of another type is converted by the field, as ever.
    if is_plain:
        value = instance.__dict__.get(field.attname)
        if value is None or type(value) in _DRIVEN:
            return value
    return field.get_db_prep_save(field.pre_save(instance, adding), connection)


def _column(field: "Field") -> str:
    if field.column is None:
        raise FieldDoesNotExist(f"{field} has no column")
    return _quoted(field.column)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
