"""Plain SQL as the service's own database role: what somebody could do who got hold of its connection.

service.run("UPDATE transactions_payment SET version = version + 1 WHERE id = %(id)s", id=payment.id)
with refused(CheckViolation, "payment_is_in_the_books"):
    service.run(("INSERT ...", {...}), ("UPDATE ...", {...}))      # one transaction, committed
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.backends.signals import connection_created

Step = tuple[str, Mapping[str, Any]]  # Any: whatever a statement takes


class Service:
    """The role that the service runs as in this test database, and connections of its own."""

    def __init__(self, role: str, password: str) -> None:
        self.role = role
        where = connection.settings_dict
        self._parameters = {
            "dbname": where["NAME"],
            "host": where["HOST"],
            "port": str(where["PORT"]),
            "user": role,
            "password": password,
        }

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection[Any]]:
        """Open a connection that logs in as the role; what is not committed is rolled back."""
        with psycopg.connect(**{name: value for name, value in self._parameters.items() if value}) as own:
            yield own

    def run(self, *steps: str | Step, **parameters: Any) -> int:
        """Execute the steps in one transaction and commit it; return how many rows the last one touched."""
        with self.connect() as own:
            cursor = own.cursor()
            for step in steps:
                statement, values = (step, parameters) if isinstance(step, str) else step
                # A statement without parameters may be several, as whoever injects one would send it.
                cursor.execute(statement, values or None)
            own.commit()
            return cursor.rowcount

    @contextmanager
    def instead_of_the_owner(self) -> Iterator[None]:
        """Let Django itself work as the role: on every connection that it opens until the end."""
        connection.close()
        _forget_pool()
        connection_created.connect(self._become)
        try:
            yield
        finally:
            connection_created.disconnect(self._become)
            connection.close()
            _forget_pool()

    # Any: whatever the signal sends.
    def _become(self, *, connection: Any, **_: Any) -> None:
        connection.connection.execute(f"SET ROLE {self.role}")
        if not connection.get_autocommit():
            connection.connection.commit()


def _forget_pool() -> None:
    # The pool would hand out connections that are somebody else.
    connection.close_pool()


@contextmanager
def refused(error: type[psycopg.Error], *words: str) -> Iterator[None]:
    """Demand that PostgreSQL refuses with this error, whose text or constraint names one of the words."""
    with pytest.raises(error) as caught:
        yield
    said = f"{caught.value} {caught.value.diag.constraint_name}"
    assert not words or any(word in said for word in words), said
