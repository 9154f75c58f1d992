"""Why a journal is not written. The database would refuse each of them too, but only at commit."""

from apps.kernel.errors import Conflict, NotFound, Refused


class TooFewLines(Refused):
    """A journal needs at least two lines."""

    code = "journal_too_few_lines"


class TooManyLines(Refused):
    """A journal has more lines than one entry should."""

    code = "journal_too_many_lines"


class EmptyLine(Refused):
    """A line of a journal moves nothing."""

    code = "journal_empty_line"


class MixedCurrencies(Refused):
    """All lines of a journal must be in one currency."""

    code = "journal_mixed_currencies"


class Unbalanced(Refused):
    """The debits and credits of a journal differ."""

    code = "journal_unbalanced"


class UnknownAccount(Refused):
    """The account is not in the chart of accounts."""

    code = "journal_unknown_account"


class JournalNotFound(NotFound):
    """There is no such journal."""

    code = "journal_not_found"


class ReversalStands(Conflict):
    """A reversal is not reversed itself; book what is right anew."""

    code = "journal_is_a_reversal"


class AlreadyReversed(Conflict):
    """The journal has been reversed before."""

    code = "journal_already_reversed"
