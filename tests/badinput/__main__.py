"""`make badinput`: the whole catalogue against the real server, counted. Exits with 1 unless all are as specified."""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.test.runner import DiscoverRunner
from django.test.utils import setup_test_environment, teardown_test_environment

# First: it starts PostgreSQL and Redis where no variable names them, and makes Django ready.
from tests import conftest as servers
from tests.badinput.cases import Case, Scene, Verdict
from tests.badinput.catalogue import CATALOGUE
from tests.badinput.stage import stage
from tests.badinput.world import World


def main() -> int:
    """Play the cases whose id begins with one of the arguments, all without any."""
    chosen = [case for case in CATALOGUE if not sys.argv[1:] or case.id.startswith(tuple(sys.argv[1:]))]
    began = time.monotonic()
    try:
        with _database(), tempfile.TemporaryDirectory() as directory, stage(Path(directory), is_thorough=True) as world:
            verdicts = [_run(case, world) for case in chosen]
    finally:
        servers.stop_servers()
    return _report(verdicts, time.monotonic() - began)


def _run(case: Case | Scene, world: World) -> Verdict:
    try:
        verdict = case.run(world)
    except Exception as error:
        # Told like any other fault, so that one case does not hide the others.
        verdict = Verdict(case.id, 0, (f"{type(error).__name__}: {error}",))
    for fault in verdict.faults:
        print(f"{case.id}: {fault[:500]}", flush=True)
    return verdict


def _report(verdicts: list[Verdict], seconds: float) -> int:
    right = sum(not verdict.faults for verdict in verdicts)
    print(f"cases              {len(verdicts)}")
    print(f"requests           {sum(verdict.requests for verdict in verdicts)}")
    print(f"as specified       {right}")
    print(f"answered 500       {sum(verdict.is_500 for verdict in verdicts)}")
    print(f"changed state      {sum(verdict.has_changed for verdict in verdicts)}")
    print(f"seconds            {seconds:.1f}")
    return 0 if verdicts and right == len(verdicts) else 1


@contextmanager
def _database() -> Iterator[None]:
    """A database of the tests' own, as pytest makes it."""
    runner = DiscoverRunner(verbosity=0, interactive=False)
    setup_test_environment()
    made = runner.setup_databases()
    try:
        yield
    finally:
        runner.teardown_databases(made)
        teardown_test_environment()


if __name__ == "__main__":
    sys.exit(main())
