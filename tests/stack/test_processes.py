import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from stack import NotReady, Places, Service, Supervisor, free_port

SLEEPER = (sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "child = subprocess.Popen(['sleep', '600']); print(child.pid, flush=True); time.sleep(600)",
)


def is_alive(pid: int) -> bool:
    # A zombie that its new parent has not reaped yet is dead for our purposes.
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def eventually(holds: Callable[[], bool], within_seconds: float = 10) -> bool:
    deadline = time.monotonic() + within_seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_starts_in_order_and_stops_in_reverse(places: Places) -> None:
    said: list[str] = []
    log = places.log("web")

    with Supervisor(
        [Service("web", SLEEPER, ready=lambda: log.exists() and "here" in log.read_text()), Service("worker", SLEEPER)],
        places,
        say=said.append,
    ) as supervisor:
        pids = [supervisor.pid("web"), supervisor.pid("worker")]
        assert [os.getpgid(pid) for pid in pids] == pids

    assert [line.split()[:2] for line in said] == [
        ["web", "ready"],
        ["worker", "ready"],
        ["worker", "stopped"],
        ["web", "stopped"],
    ]
    assert not any(is_alive(pid) for pid in pids)


def test_restarts_what_crashed_after_a_growing_delay(places: Places) -> None:
    said: list[str] = []
    crash = (sys.executable, "-c", "raise SystemExit(3)")
    with Supervisor([Service("web", crash)], places, say=said.append) as supervisor:

        def crashed_twice() -> bool:
            supervisor.look_after()
            return len(said) == 3

        assert eventually(crashed_twice)

    assert [line.split(maxsplit=1)[1] for line in said[1:3]] == [
        "ended with code 3, starts again in 0.5 s",
        "ended with code 3, starts again in 1 s",
    ]


def test_does_not_restart_what_should_run_once(places: Places) -> None:
    said: list[str] = []
    once = Service("migrate", (sys.executable, "-c", ""), restart=False)
    with Supervisor([once], places, say=said.append) as supervisor:

        def ended() -> bool:
            supervisor.look_after()
            return len(said) == 2

        assert eventually(ended)
        supervisor.look_after()

    assert said[1:] == ["migrate          ended with code 0"]


def test_stops_everything_and_shows_the_log_when_one_does_not_come_up(places: Places) -> None:
    broken = Service("web", (sys.executable, "-c", "print('no such port'); raise SystemExit(2)"), ready=lambda: False)
    said: list[str] = []

    with pytest.raises(NotReady, match=r"web ended with code 2(?s:.*)no such port"):
        Supervisor([Service("bank", SLEEPER), broken], places, say=said.append).start()

    assert said[-1].split() == ["bank", "stopped"]


def test_kills_what_ignores_the_request_and_what_it_started(places: Places) -> None:
    log = places.log("worker")
    service = Service("worker", STUBBORN, ready=lambda: log.read_text().strip() != "")
    with Supervisor([service], places, grace_seconds=0.2, say=lambda line: None) as supervisor:
        pids = [supervisor.pid("worker"), int(log.read_text())]
        assert all(is_alive(pid) for pid in pids)

    assert eventually(lambda: not any(is_alive(pid) for pid in pids))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_leaves_no_orphan_however_it_ends(places: Places, number: signal.Signals) -> None:
    script = (
        "import sys; from pathlib import Path; from stack import Places, Service, Supervisor\n"
        f"places = Places(Path({str(places.checkout)!r}))\n"
        f"worker = Service('worker', {STUBBORN!r}, ready=lambda: places.log('worker').read_text().strip() != '')\n"
        "Supervisor([worker], places, grace_seconds=0.5, say=lambda line: print(line, flush=True)).run()\n"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline().startswith("worker")
    child = int(places.log("worker").read_text())
    worker = os.getpgid(child)
    assert is_alive(child)
    assert is_alive(worker)

    supervisor.send_signal(number)
    supervisor.communicate(timeout=20)

    assert supervisor.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 0)
    assert eventually(lambda: not is_alive(child) and not is_alive(worker))


def test_offers_the_next_port_when_the_preferred_one_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        preferred = taken.getsockname()[1]

        assert preferred < free_port(preferred) < preferred + 200

    assert free_port(preferred) == preferred
