"""Give the service's role its rights, and say what a role could do that the service must not."""

import re
from collections.abc import Iterator
from typing import Final

from django.db import connection, transaction

from apps.kernel.masking import Secret
from mpayment.roles import changing_columns, rights_by_model

_ROLE_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# Any number that no other advisory lock of this database uses: the letters "role".
_GRANTING: Final = 0x726F6C65

# In the order in which an operator should worry. Whoever is a member of the owner is the owner.
_POWERS: Final = """
    SELECT ARRAY_REMOVE(ARRAY[
        CASE WHEN role.rolsuper THEN 'is a superuser' END,
        CASE WHEN EXISTS (
            SELECT FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND pg_has_role(role.oid, relowner, 'MEMBER')
        ) THEN 'owns tables' END,
        CASE WHEN pg_has_role(role.oid, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'MEMBER')
            THEN 'owns the database' END,
        CASE WHEN role.rolcreaterole OR role.rolcreatedb OR role.rolreplication OR role.rolbypassrls
            THEN 'may make roles or databases' END,
        CASE WHEN has_schema_privilege(role.oid, 'public', 'CREATE') THEN 'may make tables' END,
        CASE WHEN has_database_privilege(role.oid, current_database(), 'CREATE') THEN 'may make schemas' END,
        CASE WHEN has_database_privilege(role.oid, current_database(), 'TEMPORARY')
            THEN 'may make temporary tables' END
    ], NULL)
    FROM pg_roles role WHERE role.rolname = coalesce(%s::text, current_user)
"""

# So that no table of the same name, wherever it was made, is read instead of ours.
_PIN: Final = """
DO $$
DECLARE unpinned regprocedure;
BEGIN
    FOR unpinned IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype
          AND NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=%')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', unpinned);
    END LOOP;
END $$
"""


class RoleRefused(ValueError):
    """The role is none that the service should run as; the text says why."""


def powers_of(role: str | None = None) -> list[str]:
    """Return what the role, or ours, could do that the service must not; nothing for one that does not exist."""
    with connection.cursor() as cursor:
        cursor.execute(_POWERS, [role])
        found = cursor.fetchone()
        return list(found[0]) if found else []


@transaction.atomic(durable=True)
def grant_rights(*, role: str, password: Secret[str] | None = None, may_log_in: bool = False) -> None:
    """Give the role exactly the rights of `roles.py`, making it if it is missing; safe to repeat.

    Run it as the owner of the tables, after every migration. The role logs in with the password, or with none where
    `may_log_in` says so and the server asks for none. RoleRefused for one that could do more than it is given.
    """
    if not _ROLE_NAME.fullmatch(role):
        raise RoleRefused(f"{role!r} is not a plain role name")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_GRANTING])
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(
                f"CREATE ROLE {role} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS"
            )
        if password is not None or may_log_in:
            cursor.execute(f"ALTER ROLE {role} LOGIN{_password_clause(role, password)}")
        cursor.execute(_PIN)
        for statement in _grants(role):
            cursor.execute(statement)
    # A member of the owner, or a database whose owner we are not: then it is not harmless, whatever we grant.
    if powers := powers_of(role):
        raise RoleRefused(f"{role} {', '.join(powers)}: the service must not")


def _password_clause(role: str, password: Secret[str] | None) -> str:
    if password is None:
        return ""
    # Hashed here, so that no log of the server ever shows it; the hash has no quote in it.
    connection.ensure_connection()
    hashed = connection.connection.pgconn.encrypt_password(
        password.reveal().encode(), role.encode(), b"scram-sha-256"
    ).decode()
    return f" PASSWORD '{hashed}'"


def _grants(role: str) -> Iterator[str]:
    quote = connection.ops.quote_name
    database = quote(connection.settings_dict["NAME"])
    # What is not said below is taken away, also from everybody.
    yield f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}"
    yield f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {role}"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {role}"
    yield f"GRANT CONNECT ON DATABASE {database} TO {role}"
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"GRANT SELECT ON django_migrations TO {role}"
    for model, rights in rights_by_model().items():
        words = ["SELECT"]
        if rights.is_added_to:
            words.append("INSERT")
        if rights.is_cleared:
            words.append("DELETE")
        if columns := changing_columns(model, rights):
            words.append(f"UPDATE ({', '.join(map(quote, columns))})")
        yield f"GRANT {', '.join(words)} ON {quote(model._meta.db_table)} TO {role}"
