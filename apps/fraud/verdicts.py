"""From scores and verdicts of single rules to what the payment does next. Pure but for its one reading of settings."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.fraud.models import Verdict

# The mildest first: where several rules speak, the last of these wins.
SEVERITY: Final = [Verdict.PASS, Verdict.CONSENT, Verdict.REVIEW, Verdict.BLOCK]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which total score on the customer is asked, staff are asked, and the payment is refused."""

    consent: int
    review: int
    block: int

    def __post_init__(self) -> None:
        if not 0 < self.consent <= self.review <= self.block:
            raise ImproperlyConfigured("FRAUD_SCORES rise from consent over review to block, above 0")

    def verdict(self, score: int) -> Verdict:
        """Return what the sum of the scores alone makes of a payment."""
        if score >= self.block:
            return Verdict.BLOCK
        if score >= self.review:
            return Verdict.REVIEW
        return Verdict.CONSENT if score >= self.consent else Verdict.PASS

    def as_document(self) -> dict[str, int]:
        """Return them as a back-test keeps them."""
        return {"consent": self.consent, "review": self.review, "block": self.block}


def thresholds_now() -> Thresholds:
    """Return the installation's own. ImproperlyConfigured where they make no sense."""
    return Thresholds(**settings.FRAUD_SCORES)


def sternest(*verdicts: Verdict) -> Verdict:
    """Return the one that counts where several are given; pass where none is."""
    return max(verdicts, key=SEVERITY.index, default=Verdict.PASS)
