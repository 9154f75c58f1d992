"""Judge a till: `python -m conformance --till "COMMAND"`, or `make conformance TILL="COMMAND"`."""

import argparse
import json
import random
import secrets
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.between import Between
from conformance.customer import Customers
from conformance.driver import Driver, Port, own_till, till_process
from conformance.recording import Mask
from conformance.report import Run, as_fields, as_markdown, as_text, line_of
from conformance.run import Result, has_passed, play_all
from conformance.scenario import Scenario
from conformance.scenarios import SCENARIOS
from conformance.stage import Stage, Truth
from simulators.caller import Caller, NoAnswer, Refused
from stack.addresses import port
from stack.demo import NotStarted, Request, installation
from stack.installation import BANK_ADMIN_KEY, secret_file
from stack.places import Places
from stack.services import CHECKOUT

OWN_TILLS = ("virtual", "client", "example")
VERSION_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    till: str
    scenarios: Sequence[Scenario]
    as_json: bool
    report: Path | None
    seed: int
    places: Places
    port: int | None
    only_list: bool


def read_command(arguments: list[str] | None = None) -> Asked:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(prog="python -m conformance", description="Judge a till by its behaviour.")
    parser.add_argument(
        "--till", default="virtual", help=f"command that starts the till, or one of ours: {', '.join(OWN_TILLS)}"
    )
    parser.add_argument("--list", action="store_true", help="list the scenarios with their rules")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", choices=SCENARIOS, help="repeatable")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write a Markdown report to attach")
    parser.add_argument("--seed", type=int, help="repeats the amounts of an earlier run")
    parser.add_argument("--port", type=port, help="of the web, if it must be started; 0 takes any free ones")
    parser.add_argument("--home", type=Path, default=CHECKOUT, help="directory below which var/ lies")
    options = parser.parse_args(arguments)
    return Asked(
        till=own_till(options.till) if options.till in OWN_TILLS else options.till,
        scenarios=[each for name, each in SCENARIOS.items() if not options.only or name in options.only],
        as_json=options.json,
        report=options.report,
        seed=secrets.randbelow(1_000_000) if options.seed is None else options.seed,
        places=Places(options.home.resolve()),
        port=options.port,
        only_list=options.list,
    )


def main(arguments: list[str] | None = None) -> int:
    """Judge; 0 only if every scenario passed or is not applicable to the till."""
    asked = read_command(arguments)
    if asked.only_list:
        print(as_list(asked.scenarios, as_json=asked.as_json))
        return 0
    people = sys.stderr if asked.as_json else sys.stdout

    def show(text: str) -> None:
        print(text, file=people, flush=True)

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with installation(Request(asked.places, asked.port, asked.as_json), show) as (card, _):
            bank_key = secret_file(asked.places, BANK_ADMIN_KEY).read_text(encoding="utf-8")
            with till_process(asked.till) as till:
                run = judge(asked, card, bank_key, till, show)
    except (NotStarted, NoTill) as error:
        show(str(error))
        return 2
    except KeyboardInterrupt:
        return 130
    show(f"\n{as_text(run)}")
    if asked.report is not None:
        asked.report.write_text(as_markdown(run), encoding="utf-8")
    if asked.as_json:
        print(json.dumps(as_fields(run), ensure_ascii=False))
    return 0 if has_passed(run.results) else 1


class NoTill(RuntimeError):
    """There is no till key to judge with; the message says why."""


# Any: the card is JSON, and its members are documented in docs/operations.md.
def judge(asked: Asked, card: dict[str, Any], bank_key: str, till: Port, show: Callable[[str], None]) -> Run:
    """Play the scenarios to a till on a running installation, and return what came of them. Raises NoTill."""
    key = next((each["key"] for each in card["tills"] if each["mode"] == "test"), None)
    if key is None:
        raise NoTill("the installation has no till in test mode")
    began_at = datetime.now(UTC).isoformat(timespec="seconds")
    with stage_for(card, key=key, bank_key=bank_key, till=till, seed=asked.seed) as stage:
        try:
            server_till = stage.truth.till()
        except (NoAnswer, Refused) as error:
            raise NoTill(f"the server does not know the till: {error}") from error

        def tell(result: Result) -> None:
            show(line_of(result))

        results = play_all(stage, asked.scenarios, tell)
        return Run(
            began_at=began_at,
            seed=asked.seed,
            server=stage.server_url,
            server_version=_server_version(stage.server_url),
            server_till=server_till,
            command=stage.mask.hide(asked.till),
            till=stage.driver.till,
            results=results,
        )


@contextmanager
def stage_for(
    card: dict[str, Any], *, key: str, bank_key: str, till: Port, seed: int, customers: Customers | None = None
) -> Iterator[Stage]:
    """Set a stage on a running installation for one till."""
    between = Between(card["pos_url"])
    with tempfile.TemporaryDirectory(prefix="mpayment-kit-") as pocket, between.listening() as till_url:
        people = customers or Customers(card, bank_key, Path(pocket), Mask())
        people.mask.add_key(key)
        yield Stage(
            driver=Driver(till),
            between=between,
            customers=people,
            truth=Truth(card["pos_url"], key),
            mask=people.mask,
            key=key,
            server_url=card["pos_url"],
            till_url=till_url,
            # Not from the seed: receipt numbers of two runs on one day must differ.
            run=secrets.token_hex(3),
            random=random.Random(seed),  # noqa: S311 -- repeatable, not secret
        )


def as_list(scenarios: Sequence[Scenario], *, as_json: bool) -> str:
    """Return the scenarios with their rules."""
    if as_json:
        named = [{"name": each.name, "title": each.title, "rule": each.rule} for each in scenarios]
        return json.dumps({"scenarios": named}, ensure_ascii=False)
    return "\n".join(f"{each.name:<28} {each.title}\n{'':<28} {each.rule}" for each in scenarios)


def _server_version(server_url: str) -> str:
    parts = urlsplit(server_url)
    caller = Caller(f"{parts.scheme}://{parts.netloc}", timeout_seconds=VERSION_TIMEOUT_SECONDS)
    try:
        return str(caller.call("GET", "api/docs/openapi.json").accepted()["info"]["version"])
    except (KeyError, NoAnswer, Refused, TypeError):
        return "unknown"
