"""What this door refuses by itself, before any operation is asked."""

from apps.kernel.errors import Forbidden


class ScopeMissing(Forbidden):
    """The till's key is not good for this; `scope` says what it lacks."""

    code = "scope_missing"
