"""What a request about settlement can be refused for."""

from apps.kernel.errors import Refused


class DayNotOver(Refused):
    """This business day is not over on the merchant's clock; it can be closed tomorrow."""

    code = "day_not_over"


class PeriodTooLong(Refused):
    """Ask for at most 92 days at a time, the first of them first."""

    code = "period_too_long"
