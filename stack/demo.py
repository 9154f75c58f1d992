"""Play the main job on a running installation, started if need be: `python -m stack.demo`, or `make demo`."""

import argparse
import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from simulators.clerk import Clerk
from simulators.encoding import from_text
from simulators.phone import Phone
from simulators.till import Till
from stack.addresses import card_path, port, read_card
from stack.bank_log import BankLog
from stack.installation import BANK_ADMIN_KEY, secret_file
from stack.places import Places, private_directory
from stack.play import Stage, play
from stack.run import is_running
from stack.servers import die_with_parent
from stack.services import CHECKOUT
from stack.timeline import Failed, Timeline

LONGEST_START_SECONDS = 120.0
# Whoever is about to stop has its lock a little longer than its doors.
LONGEST_STOP_SECONDS = 90.0
TILL_PATIENCE_SECONDS = 20.0


class NotStarted(RuntimeError):
    """There is no installation to play on; the message says what it said."""


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    places: Places
    port: int | None
    as_json: bool


def read_request(arguments: list[str] | None = None) -> Request:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(prog="python -m stack.demo", description="Play the main job, and show it.")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--port", type=port, help="of the web, if it must be started; 0 takes any free ones")
    parser.add_argument("--home", type=Path, default=CHECKOUT, help="directory below which var/ lies")
    options = parser.parse_args(arguments)
    return Request(Places(options.home.resolve()), options.port, options.json)


def main(arguments: list[str] | None = None) -> int:
    """Play; 0 only if all of it happened as it must."""
    request = read_request(arguments)
    people = sys.stderr if request.as_json else sys.stdout

    def show(text: str) -> None:
        print(text, file=people, flush=True)

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with installation(request, show) as (card, was_running):
            outcome = _play(request.places, card, show, is_coloured=people.isatty())
    except NotStarted as error:
        show(str(error))
        outcome, was_running = {"ok": False, "failure": {"step": "start", "got": str(error)}}, False
    except KeyboardInterrupt:
        return 130
    if request.as_json:
        print(json.dumps({**outcome, "was_running": was_running}, ensure_ascii=False))
    return 0 if outcome["ok"] else 1


# Any: what the play tells programs, documented in docs/operations.md.
def _play(places: Places, card: dict[str, Any], show: Callable[[str], None], *, is_coloured: bool) -> dict[str, Any]:
    line = Timeline(show, is_coloured)
    picture = private_directory(places.var / "run") / "demo-code.png"
    failure: Failed | None = None
    with tempfile.TemporaryDirectory(prefix="mpayment-phone-") as pocket:
        stage = _stage(places, card, line, picture, Path(pocket))
        try:
            play(stage)
        except Failed as failed:
            failure = failed
            line.show_failure(failed)
        finally:
            # Also after a failure: whoever plays next must not meet our silence.
            with contextlib.suppress(Exception):
                stage.clerk.clear_faults()
    if failure is None:
        show(f"\nAll of it happened, in {line.total_ms() / 1000:.1f} s. The first code is in {picture}")
        show(f"To pay with a phone of your own: `make run`, and open {card['wallet_url']} there.")
    outcome: dict[str, Any] = {
        "ok": failure is None,
        "total_ms": round(line.total_ms(), 1),
        "picture": str(picture),
        "steps": line.as_fields(),
        "payments": list(stage.till.payments.values()),
    }
    if failure is not None:
        outcome["failure"] = {"step": failure.step, "expected": str(failure.expected), "got": str(failure.got)}
    return outcome


def _stage(places: Places, card: dict[str, Any], line: Timeline, picture: Path, pocket: Path) -> Stage:
    key = next(till["key"] for till in card["tills"] if till["mode"] == "live")
    root = card.get("realm_root")
    return Stage(
        line=line,
        card=card,
        clerk=Clerk(card["bank_url"], secret_file(places, BANK_ADMIN_KEY).read_text(encoding="utf-8")),
        phone=Phone(
            card["wallet_url"],
            card["socket_url"],
            pocket / "phone.json",
            root_key=from_text(root) if root else None,
        ),
        till=Till(card["pos_url"], key, patience_seconds=TILL_PATIENCE_SECONDS),
        picture=picture,
        bank_log=BankLog(places.data("bank") / "calls.log"),
    )


@contextlib.contextmanager
def installation(request: Request, show: Callable[[str], None]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Give the card of a running installation, and whether it ran before; what we start, we stop."""
    if is_running(request.places):
        yield _await_card(request.places), True
        return
    command = [sys.executable, "-m", "stack.run", "--home", str(request.places.checkout)]
    command += [] if request.port is None else ["--port", str(request.port)]
    process = subprocess.Popen(
        command,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # At Ctrl-C we stop it ourselves, after the play has ended; and it stops also when we are killed.
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGINT),
    )
    try:
        show("Starting everything, for this demo alone:\n")
        _await_announcement(process, request.places, show)
        card = read_card(request.places)
        if card is None:
            raise NotStarted(f"{card_path(request.places)} cannot be read")
        yield card, False
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=LONGEST_STOP_SECONDS)
        process.kill()


def _await_announcement(process: "subprocess.Popen[str]", places: Places, show: Callable[[str], None]) -> None:
    said = []
    if process.stdout is None:
        raise NotStarted("the installation has no voice")
    for line in process.stdout:
        said.append(line)
        if line.strip() == str(card_path(places)):
            return
        if " ready after " in line:
            show(f"  {line.rstrip()}")
    raise NotStarted("It did not start:\n" + "".join(said[-20:]))


def _await_card(places: Places) -> dict[str, Any]:
    """Return the card of an installation that runs or is about to."""
    deadline = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < deadline:
        card = read_card(places)
        if card is not None and _is_ready(card):
            return card
        time.sleep(0.2)
    raise NotStarted("An installation is running here, but it is not ready; see the logs below var/log")


def _is_ready(card: dict[str, Any]) -> bool:
    parts = urlsplit(card["pos_url"])
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"{parts.scheme}://{parts.netloc}/health/ready", timeout=10) as answer,  # noqa: S310
    ):
        return bool(answer.status == 200)
    return False


if __name__ == "__main__":
    sys.exit(main())
