"""Purchases through the whole product: web, worker, sweeper, numbering, sockets, bank, each a process of its own.

    python -m benchmarks.purchase [--rounds 5] [--seconds 8] [--tills 8] [--latency 200]

One purchase is an authorisation and a capture, two HTTP requests. The rate of the product, with the provider called by
a worker or by the web process itself, and that of PostgreSQL alone are taken in turn: each round has its ratio. The
load runs on the same cores. Prints JSON; progress goes to standard error.
"""

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from benchmarks.floor import purchases_per_second
from simulators.clerk import Clerk
from simulators.encoding import from_text
from simulators.phone import Phone
from stack import Places, Postgres, Redis, Supervisor
from stack.addresses import choose_ports
from stack.installation import BANK_ADMIN_KEY, secret_file
from stack.play import read_mailed_code
from stack.run import DATABASE, demo_environment, prepare
from stack.services import product_services

PIN = "271828"
# Enough that no limit of a day, and no limit of a till's rate, ends the measurement.
GENEROUS = {
    "SOFTWARE_DEVICE_DAY_LIMIT_MINOR": "1000000000",
    "HARDWARE_DEVICE_DAY_LIMIT_MINOR": "1000000000",
    "TILL_SCANS_PER_SECOND": "100000",
    "TILL_SCANS_AT_ONCE": "100000",
    "TILL_CALLS_PER_SECOND": "100000",
    "TILL_CALLS_AT_ONCE": "100000",
    "LOG_LEVEL": "WARNING",
}


@dataclass
class Lane:
    """One till with one phone in front of it, on a connection that is kept."""

    pos_url: str
    key: str
    phone: Phone
    amount: int = 100

    def __post_init__(self) -> None:
        parts = urlsplit(self.pos_url)
        self._path = parts.path
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)

    def authorise(self) -> tuple[dict[str, Any], float]:
        """Show a fresh code, and return the payment and the seconds that the till waited."""
        # Never twice the same amount within the two minutes in which it would look like one sale rung up twice.
        self.amount += 1
        code = self.phone.make_code(PIN)
        fields = {"code": code, "amount": self.amount, "currency": "CHF", "reference": uuid4().hex}
        return self._post("/payments", fields)

    def capture(self, payment: dict[str, Any]) -> tuple[dict[str, Any], float]:
        """Take the money, and return the payment and the seconds that the till waited."""
        return self._post(f"/payments/{payment['id']}/capture", {})

    def _post(self, path: str, fields: dict[str, Any]) -> tuple[dict[str, Any], float]:
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Idempotency-Key": uuid4().hex,
            "Content-Type": "application/json",
        }
        began = time.perf_counter()
        try:
            response = self._send(path, fields, headers)
        except (ConnectionError, http.client.RemoteDisconnected):
            # The server closes a connection that has said nothing for a while. The key makes the repetition safe.
            self._connection.close()
            response = self._send(path, fields, headers)
        answer: dict[str, Any] = json.loads(response.read())
        waited = time.perf_counter() - began
        if response.status not in (200, 201):
            raise RuntimeError(f"{path} was answered {response.status}: {answer}")
        return answer, waited

    def _send(self, path: str, fields: dict[str, Any], headers: dict[str, str]) -> http.client.HTTPResponse:
        self._connection.request("POST", self._path + path, json.dumps(fields), headers)
        return self._connection.getresponse()


def purchase(lane: Lane) -> tuple[float, float]:
    """Buy something, and return how long each of the two requests took, in seconds."""
    payment, authorising = lane.authorise()
    if payment["status"] != "authorised":
        raise RuntimeError(f"not authorised: {payment['status']} {payment['decline']}")
    captured, capturing = lane.capture(payment)
    if captured["status"] != "captured":
        raise RuntimeError(f"not captured: {captured['status']}")
    return authorising, capturing


def rate(lanes: list[Lane], seconds: float) -> tuple[float, list[float]]:
    """Return purchases per second with all lanes busy, and how long each authorisation took."""
    times: list[float] = []
    failures: list[Exception] = []
    stop_at = time.perf_counter() + seconds

    def work(lane: Lane) -> None:
        try:
            while time.perf_counter() < stop_at:
                times.append(purchase(lane)[0])
        except Exception as error:  # a thread's failure is the measurement's
            failures.append(error)

    threads = [threading.Thread(target=work, args=(lane,)) for lane in lanes]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return len(times) / (time.perf_counter() - began), times


