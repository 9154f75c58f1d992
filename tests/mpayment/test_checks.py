from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from pytest_django.fixtures import Settings

from mpayment.checks import (
    check_database_remembers,
    check_every_note_has_a_handler,
    forgetful_settings,
    refuse_forgetful_database,
)


@pytest.fixture
def forgetful(db: None, settings: Settings) -> None:
    settings.ALLOW_FORGETFUL_DATABASE = False
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


@pytest.mark.usefixtures("forgetful")
def test_names_what_a_database_may_forget() -> None:
    assert "synchronous_commit" in forgetful_settings()

    errors = check_database_remembers(databases=["default"])

    assert {error.id for error in errors} == {"mpayment.E001"}
    assert any("synchronous_commit" in error.msg for error in errors)


def test_no_process_starts_on_a_database_that_forgets(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ALLOW_FORGETFUL_DATABASE = False
    monkeypatch.setattr("mpayment.checks.forgetful_settings", lambda: ["fsync"])

    with pytest.raises(ImproperlyConfigured, match="fsync off"):
        refuse_forgetful_database()


def test_only_tests_may_let_a_database_forget(settings: Settings) -> None:
    assert settings.ALLOW_FORGETFUL_DATABASE

    assert check_database_remembers(databases=["default"]) == []


def test_refuses_a_handler_that_does_not_exist(settings: Settings) -> None:
    settings.OUTBOX_HANDLERS = {"note": "tests.mpayment.doorbells.nobody"}
    settings.TIMED_NOTES = {}

    assert [(error.id, "nobody" in error.msg) for error in check_every_note_has_a_handler()] == [
        ("mpayment.E002", True)
    ]


def test_refuses_a_timed_note_that_nobody_runs(settings: Settings) -> None:
    settings.OUTBOX_HANDLERS = {"note": "tests.mpayment.doorbells.note_down"}
    settings.TIMED_NOTES = {"note": timedelta(minutes=1), "forgotten": timedelta(minutes=1)}

    (error,) = check_every_note_has_a_handler()

    assert error.id == "mpayment.E003"
    assert "forgotten" in error.msg


@pytest.mark.django_db
def test_the_settings_as_they_are_pass_every_check() -> None:
    assert run_checks(databases=["default"]) == []
