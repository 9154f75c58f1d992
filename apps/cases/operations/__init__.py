"""Every write about cases."""

from apps.cases.operations.looking import look_for_trouble
from apps.cases.operations.moves import release_case, resolve_case, take_case
from apps.cases.operations.opening import open_case

__all__ = ["look_for_trouble", "open_case", "release_case", "resolve_case", "take_case"]
