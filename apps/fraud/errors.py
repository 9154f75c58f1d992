"""What can go wrong with rules, lists and what became of payments."""

from apps.kernel.errors import Conflict, Forbidden, Malformed, NotFound


class RuleMalformed(Malformed):
    """The rule says something that rules cannot say."""

    code = "rule_malformed"


class UnknownRule(NotFound):
    """There is no such rule, or no such version of it."""

    code = "rule_not_found"


class NotTheMaker(Forbidden):
    """A draft is submitted by whoever wrote it, so that the second person is a second one."""

    code = "not_the_maker"


class NotBackTested(Conflict):
    """Before a rule goes live, a back-test of this very version must have ended."""

    code = "not_back_tested"


class TooManyRules(Conflict):
    """Every payment is judged by every rule: retire one first."""

    code = "too_many_rules"


class PeriodMalformed(Malformed):
    """A period begins before it ends, and ends by now."""

    code = "period_malformed"


class UnknownBackTest(NotFound):
    """There is no such back-test."""

    code = "back_test_not_found"


class ListingMalformed(Malformed):
    """An entry of a list names whom, why, and until when where it allows."""

    code = "listing_malformed"


class AlreadyListed(Conflict):
    """The list says so already; its entry is ended before another one is made."""

    code = "already_listed"


class UnknownListing(NotFound):
    """There is no such entry, or it has ended."""

    code = "listing_not_found"


class UnknownAssessment(NotFound):
    """There is no such assessment."""

    code = "assessment_not_found"
