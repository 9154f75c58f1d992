"""The service's role owns nothing, makes nothing, and changes only what changes."""

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg.errors import InsufficientPrivilege
from pytest_django.fixtures import Settings

from mpayment import roles
from mpayment.checks import check_captures_are_told, refuse_forgetful_database
from mpayment.granting import RoleRefused, grant_rights, powers_of
from mpayment.roles import RIGHTS, SERVICE_ROLE, changing_columns, rights_by_model
from tests.invariants.service import Service, refused

pytestmark = pytest.mark.django_db

# Where money, evidence, or the promise to do something rests.
KEPT = sorted(label for label, rights in RIGHTS.items() if not rights.is_cleared)
TABLES = {model._meta.label: model._meta.db_table for model in apps.get_models(include_auto_created=True)}


@pytest.fixture
def other_role() -> str:
    name = f"{connection.settings_dict['NAME']}_other"
    execute(f"CREATE ROLE {name}")
    return name


def execute(statement: str, *parameters: str) -> tuple[Any, ...]:
    """Execute the statement as the owner, in the test's own transaction, and return the row that it gives, if any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        row: tuple[Any, ...] | None = cursor.fetchone() if cursor.description else None
    return row or ()


def test_every_table_is_known() -> None:
    assert RIGHTS.keys() == TABLES.keys()

    with connection.cursor() as cursor:
        known = {*TABLES.values(), "django_migrations"}
        assert set(connection.introspection.table_names(cursor)) == known


def test_a_table_that_nobody_decided_about_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "RIGHTS", {label: what for label, what in RIGHTS.items() if label != "ledger.Journal"})

    with pytest.raises(ImproperlyConfigured, match=r"ledger\.Journal"):
        rights_by_model()
    with pytest.raises(CommandError, match=r"ledger\.Journal"):
        call_command("grant_rights", role="nobody_yet")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE shadow (id int)",
        "CREATE TEMPORARY TABLE outbox_message (id int)",
        "CREATE TEMPORARY VIEW ledger_posting AS SELECT 1",
        "CREATE SCHEMA shadow",
        "CREATE FUNCTION ledger_check_journal() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'",
        "CREATE OPERATOR public.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = int8ne)",
        "CREATE TYPE public.money AS (amount int)",
        "CREATE ROLE friend SUPERUSER",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "ALTER TABLE ledger_journal DISABLE TRIGGER ALL",
        "ALTER TABLE transactions_payment DISABLE TRIGGER transactions_capture_is_told",
        "ALTER TABLE transactions_payment DROP CONSTRAINT payment_captured_says_so",
        "ALTER TABLE transactions_operation ALTER COLUMN next_check_at SET DEFAULT now()",
        "ALTER FUNCTION transactions_capture_is_told() SET search_path = pg_temp",
        "CREATE OR REPLACE FUNCTION transactions_capture_is_told() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'",
        "DROP TRIGGER ledger_journal_balanced ON ledger_journal",
        "DROP FUNCTION transactions_is_booked(uuid, text) CASCADE",
        "DROP INDEX code_is_spent_once",
        "CREATE TRIGGER mine BEFORE INSERT ON ledger_journal FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()",
        "CREATE RULE quietly AS ON INSERT TO ledger_posting DO INSTEAD NOTHING",
        "CREATE INDEX slow ON transactions_payment (cashier)",
        "DROP TABLE transactions_paymentevent",
        "SET session_replication_role = replica",
        "SET ROLE pg_write_all_data",
        "SET SESSION AUTHORIZATION postgres",
        "COPY outbox_message TO PROGRAM 'cat'",
        "LOCK TABLE ledger_journal IN ACCESS EXCLUSIVE MODE",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('transactions', '9999', now())",
    ],
)
def test_makes_and_unmakes_nothing(service: Service, statement: str) -> None:
    with refused(InsufficientPrivilege):
        service.run(statement)


def test_becomes_no_owner(service: Service) -> None:
    (owner,) = execute("SELECT current_user")

    with refused(InsufficientPrivilege):
        service.run(f'SET ROLE "{owner}"')


@pytest.mark.parametrize("label", KEPT)
def test_takes_nothing_out(service: Service, label: str) -> None:
    with refused(InsufficientPrivilege):
        service.run(f"DELETE FROM {TABLES[label]}")  # noqa: S608  # a table of ours


@pytest.mark.parametrize("table", sorted(TABLES.values()))
def test_empties_no_table(service: Service, table: str) -> None:
    with refused(InsufficientPrivilege):
        service.run(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("label", sorted(RIGHTS))
def test_changes_only_the_columns_that_change(service: Service, label: str) -> None:
    model = apps.get_model(label)
    changing = changing_columns(model, RIGHTS[label])
    for field in model._meta.concrete_fields:
        statement = f'UPDATE {TABLES[label]} SET "{field.column}" = "{field.column}" WHERE false'  # noqa: S608  # ours
        if field.column in changing:
            service.run(statement)
        else:
            with refused(InsufficientPrivilege):
                service.run(statement)


def test_no_key_of_a_row_ever_changes() -> None:
    for model, rights in rights_by_model().items():
        keys = {field.column for field in model._meta.pk_fields}
        assert not keys & set(changing_columns(model, rights)), model._meta.label


def test_every_trigger_reads_our_tables_and_no_others_of_their_names(service: Service) -> None:
    free = execute("""
        SELECT array_agg(proname) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype
          AND NOT EXISTS (SELECT FROM unnest(proconfig) AS s WHERE s = 'search_path=pg_catalog, public, pg_temp')
    """)

    assert free == (None,)


@pytest.mark.parametrize("app", ["ledger", "transactions", "outbox", "audit", "codes", "idempotency", "confirmations"])
def test_no_guard_sleeps_while_rows_are_replicated(app: str) -> None:
    asleep = (
        "SELECT array_agg(tgname) FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgenabled <> 'A' AND tgrelid::regclass::text LIKE %s"
    )

    assert execute(asleep, f"{app}\\_%") == (None,)


def test_is_harmless_and_the_owner_is_not(service: Service) -> None:
    assert powers_of(service.role) == []
    assert {"owns tables", "may make temporary tables"} <= set(powers_of())
    assert powers_of("nobody_of_this_name") == []


def test_granting_again_takes_away_what_is_not_said(other_role: str) -> None:
    grant_rights(role=other_role)
    execute(f"GRANT DELETE, UPDATE (kind) ON ledger_journal TO {other_role}")
    execute(f"GRANT CREATE ON SCHEMA public TO {other_role}")

    call_command("grant_rights", role=other_role)

    asked = (
        "SELECT has_table_privilege(rolname, 'ledger_journal', 'DELETE'), has_any_column_privilege(rolname,"
        " 'ledger_journal', 'UPDATE'), has_schema_privilege(rolname, 'public', 'CREATE'), rolcanlogin"
        " FROM pg_roles WHERE rolname = %s"
    )
    assert execute(asked, other_role) == (False, False, False, False)


@pytest.mark.parametrize("power", ["CREATEROLE", "BYPASSRLS", "SUPERUSER"])
def test_a_role_with_powers_is_refused(other_role: str, power: str) -> None:
    execute(f"ALTER ROLE {other_role} {power}")

    with pytest.raises(RoleRefused, match="the service must not"):
        grant_rights(role=other_role)

    given = "SELECT count(*) FROM information_schema.table_privileges WHERE grantee = %s"
    assert execute(given, other_role) == (0,)


def test_a_role_logs_in_only_where_that_was_asked_for(other_role: str, tmp_path: Path) -> None:
    may_log_in = "SELECT rolcanlogin, rolpassword FROM pg_authid WHERE rolname = %s"
    secret = tmp_path / "password"
    secret.write_text("correct horse\n")

    grant_rights(role=other_role)
    assert execute(may_log_in, other_role) == (False, None)

    call_command("grant_rights", role=other_role, login=True)
    assert execute(may_log_in, other_role) == (True, None)

    call_command("grant_rights", role=other_role, password_file=secret)
    can_log_in, kept = execute(may_log_in, other_role)
    assert can_log_in
    assert kept.startswith("SCRAM-SHA-256$")


def test_a_member_of_the_owner_is_refused(other_role: str) -> None:
    (owner,) = execute("SELECT current_user")
    execute(f'GRANT "{owner}" TO {other_role}')

    with pytest.raises(RoleRefused, match="owns tables"):
        grant_rights(role=other_role)


def test_where_money_moves_the_service_is_not_the_owner() -> None:
    found = run_checks(databases=["default"], include_deployment_checks=True, tags=["database"])

    assert {error.id for error in found} == {"mpayment.E004"}
    assert any("owns tables" in error.msg for error in found)


def test_a_process_that_starts_as_the_owner_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ALLOW_FORGETFUL_DATABASE = False
    monkeypatch.setattr("mpayment.checks.forgetful_settings", list)
    # The test's own connection is in the middle of a transaction.
    monkeypatch.setattr("mpayment.checks.connections.close_all", lambda: None)

    refuse_forgetful_database()

    (warning,) = [record for record in caplog.records if record.name == "mpayment.checks"]
    assert "owns tables" in warning.__dict__["powers"]


def test_captures_of_which_nobody_would_hear_are_no_settings(settings: Settings) -> None:
    settings.EVENT_SUBSCRIBERS = {}

    assert [error.id for error in check_captures_are_told()] == ["mpayment.E005"]


@pytest.mark.parametrize("name", ["Robert'); DROP TABLE", "a b", "", "1a", SERVICE_ROLE.upper()])
def test_a_name_that_could_be_more_than_a_name_is_refused(name: str) -> None:
    with pytest.raises(CommandError, match="plain role name"):
        call_command("grant_rights", role=name)
