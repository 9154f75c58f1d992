"""What can go wrong between the two pairs of eyes."""

from apps.kernel.errors import Conflict, Forbidden, NotFound


class UnknownApproval(NotFound):
    """There is no such approval."""

    code = "approval_not_found"


class SamePerson(Forbidden):
    """Whoever asked does not decide: a second person must."""

    code = "same_person"


class AlreadyAsked(Conflict):
    """Something else about the same subject waits for a decision already."""

    code = "already_asked"


class AlreadyDecided(Conflict):
    """This was decided before; nothing has changed."""

    code = "already_decided"


class ApprovalExpired(Conflict):
    """Nobody decided in time: ask again."""

    code = "approval_expired"


class EditConflict(Conflict):
    """What was asked is not what you were shown: read it again."""

    code = "edit_conflict"
