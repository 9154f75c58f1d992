"""Moments and durations as people read them: in Zurich's time, and how long ago."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ZURICH: Final = ZoneInfo("Europe/Zurich")
_STEPS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_AGO: Final = {"de": "vor {}", "fr": "il y a {}", "it": "{} fa", "en": "{} ago"}
_AHEAD: Final = {"de": "in {}", "fr": "dans {}", "it": "fra {}", "en": "in {}"}
_DAY: Final = {"de": "T", "fr": "j", "it": "g", "en": "d"}


def moment_text(moment: datetime) -> str:
    """Return ``23.11.2026, 16:05``."""
    return f"{moment.astimezone(ZURICH):%d.%m.%Y, %H:%M}"


def duration_text(duration: timedelta, language: str) -> str:
    """Return the largest unit alone, such as ``5 min``; never negative."""
    seconds = max(0, int(duration.total_seconds()))
    for size, unit in _STEPS:
        if seconds >= size:
            return f"{seconds // size}\u00a0{_DAY.get(language, unit) if unit == 'd' else unit}"
    return "0\u00a0s"


def distance_text(moment: datetime, *, now: datetime, language: str) -> str:
    """Return how long ago it was, or how far ahead it is."""
    if moment > now:
        return _AHEAD.get(language, _AHEAD["en"]).format(duration_text(moment - now, language))
    return _AGO.get(language, _AGO["en"]).format(duration_text(now - moment, language))
