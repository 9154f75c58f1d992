"""What can come of one message to a provider: a fact, or an honest "we do not know"."""

from dataclasses import dataclass
from datetime import datetime

from apps.kernel.money import Money
from apps.providers.reasons import DeclineReason


@dataclass(frozen=True, slots=True)
class Approved:
    """Proven: it happened. `reference` is the provider's own, to name the thing in later messages.

    `expires_at` is given for holds only. `amount` is what the provider did, where it says so; a
    connector has already checked that it equals what was asked.
    """

    reference: str
    amount: Money | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    """Proven: nothing happened, or nothing of it is left. `raw_reason` is the provider's own word, for staff only.

    `mapped` is False when the connector did not know that word and fell back to do_not_honour,
    which staff must hear of.
    """

    reason: DeclineReason
    raw_reason: str = ""
    mapped: bool = True


@dataclass(frozen=True, slots=True)
class Pending:
    """The provider accepted it and will know later; inquire."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Bytes may have left and no valid answer came. Never a no. `detail` holds no secret."""

    detail: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """Proven: no byte of this request left us, so another route may be taken. `detail` holds no secret.

    It says nothing about an earlier message of the same reference.
    """

    detail: str


@dataclass(frozen=True, slots=True)
class NeverHeardOf:
    """The provider knows no operation of that reference. Only an inquiry ends so.

    No proof of a no: the message may still be on its way. Only the caller knows when its own
    deadline has passed and a later inquiry may be believed.
    """


@dataclass(frozen=True, slots=True)
class InstrumentDescription:
    """What a token stands for, in the provider's words: "Bank ...7301", never a whole account number."""

    label: str
    currency: str
    is_usable: bool


Outcome = Approved | Declined | Pending | Unknown | NotSent
InquiryOutcome = Outcome | NeverHeardOf
Description = InstrumentDescription | Declined | Unknown | NotSent


class ConfigError(Exception):
    """The provider rejects us rather than the shopper: credentials, format, unknown merchant.

    This message did nothing at the provider, but an earlier one of the same reference may have:
    after an Unknown, and from an inquiry, it is no proof of a no. The route is switched off and
    staff alarmed; repeating cannot help. The text holds no secret.
    """
