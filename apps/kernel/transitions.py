"""State moves only through a table."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from apps.kernel.errors import Conflict

State = TypeVar("State", bound=StrEnum)


class WrongState(Conflict):
    """The state does not allow this move."""

    code = "wrong_state"


def check_move(moves: Mapping[State, frozenset[State]], current: State, target: State) -> None:
    """Raise WrongState unless the table allows the move; KeyError for a state without a row."""
    if target not in moves[current]:
        raise WrongState(f"{current} cannot become {target}", status=str(current))
