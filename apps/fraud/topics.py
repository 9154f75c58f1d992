"""Names of the background jobs."""

from typing import Final

# What a second person, or the clock, said to a rule: whether it may be tried in shadow, or go live.
DECIDE_RULE: Final = "fraud.decide_rule"
DECIDE_LIVE: Final = "fraud.decide_live"
# Try a rule on what is stored.
BACK_TEST: Final = "fraud.back_test"
