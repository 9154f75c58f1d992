"""What is stopped now, as every payment asks, and as the portal shows it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from apps.switches.errors import EnrolmentStopped
from apps.switches.models import Switch, SwitchKind

# How long a process may go on with what it knows: a stop holds everywhere within a second, and costs a payment nothing.
KNOWN_FOR_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Stops:
    """Everything that is stopped: the subject of each stop, by kind and target."""

    stopped: Mapping[tuple[str, str], str]

    def of(self, *, is_live: bool, merchant: str, provider: str, instrument_kind: str) -> str | None:
        """Return which switch stops a payment, the widest first; None if it may go on."""
        if not self.stopped:
            return None
        asked = [
            (SwitchKind.MERCHANT, merchant),
            (SwitchKind.PROVIDER, provider),
            (SwitchKind.INSTRUMENT_KIND, instrument_kind),
        ]
        if is_live:
            asked.insert(0, (SwitchKind.EVERYTHING, ""))
        return next((self.stopped[each] for each in asked if each in self.stopped), None)


# When this process read them, by a clock that nobody sets; nothing before the first payment.
_known: tuple[float, Stops] | None = None


def stops_now() -> Stops:
    """Return what is stopped, at most a second old."""
    global _known  # one name that is bound anew, at once
    known, moment = _known, time.monotonic()
    if known is None or moment - known[0] >= KNOWN_FOR_SECONDS:
        # The moment before the look: what is stopped meanwhile is seen a second after it at the latest.
        open_rows = Switch.objects.filter(until=None).values_list("kind", "target")
        known = _known = (moment, Stops({(kind, target): _called(kind, target) for kind, target in open_rows}))
    return known[1]


def forget_switches() -> None:
    """Make this process look again."""
    global _known  # see above
    _known = None


def refuse_if_enrolment_is_stopped() -> None:
    """Raise EnrolmentStopped while no new phones are taken; looks at the table itself, because phones are few."""
    if Switch.objects.filter(kind=SwitchKind.ENROLMENT, until=None).exists():
        raise EnrolmentStopped


def open_switches() -> QuerySet[Switch]:
    """Return what is stopped, the newest first."""
    return Switch.objects.filter(until=None).order_by("-since", "-id")


def ended_switches() -> QuerySet[Switch]:
    """Return what was stopped once and goes on again, the newest first."""
    return Switch.objects.filter(until__isnull=False).select_related("end_approval").order_by("-since", "-id")


def _called(kind: str, target: str) -> str:
    return f"{kind}:{target}" if target else kind
