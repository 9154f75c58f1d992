"""The figures of the first page: read once for all who look, at most every ten seconds, and drawn."""

import json
import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import redis

from apps.live.connection import live_redis
from apps.pages.moments import ZURICH
from apps.transactions.figures import Figures, Latency, ProviderHealth, Tally, read_figures

logger = logging.getLogger(__name__)

KEY: Final = "staff:figures"
KEPT_SECONDS: Final = 10
# Of the drawing, in the units of its view box.
WIDTH: Final = 600
HEIGHT: Final = 120
LINE: Final = 30
MOST_REASONS: Final = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a drawing, with what it stands for."""

    label: str
    x: float
    y: float
    width: float
    height: float
    tone: str


def shared_figures(*, now: datetime) -> Figures:
    """Return figures that are at most KEPT_SECONDS old; without Redis everybody reads his own."""
    try:
        if kept := live_redis().get(KEY):
            return _unpacked(json.loads(str(kept)))
    except redis.RedisError:
        logger.warning("figures are read without redis")
    midnight = now.astimezone(ZURICH).replace(hour=0, minute=0, second=0, microsecond=0)
    figures = read_figures(today_since=midnight, now=now)
    try:
        live_redis().set(KEY, json.dumps(asdict(figures), default=datetime.isoformat), ex=KEPT_SECONDS)
    except redis.RedisError:
        logger.warning("figures are not kept without redis")
    return figures


# Any: what JSON gives back.
def _unpacked(kept: dict[str, Any]) -> Figures:
    return Figures(
        at=datetime.fromisoformat(kept["at"]),
        minutes=tuple((every, approved, declined) for every, approved, declined in kept["minutes"]),
        hour=Tally(**kept["hour"]),
        today=Tally(**kept["today"]),
        declines=tuple((reason, count) for reason, count in kept["declines"]),
        latencies=tuple(Latency(**each) for each in kept["latencies"]),
        providers=tuple(ProviderHealth(**each) for each in kept["providers"]),
        is_cut=kept["is_cut"],
    )


def minute_bars(minutes: tuple[tuple[int, int, int], ...]) -> list[Bar]:
    """Draw each minute: what was approved at the bottom, on top of it what was declined and what is not decided."""
    most = max((every for every, _, _ in minutes), default=0)
    wide, bars = WIDTH / max(len(minutes), 1), []
    for place, (every, approved, declined) in enumerate(minutes):
        top = float(HEIGHT)
        for tone, part in (("good", approved), ("bad", declined), ("wait", every - approved - declined)):
            if part > 0:
                high = HEIGHT * part / most
                top -= high
                bars.append(
                    Bar("", round(place * wide + 1, 1), round(top, 1), round(wide - 2, 1), round(high, 1), tone)
                )
    return bars


def reason_bars(declines: tuple[tuple[str, int], ...]) -> list[Bar]:
    """Draw the reasons, the most frequent first, each with its count behind its word."""
    most = max((count for _, count in declines), default=0)
    return [
        Bar(f"{reason} · {count}", 0, place * LINE, round(WIDTH / 2 * count / most, 1), LINE - 20, "bad")
        for place, (reason, count) in enumerate(declines[:MOST_REASONS])
    ]


def latency_bars(latencies: tuple[Latency, ...], words: dict[str, str]) -> list[Bar]:
    """Draw each step as three bars on one line, the longest behind."""
    most = max((each.p99 for each in latencies), default=0) or 1
    bars = []
    for place, each in enumerate(latencies):
        name = f"{words[each.step]} {each.of}".strip()
        label = f"{name} · {each.p50} / {each.p95} / {each.p99} ms"
        for tone, milliseconds in (("slowest", each.p99), ("slow", each.p95), ("usual", each.p50)):
            width = round(WIDTH / 2 * milliseconds / most, 1)
            bars.append(Bar(label if tone == "usual" else "", 0, place * LINE, width, LINE - 20, tone))
    return bars


def share(tally: Tally) -> str:
    """Return the share of what was approved in per cent, with one digit; empty where nothing was decided."""
    return f"{100 * tally.approved / tally.decided:.1f}" if tally.decided else ""


def looks_of(health: ProviderHealth) -> str:
    """Return in one word how a provider is: off, quiet, good, wait (some calls without answer) or bad (many)."""
    if not health.is_enabled:
        return "off"
    if not health.calls:
        return "quiet"
    return "good" if health.silent * 50 < health.calls else "wait" if health.silent * 5 < health.calls else "bad"
