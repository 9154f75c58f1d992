"""The kit, its server and many tills: everything is started once, and the tills are judged side by side."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance.command import Asked, judge
from conformance.driver import Port, TillInside, own_till, till_process
from conformance.report import Run
from conformance.scenarios import SCENARIOS
from stack.installation import BANK_ADMIN_KEY, secret_file
from tests.journeys.house import House, running_house

SEED = 7
# They wait most of the time.
AT_ONCE = 6


@dataclass
class Kit:
    """Runs on one installation; each is asked for once, and may be asked for again."""

    house: House
    pool: ThreadPoolExecutor

    def judge_inside(self, till: object, names: Sequence[str]) -> "Future[Run]":
        """Judge a till of this process by these scenarios."""
        return self.pool.submit(self._judge, TillInside(till), names, "inside")

    def judge_process(self, name: str) -> "Future[Run]":
        """Judge one of our own tills as a process, by all scenarios."""

        def work() -> Run:
            command = own_till(name)
            with till_process(command) as till:
                return self._judge(till, tuple(SCENARIOS), command)

        return self.pool.submit(work)

    def _judge(self, till: Port, names: Sequence[str], command: str) -> Run:
        asked = Asked(
            till=command,
            scenarios=[each for name, each in SCENARIOS.items() if name in names],
            as_json=False,
            report=None,
            seed=SEED,
            places=self.house.places,
            port=None,
            only_list=False,
        )
        bank_key = secret_file(self.house.places, BANK_ADMIN_KEY).read_text(encoding="utf-8")
        return judge(asked, self.house.card, bank_key, till, lambda line: None)


@contextmanager
def running_kit(directory: Path) -> Iterator[Kit]:
    with running_house(directory) as house, ThreadPoolExecutor(AT_ONCE) as pool:
        yield Kit(house, pool)


def verdicts(run: Run) -> dict[str, str]:
    return {result.scenario.name: result.verdict.value for result in run.results}


def explained(run: Run) -> Mapping[str, str]:
    return {result.scenario.name: result.did for result in run.results if result.did}
