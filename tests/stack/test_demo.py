"""What whoever types `make demo` is promised."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from simulators.scanner import read_picture
from stack import Places
from stack.run import is_running
from tests.stack.running import Running, clean_environment, demo_command, is_gone

pytestmark = pytest.mark.timeout(240)

ACTS = [
    "A customer makes her phone ready",
    "She pays without a network",
    "She pays again, and her phone stays offline",
    "The wrong PIN",
    "The same code twice",
    "Not enough money in the account",
    "The answer is lost",
    "Something comes back",
    "A till closes its day",
    "The bank does not answer",
    "She takes her consent back at the bank",
    "A phone that was given up",
    "The bank's books",
]


def results(outcome: dict[str, Any], act: str) -> list[str]:
    return [step["result"] for step in outcome["steps"] if step["act"] == act]


def test_plays_everything_prints_one_object_and_stops_what_it_started(places: Places) -> None:
    played = subprocess.run(
        demo_command(places.checkout, "--json", "--port", "0"),
        cwd=places.checkout,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=200,
    )

    assert played.returncode == 0, played.stderr
    outcome = json.loads(played.stdout)
    assert (outcome["ok"], outcome["was_running"]) == (True, False)
    assert list(dict.fromkeys(step["act"] for step in outcome["steps"])) == ACTS
    assert "declined (pin_wrong)" in results(outcome, "The wrong PIN")
    assert "declined (already_used)" in results(outcome, "The same code twice")
    assert "declined (insufficient_funds)" in results(outcome, "Not enough money in the account")
    assert "processing" in results(outcome, "The bank does not answer")
    assert "declined (instrument_unusable)" in results(outcome, "She takes her consent back at the bank")
    assert "declined (rejected)" in results(outcome, "A phone that was given up")
    assert len(read_picture(Path(outcome["picture"]).read_bytes())) == 248
    assert "\x1b" not in played.stderr
    assert is_gone(Running(places))
    assert not is_running(places)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_leaves_nothing_behind_however_it_ends(places: Places, number: signal.Signals) -> None:
    playing = subprocess.Popen(
        demo_command(places.checkout, "--port", "0"),
        cwd=places.checkout,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert playing.stdout is not None
    for line in playing.stdout:
        if line.lstrip().startswith("web "):
            break

    os.kill(playing.pid, number)
    playing.communicate(timeout=60)

    assert playing.returncode == (130 if number == signal.SIGINT else -number)
    assert is_gone(Running(places), within_seconds=30)
    assert not is_running(places)
