"""Our own tills keep every rule; for each rule there is a till that breaks it, and the kit says so."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass

import pytest

from conformance.report import Run, as_fields, as_markdown, as_text
from conformance.run import has_passed
from conformance.scenarios import SCENARIOS
from tests.till_conformance.broken import BROKEN
from tests.till_conformance.kit import explained, running_kit, verdicts

pytestmark = pytest.mark.timeout(240)

OWN = ("virtual", "client")
# Also when nothing else runs, a run with all scenarios takes half a minute.
LONGEST_RUN_SECONDS = 200


@dataclass
class Runs:
    """What came of every till; they are all under way when the first test asks."""

    own: dict[str, "Future[Run]"]
    broken: dict[str, "Future[Run]"]
    key: str


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with running_kit(tmp_path_factory.mktemp("house")) as kit:
        yield Runs(
            own={name: kit.judge_process(name) for name in OWN},
            broken={
                name: kit.judge_inside(broken.make(), (*broken.fails, *broken.passes))
                for name, broken in BROKEN.items()
            },
            key=next(till["key"] for till in kit.house.card["tills"] if till["mode"] == "test"),
        )


@pytest.mark.parametrize("name", OWN)
def test_our_own_till_passes_every_scenario(runs: Runs, name: str) -> None:
    run = runs.own[name].result(LONGEST_RUN_SECONDS)

    assert verdicts(run) == dict.fromkeys(SCENARIOS, "passed"), explained(run)
    assert has_passed(run.results)
    assert run.till["vendor"] == "mpayment"


@pytest.mark.parametrize("name", BROKEN)
def test_a_till_that_breaks_one_rule_fails_by_it_alone(runs: Runs, name: str) -> None:
    broken = BROKEN[name]

    run = runs.broken[name].result(LONGEST_RUN_SECONDS)

    expected = dict.fromkeys(broken.fails, "failed") | dict.fromkeys(broken.passes, "passed")
    assert verdicts(run) == expected, explained(run)
    assert not has_passed(run.results)
    for result in run.results:
        if result.scenario.name in broken.fails:
            assert broken.does in result.did
            assert result.steps


def test_every_scenario_has_a_till_that_fails_it() -> None:
    assert {scenario for broken in BROKEN.values() for scenario in broken.fails} == set(SCENARIOS)


@pytest.mark.parametrize("name", ["makes new keys", "prints its key", "puts its key into an address", "shows its key"])
def test_a_report_says_what_to_do_and_gives_no_secret_away(runs: Runs, name: str) -> None:
    run = runs.broken[name].result(LONGEST_RUN_SECONDS)

    for report in (as_text(run), as_markdown(run), str(as_fields(run))):
        assert runs.key not in report
        # A whole code is 248 characters; what is shown of one pays nothing.
        assert '"code": "hQVDUF..."' in report
        for failed in BROKEN[name].fails:
            scenario = SCENARIOS[failed]
            assert scenario.rule in report
            assert scenario.advice in report
            assert f"pos-api.md#{scenario.section}" in report
