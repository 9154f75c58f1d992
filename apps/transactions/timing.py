"""How long is waited for what, and when it is asked again: part of the contract with the till, not for tuning."""

from datetime import timedelta
from typing import Final

# A till is answered within this, whatever happens.
ANSWER_WITHIN: Final = timedelta(seconds=8)
# What of it may be spent on waiting; the rest is for the way there and back.
WAIT_FOR_OUTCOME: Final = timedelta(seconds=7.5)
LONGEST_POLL: Final = timedelta(seconds=30)
# A provider has this long for one exchange, all of it together.
PROVIDER_DEADLINE_SECONDS: Final = 6.0
# Longer than an exchange: an operation claimed before that is left alone, later its worker is believed dead.
CLAIM_LASTS: Final = timedelta(seconds=10)
# A queued operation whose doorbell was lost is rung for again after this.
RING_AGAIN: Final = timedelta(seconds=3)

# After this the sale is off, however often the till still asks; a yes that becomes known later is undone.
OUTCOME_DEADLINE: Final = timedelta(seconds=45)
# A yes that an inquiry finds counts up to this age of the payment.
LATEST_YES: Final = timedelta(seconds=30)
INQUIRIES: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 3, 6, 10, 20))

# How long a person may take before the answer is no.
REVIEW_DEADLINE_ATTENDED: Final = timedelta(seconds=20)
REVIEW_DEADLINE: Final = timedelta(hours=24)
CONSENT_DEADLINE: Final = timedelta(seconds=30)
CONFIRM_DEADLINE: Final = timedelta(seconds=60)

# A refund above the merchant's limit waits this long for its second person.
APPROVAL_LASTS: Final = timedelta(days=7)

# Same customer, amount and store within this look like one sale that was rung up twice.
DUPLICATE_WITHIN: Final = timedelta(seconds=120)
# Two codes of one customer, made within this for one merchant, are a fact for fraud.
SECOND_PAYMENT_WITHIN: Final = timedelta(seconds=300)

UNDO_REPEATS: Final = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
)
UNDO_EVERY: Final = timedelta(hours=1)
UNDO_FOR: Final = timedelta(hours=72)

CAPTURE_REPEATS: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 3, 6, 10, 20, 40, 60))
CAPTURE_EVERY: Final = timedelta(minutes=5)
# From then on people must hear of it.
CAPTURE_WARNING_AFTER: Final = timedelta(seconds=60)
CAPTURE_ALARM_AFTER: Final = timedelta(minutes=15)


def next_pause(steps: tuple[timedelta, ...], every: timedelta, tries: int) -> timedelta:
    """Return how long to wait after that many tries; `every` once the steps are used up."""
    return steps[tries - 1] if 1 <= tries <= len(steps) else every
