"""Names of the background jobs."""

from typing import Final

# Let the provider know that the customer has given an account up.
END_CONSENT: Final = "instruments.end_consent"
