"""What can go wrong with cases."""

from apps.kernel.errors import Conflict, NotFound, Refused


class UnknownCase(NotFound):
    """There is no such case."""

    code = "case_not_found"


class AlreadyTaken(Conflict):
    """Somebody else looks after this case: ask them to release it."""

    code = "case_taken"


class InvalidResolution(Refused):
    """Say in 1 to 2000 characters how the case was settled."""

    code = "invalid_resolution"


class UnfitFacts(ValueError):
    """A mistake of ours: facts are ids and small values under short names, never content and never a secret."""
