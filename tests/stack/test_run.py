"""What whoever types `make run` is promised. One start serves all tests; the last one stops it and starts again."""

import contextlib
import json
import socket
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from simulators.clerk import Clerk
from stack import Places
from stack.addresses import write_card
from stack.installation import BANK_ADMIN_KEY, secret_file
from stack.run import start_servers
from tests.stack.running import Running, clean_environment, demo_command, health, is_gone, run_command

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def running(module_places: Places) -> Iterator[Running]:
    running = Running(module_places)
    running.start()
    yield running
    if running.process is not None:
        running.interrupt()


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def test_shows_progress_and_then_the_addresses(running: Running) -> None:
    shown = "".join(running.output)

    for part in ("PostgreSQL", "Redis", "migrations", "demo data", "web", "worker", "numbering", "beat"):
        assert f"\n{part} " in f"\n{shown}", part
    card = running.card()
    assert card["pos_url"] in shown
    assert card["tills"][0]["key"] in shown


def test_leaves_a_card_that_only_its_owner_can_read(running: Running) -> None:
    card = running.card()

    assert running.card_file.stat().st_mode & 0o777 == 0o600
    assert {"pos_url", "wallet_url", "socket_url", "staff_url", "bank_url"} <= card.keys()
    assert {"tills", "activation_codes", "logins"} <= card.keys()
    assert card["pos_url"].endswith("/api/pos/v1")
    assert {till["mode"] for till in card["tills"]} == {"live", "test"}
    assert all(till["id"].startswith("til_") and till["key"].startswith("till_") for till in card["tills"])


@pytest.mark.parametrize("name", ["pos_url", "socket_url"])
def test_every_door_is_alive_and_ready(running: Running, name: str) -> None:
    address = origin(running.card()[name])

    assert health(address, "/health/live")[0] == 200
    status, body = health(address, "/health/ready")
    assert (status, body["status"]) == (200, "ready")


def test_the_bank_opens_its_books_to_whoever_has_the_administrators_key(running: Running) -> None:
    clerk = Clerk(running.card()["bank_url"], secret_file(running.places, BANK_ADMIN_KEY).read_text())

    assert clerk.books()["unbalanced_journals"] == 0


def test_a_second_start_says_that_one_is_running_and_where(running: Running) -> None:
    second = subprocess.run(
        run_command(running.home, "--port", "0"),
        cwd=running.home,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert second.returncode == 1
    assert "running already" in second.stderr
    assert running.card()["pos_url"] in second.stderr
    assert health(origin(running.card()["pos_url"]), "/health/live")[0] == 200


def test_a_busy_port_that_was_asked_for_is_named(places: Places) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]

        refused = subprocess.run(
            run_command(places.checkout, "--port", str(port)),
            cwd=places.checkout,
            env=clean_environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert refused.returncode == 1
    assert f"Port {port} is in use" in refused.stderr
    assert not (places.checkout / "var" / "postgres").exists()


def test_servers_that_the_environment_names_replace_ours(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://mpayment@db.example/mpayment")
    monkeypatch.setenv("REDIS_URL", "redis://redis.example/0")
    environment: dict[str, str] = {}

    with contextlib.ExitStack() as stack:
        assert start_servers(places, environment, stack) == {}

    # What is not ours is inherited as it is.
    assert environment == {}
    assert not (places.checkout / "var").exists()


def test_a_demo_that_fails_says_where_and_leaves_running_what_was_running(running: Running) -> None:
    card = running.card()
    wrong = [till | {"key": "till_live_wrong"} for till in card["tills"]]
    write_card(running.places, card | {"tills": wrong})

    played = subprocess.run(
        demo_command(running.home, "--json"),
        cwd=running.home,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    write_card(running.places, card)

    outcome = json.loads(played.stdout)
    assert played.returncode == 1
    assert (outcome["ok"], outcome["was_running"]) == (False, True)
    assert outcome["failure"]["step"] == "She pays without a network: till -> server, asks for CHF 42.50"
    assert "401" in outcome["failure"]["got"]
    assert outcome["failure"]["step"] in played.stderr
    assert health(origin(card["pos_url"]), "/health/live")[0] == 200


def test_ctrl_c_stops_everything_and_the_next_start_finds_all_that_was_there(running: Running) -> None:
    before, realm = running.card(), (running.places.var / "secrets" / "realm.key").read_text()
    assert len(running.processes()) > 8

    assert running.interrupt() == 0

    assert is_gone(running)
    assert "stopped; the data stay" in "".join(running.output)

    running.start()

    after = running.card()
    assert after["tills"] == before["tills"]
    assert (running.places.var / "secrets" / "realm.key").read_text() == realm
