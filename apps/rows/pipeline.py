"""Statements that do not wait for one another's answers: a transaction of many rows in few round trips."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import psycopg
from django.db import DatabaseError, connection
from django.db.transaction import TransactionManagementError


class _Batch:
    """What a `pipelined` block has sent and not yet heard of."""

    def __init__(self, pipeline: psycopg.Pipeline) -> None:
        self._pipeline = pipeline
        self._checks: list[Callable[[], None]] = []
        # True while a statement of this package is sent, which knows how to wait for its own answer, or need not.
        self.is_ours = False

    def check_later(self, check: Callable[[], None]) -> None:
        """Have this checked as soon as the answers are there; it raises what is wrong."""
        self._checks.append(check)

    def hear(self) -> None:
        """Wait for every answer that is missing, and check them. Raises what any of the statements met."""
        checks, self._checks = self._checks, []
        try:
            with connection.wrap_database_errors:
                self._pipeline.sync()
        except DatabaseError:
            self.skip_what_was_not_done()
            raise
        for check in checks:
            check()

    def skip_what_was_not_done(self) -> None:
        """Hear what became of the statements behind the one that failed: PostgreSQL has skipped them all.

        A savepoint that is rolled back now starts afresh, instead of meeting their answers.
        """
        self._checks = []
        while True:
            try:
                self._pipeline.sync()
            except psycopg.Error:
                if self._pipeline.pgconn.status == psycopg.pq.ConnStatus.BAD:
                    return
            else:
                return


_batch: Final[ContextVar[_Batch | None]] = ContextVar("rows_batch", default=None)


@contextmanager
def pipelined() -> Iterator[None]:
    """Within a transaction, send the rows of the block one behind the other, and wait once, at its end.

    `insert_row`, `insert_rows`, `update_row` and `send_statement` do not wait in here; whatever they meet
    (IntegrityError, LookupError) is raised by a later statement or at the end of the block, before the commit. Every
    other statement waits for its answer as ever. PostgreSQL works meanwhile, instead of waiting for Python.
    """
    if _batch.get() is not None:
        yield
        return
    if not connection.in_atomic_block:
        raise TransactionManagementError("rows are sent in one go within a transaction")
    with connection.wrap_database_errors, connection.connection.pipeline() as pipeline:
        batch = _Batch(pipeline)
        token = _batch.set(batch)
        try:
            with connection.execute_wrapper(_wait_for_others):
                yield
            batch.hear()
        finally:
            _batch.reset(token)


@contextmanager
def ours() -> Iterator[_Batch | None]:
    """Mark the statement of the block as one that does not wait; gives the batch that it joins, if there is one."""
    batch = _batch.get()
    if batch is None:
        yield None
        return
    batch.is_ours = True
    try:
        yield batch
    finally:
        batch.is_ours = False


@contextmanager
def skipping_after_an_error() -> Iterator[None]:
    """Where the block meets an error of the database, perhaps an earlier statement's, hear out the ones behind it."""
    try:
        yield
    except DatabaseError:
        batch = _batch.get()
        if batch is not None:
            batch.skip_what_was_not_done()
        raise


# Any: Django's own signature of a wrapper.
def _wait_for_others(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    with skipping_after_an_error():
        result = execute(sql, params, many, context)
    batch = _batch.get()
    if batch is not None and not batch.is_ours:
        # Its caller asks for the number of rows, or an error, at once.
        batch.hear()
    return result
