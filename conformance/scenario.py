"""What a scenario is, and the list of all of them."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.stage import Stage

Play = Callable[[Stage], None]
SCENARIOS: dict[str, "Scenario"] = {}


@dataclass(frozen=True)
class Scenario:
    """A named play that a till can break one rule in; `section` is where docs/pos-api.md states the rule."""

    name: str
    title: str
    rule: str
    section: str
    advice: str
    play: Play
    patience_seconds: float
    clock_offset_seconds: int


def add(
    name: str,
    *,
    title: str,
    rule: str,
    section: str,
    advice: str,
    play: Play,
    patience_seconds: float = 10.0,
    clock_offset_seconds: int = 0,
) -> None:
    """Put a scenario on the list. Raises ValueError for a name that is taken."""
    if name in SCENARIOS:
        raise ValueError(f"two scenarios are called {name}")
    SCENARIOS[name] = Scenario(name, title, rule, section, advice, play, patience_seconds, clock_offset_seconds)


def scenario(
    name: str,
    *,
    title: str,
    rule: str,
    section: str,
    advice: str,
    patience_seconds: float = 10.0,
    clock_offset_seconds: int = 0,
) -> Callable[[Play], Play]:
    """Make a function a scenario."""

    def keep(play: Play) -> Play:
        add(
            name,
            title=title,
            rule=rule,
            section=section,
            advice=advice,
            play=play,
            patience_seconds=patience_seconds,
            clock_offset_seconds=clock_offset_seconds,
        )
        return play

    return keep
