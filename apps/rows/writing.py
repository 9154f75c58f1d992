"""INSERT and UPDATE of model instances; the statement depends on the model alone, so it is made once."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models


def insert_row(instance: models.Model) -> None:
    """Insert the instance as it is, as `save(force_insert=True)` would; IntegrityError as there."""
    insert_rows([instance])


def insert_rows(instances: Sequence[models.Model]) -> None:
    """Insert instances of one model with one statement. Every primary key must be set; nothing is inserted for none."""
    if not instances:
        return
    head, row, fields = _insert(type(instances[0]))
    values = [
        field.get_db_prep_save(field.pre_save(instance, True), connection) for instance in instances for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(head + ", ".join([row] * len(instances)), values)
    for instance in instances:
        instance._state.adding = False
        instance._state.db = connection.alias


def update_row(instance: models.Model, names: Sequence[str]) -> None:
    """Write these fields of a row that exists, as `save(update_fields=names)` would. LookupError if it is gone."""
    statement, fields = _update(type(instance), tuple(names))
    values = [field.get_db_prep_save(field.pre_save(instance, False), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, instance.pk])
        if cursor.rowcount != 1:
            raise LookupError(f"{instance} is not there to be updated")


if TYPE_CHECKING:
    # Any: the stubs know fields by two types that the caller does not care for.
    Field = models.Field[Any, Any]


@lru_cache(maxsize=256)
def _insert(model: type[models.Model]) -> "tuple[str, str, tuple[Field, ...]]":
    fields = tuple(model._meta.concrete_fields)
    columns = ", ".join(_column(field) for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    # Names of tables and columns come from the models alone.
    return f"INSERT INTO {_quoted(model._meta.db_table)} ({columns}) VALUES ", row, fields  # noqa: S608


@lru_cache(maxsize=1024)
def _update(model: type[models.Model], names: tuple[str, ...]) -> "tuple[str, tuple[Field, ...]]":
    fields = tuple(field for name in names for field in model._meta.concrete_fields if field.name == name)
    if len(fields) != len(names):
        raise FieldDoesNotExist(f"{model.__name__} has no column for one of {', '.join(names)}")
    assignments = ", ".join(f"{_column(field)} = %s" for field in fields)
    statement = f"UPDATE {_quoted(model._meta.db_table)} SET {assignments} WHERE {_column(model._meta.pk)} = %s"  # noqa: S608
    return statement, fields


def _column(field: "Field") -> str:
    if field.column is None:
        raise FieldDoesNotExist(f"{field} has no column")
    return _quoted(field.column)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
