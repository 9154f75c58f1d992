"""Many at once: what each of them got, an answer or a refusal."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

from apps.kernel.errors import DomainError

Got = TypeVar("Got")


def at_once(count: int, act: Callable[[int], Got]) -> list[Got | DomainError]:
    """Run `act(0)` to `act(count - 1)` in threads; any error that is no refusal fails the test."""

    def act_and_close(number: int) -> Got | DomainError:
        try:
            return act(number)
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        return list(pool.map(act_and_close, range(count)))


def codes(outcomes: list[Got | DomainError]) -> list[str]:
    """Return the codes of the refusals, sorted."""
    return sorted(outcome.code for outcome in outcomes if isinstance(outcome, DomainError))
