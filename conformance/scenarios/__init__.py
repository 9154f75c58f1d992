"""All scenarios, in the order in which they are played."""

from conformance.scenario import SCENARIOS

from conformance.scenarios import selling, declines, lost, waiting, giving_back, line, secrets  # isort: skip

__all__ = ["SCENARIOS", "declines", "giving_back", "line", "lost", "secrets", "selling", "waiting"]
