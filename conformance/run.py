"""Play scenarios, one after the other, and say what came of each."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.customer import NoCustomer
from conformance.driver import Driver, Silent, Unsupported
from conformance.port import NotUnderstood
from conformance.recording import Fields
from conformance.scenario import Scenario
from conformance.stage import Broke, NotPlayed, Stage, described
from simulators.caller import NoAnswer, Refused


class Verdict(StrEnum):
    """What a scenario says about the till."""

    PASSED = "passed"
    FAILED = "failed"
    # The till cannot do what the scenario is about.
    NOT_APPLICABLE = "not applicable"
    # The kit, the server or the bank did not get it there: no word about the till.
    NOT_PLAYED = "not played"


@dataclass(frozen=True)
class Result:
    """What came of one scenario; what the till did stands in `did`, what went over the line in `exchanges`, masked."""

    scenario: Scenario
    verdict: Verdict
    seconds: float
    did: str = ""
    steps: tuple[Fields, ...] = field(default=())
    exchanges: tuple[Fields, ...] = field(default=())


def play_all(stage: Stage, scenarios: Sequence[Scenario], tell: Callable[[Result], None]) -> list[Result]:
    """Play them in this order; `tell` hears of each as it ends."""
    results = []
    for scenario in scenarios:
        result = play(stage, scenario)
        tell(result)
        results.append(result)
    return results


def play(stage: Stage, scenario: Scenario) -> Result:
    """Switch the till on, play one scenario, and judge."""
    began, first_step = time.monotonic(), len(stage.driver.steps)
    stage.between.begin_scenario()
    stage.name = scenario.name
    stage.patience_seconds, stage.clock_offset_seconds = scenario.patience_seconds, scenario.clock_offset_seconds
    verdict, did = Verdict.PASSED, ""
    try:
        started = stage.start()
        if started.shows != "ready":
            raise Broke(f"it shows {described(started)} when it is started")
        scenario.play(stage)
    except Broke as broke:
        verdict, did = Verdict.FAILED, str(broke)
    except (Silent, NotUnderstood) as error:
        verdict, did = Verdict.FAILED, str(error)
    except Unsupported as unsupported:
        verdict, did = Verdict.NOT_APPLICABLE, str(unsupported)
    except (NotPlayed, NoCustomer, NoAnswer, Refused, OSError) as error:
        verdict, did = Verdict.NOT_PLAYED, str(error)
    finally:
        stage.between.clear()
    hide = stage.mask.hide
    is_shown = verdict in (Verdict.FAILED, Verdict.NOT_PLAYED)
    return Result(
        scenario,
        verdict,
        round(time.monotonic() - began, 2),
        hide(did),
        tuple(_steps(stage.driver, first_step, hide)) if is_shown else (),
        tuple(each.shown(stage.mask) for each in stage.between.recording.exchanges) if is_shown else (),
    )


def _steps(driver: Driver, first: int, hide: Callable[[str], str]) -> Iterable[Fields]:
    for step in driver.steps[first:]:
        asked = {name: hide(str(value)) for name, value in step.command.items()}
        yield {"asked": asked, "shown": "nothing" if step.screen is None else hide(step.screen.line())}


def has_passed(results: Sequence[Result]) -> bool:
    """Say whether the till conforms, as far as these say: nothing failed, everything was played, something passed."""
    verdicts = {result.verdict for result in results}
    return Verdict.PASSED in verdicts and not verdicts & {Verdict.FAILED, Verdict.NOT_PLAYED}
