"""What can go wrong with switches."""

from apps.kernel.errors import Conflict, Malformed, Unavailable


class InvalidStop(Malformed):
    """A stop says what it stops, how people call that, and why."""

    code = "invalid_stop"


class AlreadyStopped(Conflict):
    """This is stopped already."""

    code = "already_stopped"


class NotStopped(Conflict):
    """Nothing is stopped here any more."""

    code = "not_stopped"


class EnrolmentStopped(Unavailable):
    """No new phones are taken at the moment; the activation code stays good for later."""

    code = "enrolment_stopped"
