"""What whoever types `make conformance` is promised, with nothing running before."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stack import Places
from stack.run import is_running
from tests.stack.conftest import places
from tests.stack.running import Running, clean_environment, is_gone

pytestmark = pytest.mark.timeout(240)
__all__ = ["places"]

# Of the example till: a scenario that it passes, and one that it cannot play.
PLAYED, NOT_FOR_IT = "declined_pin_wrong", "partial_capture"


def test_starts_what_it_needs_judges_reports_and_leaves_nothing_behind(places: Places, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    options = ["--home", str(places.checkout), "--port", "0", "--till", "example", "--seed", "3", "--json"]
    only = ["--only", PLAYED, "--only", NOT_FOR_IT]

    judged = subprocess.run(
        [sys.executable, "-m", "conformance", *options, *only, "--report", str(report)],
        cwd=places.checkout,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=220,
    )

    assert judged.returncode == 0, judged.stdout + judged.stderr
    told = json.loads(judged.stdout)
    assert (told["ok"], told["seed"]) == (True, 3)
    assert {each["name"]: each["verdict"] for each in told["scenarios"]} == {
        PLAYED: "passed",
        NOT_FOR_IT: "not applicable",
    }
    assert told["counts"] == {"passed": 1, "failed": 0, "not applicable": 1, "not played": 0}
    assert told["server"]["version"] == "1"
    written = report.read_text(encoding="utf-8")
    assert "The till conforms: 1 passed, 1 not applicable." in written
    assert f"| `{PLAYED}` | passed |" in written
    card = json.loads((places.var / "run" / "demo.json").read_text(encoding="utf-8"))
    for till in card["tills"]:
        assert till["key"] not in written + judged.stdout + judged.stderr
    assert is_gone(Running(places))
    assert not is_running(places)
