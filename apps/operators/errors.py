"""What can go wrong with operators."""

from apps.kernel.errors import Conflict, NotFound, Refused


class UnknownOperator(NotFound):
    """There is no such operator."""

    code = "operator_not_found"


class InvalidOperator(Refused):
    """An operator has an e-mail address in ASCII, a printable name of 1 to 100 characters, and a known role."""

    code = "invalid_operator"


class OwnAccount(Conflict):
    """Nobody switches himself off."""

    code = "own_account"


class LastAdministrator(Conflict):
    """Somebody must remain who can let others in."""

    code = "last_administrator"


class EmailTaken(Conflict):
    """Somebody has this e-mail address already."""

    code = "email_taken"


class InvitationInvalid(Refused):
    """The invitation is wrong, used or too old: ask an administrator for another."""

    code = "invitation_invalid"


class PasswordTooWeak(Refused):
    """A password has 12 to 200 characters, and is not the e-mail address or one character repeated."""

    code = "password_too_weak"


class SessionOver(Conflict):
    """The session does not allow this; sign in again."""

    code = "session_over"


class InvalidSavedFilter(Refused):
    """A saved filter has a printable name of 1 to 40 characters, and an operator keeps at most fifty."""

    code = "invalid_saved_filter"
