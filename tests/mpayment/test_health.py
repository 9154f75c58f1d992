import json
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.kernel.actors import Actor
from apps.keys.operations import create_missing_keys

OPERATOR = Actor("operator", "anna")


@pytest.fixture
def ready(db: None) -> Client:
    """An installation in which nothing is missing."""
    create_missing_keys(now=timezone.now(), by=OPERATOR)
    return Client()


def parts_of(client: Client, status: int) -> dict[str, Any]:
    answer = client.get("/health/ready")
    assert answer.status_code == status
    body = json.loads(answer.content)
    assert body["status"] == ("ready" if status == 200 else "not_ready")
    parts: dict[str, Any] = body["parts"]
    return parts


def not_ready(parts: dict[str, Any]) -> dict[str, str]:
    return {name: part["detail"] for name, part in parts.items() if part["status"] != "ready"}


def test_live_answers_without_the_database(client: Client) -> None:
    # This test asks for no database, so that any use of one fails it.
    answer = client.get("/health/live")

    assert (answer.status_code, json.loads(answer.content)) == (200, {"status": "live"})
    assert "no-store" in answer["Cache-Control"]


def test_ready_says_so_when_every_part_is(ready: Client) -> None:
    parts = parts_of(ready, 200)

    assert {name: part["status"] for name, part in parts.items()} == {
        "postgresql": "ready",
        "redis": "ready",
        "migrations": "ready",
        "keys": "ready",
    }


def test_ready_names_the_keys_that_are_missing(db: None, client: Client) -> None:
    reasons = not_ready(parts_of(client, 503))

    assert list(reasons) == ["keys"]
    assert "code key" in reasons["keys"]
    assert "create_keys" in reasons["keys"]


def test_ready_names_redis_when_it_is_away(ready: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://:hunter2@127.0.0.1:1/0"

    answer = ready.get("/health/ready")

    assert not_ready(json.loads(answer.content)["parts"]) == {"redis": "ConnectionError"}
    assert b"hunter2" not in answer.content


def test_ready_counts_the_migrations_that_were_not_applied(ready: Client) -> None:
    recorder = MigrationRecorder(connection)
    for app, name in (("audit", "0001_initial"), ("audit", "0002_triggers")):
        assert (app, name) in recorder.applied_migrations()
        recorder.record_unapplied(app, name)

    reasons = not_ready(parts_of(ready, 503))

    assert reasons["migrations"].startswith("2 to apply")
    assert reasons["keys"] == "needs migrations"


def test_ready_refuses_a_database_that_forgets(ready: Client, settings: Settings) -> None:
    settings.ALLOW_FORGETFUL_DATABASE = False
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")

    reasons = not_ready(parts_of(ready, 503))

    assert "synchronous_commit" in reasons["postgresql"]
    assert reasons["migrations"] == "needs postgresql"


@pytest.mark.parametrize("address", ["/health/live", "/health/ready"])
def test_probes_only_read(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


def test_what_went_wrong_is_for_the_log_and_its_kind_for_the_probe(
    ready: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> list[str]:
        raise OperationalError("connection to db.internal failed for user mpayment")

    settings.ALLOW_FORGETFUL_DATABASE = False
    monkeypatch.setattr("mpayment.health.forgetful_settings", fail)

    answer = ready.get("/health/ready")

    assert not_ready(json.loads(answer.content)["parts"])["postgresql"] == "OperationalError"
    assert b"db.internal" not in answer.content
    assert "part not ready" in caplog.messages