@contextmanager
def product(places: Places, environment: dict[str, str], count: int) -> Iterator[list[Lane]]:
    """Start the product's processes, and yield lanes whose phones are enrolled and in flight mode."""
    ports = choose_ports(0)
    card = prepare(places, ports, environment)
    clerk = Clerk(card["bank_url"], secret_file(places, BANK_ADMIN_KEY).read_text())
    with Supervisor(product_services(places, ports, environment), places, say=_quiet):
        tills = [till["key"] for till in card["tills"] if till["mode"] == "live"]
        lanes = []
        for number in range(count):
            key = tills[number % len(tills)]
            lanes.append(Lane(card["pos_url"], key, _enrol(card, clerk, places.var / f"{uuid4().hex}.json")))
        yield lanes


def _enrol(card: dict[str, Any], clerk: Clerk, pocket: Path) -> Phone:
    phone = Phone(card["wallet_url"], card["socket_url"], pocket, root_key=from_text(card["realm_root"]))
    email = f"{uuid4().hex}@kundin.example"
    phone.register(email)
    code = read_mailed_code(card["demo_url"], email)
    if code is None:
        raise RuntimeError("the letter with the code did not come")
    phone.enrol(phone.confirm_registration(email, code), "Phone")
    phone.open_session()
    phone.set_pin(PIN)
    phone.open_session(PIN)
    phone.link_at_bank(clerk.open_contract("Customer", clerk.open_account("Customer", 100_000_000)))
    phone.go_offline()
    return phone


def _quiet(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def percentile(times: list[float], share: float) -> float:
    """Return the value below which that share of the times lies, in milliseconds."""
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1)


def measure(options: argparse.Namespace, directory: Path) -> dict[str, Any]:
    """Return all figures of one run."""
    places = Places(directory)
    results: dict[str, Any] = {"tills": options.tills, "rounds": []}
    with Postgres(places) as postgres, Redis(places) as redis:
        postgres.create_database(DATABASE)
        postgres.create_database("floor")
        common = demo_environment(places) | GENEROUS | {"REDIS_URL": redis.url()}
        common["DATABASE_URL"] = postgres.url(DATABASE)
        for mode in ("worker", "request"):
            with product(places, common | {"AUTHORISE_IN": mode}, options.tills) as lanes:
                for lane in lanes:
                    purchase(lane)
                pairs = [purchase(lanes[0]) for _ in range(options.latency)]
                results[f"one_till_{mode}"] = {
                    "authorise_p50_ms": percentile([first for first, _ in pairs], 0.5),
                    "authorise_p95_ms": percentile([first for first, _ in pairs], 0.95),
                    "capture_p50_ms": percentile([second for _, second in pairs], 0.5),
                }
                for number in range(options.rounds):
                    floor = purchases_per_second(postgres.url("floor"), directory, clients=8, seconds=3)
                    reached, times = rate(lanes, options.seconds)
                    results["rounds"].append(
                        {
                            "authorise_in": mode,
                            "purchases_per_second": round(reached, 1),
                            "postgresql_alone": round(floor),
                            "ratio": round(reached / floor, 4),
                            "authorise_p50_ms": percentile(times, 0.5),
                            "authorise_p99_ms": percentile(times, 0.99),
                        }
                    )
                    _quiet(f"{mode} round {number + 1}: {results['rounds'][-1]}")
    for mode in ("worker", "request"):
        ratios = [each["ratio"] for each in results["rounds"] if each["authorise_in"] == mode]
        rates = [each["purchases_per_second"] for each in results["rounds"] if each["authorise_in"] == mode]
        results[f"median_{mode}"] = {
            "ratio": round(statistics.median(ratios), 4),
            "purchases_per_second": round(statistics.median(rates), 1),
        }
    return results


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--tills", type=int, default=8)
    parser.add_argument("--latency", type=int, default=200, help="purchases of one till alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mpayment-bench-") as directory:
        print(json.dumps(measure(options, Path(directory)), indent=2))


if __name__ == "__main__":
    main()
