"""How the tests, as the owner of the tables, get past the guards that refuse TRUNCATE.

Django empties every table after a transactional test. Only the owner can switch a trigger off, and the
service does not run as the owner: there is no such way out in the product.
"""

from typing import Any

import django.db.models  # noqa: F401  # first: the backends import it in a circle
from django.db.backends.postgresql.operations import DatabaseOperations

# 32 is TRUNCATE in pg_trigger.tgtype. The way back is remembered, so that emptying never repairs a guard
# that a migration left too weak.
_OFF = """
DO $$
DECLARE guard record; back text := 'SELECT 1';
BEGIN
    FOR guard IN SELECT tgrelid::regclass AS guarded, tgname, tgenabled FROM pg_trigger
        WHERE NOT tgisinternal AND tgtype & 32 <> 0 AND tgenabled <> 'D' LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', guard.guarded, guard.tgname);
        back := back || format('; ALTER TABLE %s ENABLE %s TRIGGER %I', guard.guarded,
            CASE guard.tgenabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, guard.tgname);
    END LOOP;
    PERFORM set_config('tests.guards_back_on', back, true);
END $$
"""
_ON = "DO $$ BEGIN EXECUTE current_setting('tests.guards_back_on'); END $$"


def allow_emptying() -> None:
    """Make Django's flush switch the TRUNCATE guards off, and on again; calling it twice changes nothing."""
    original = DatabaseOperations.sql_flush
    if getattr(original, "switches_guards", False):
        return

    # Any: the signature is Django's.
    def sql_flush(self: DatabaseOperations, *args: Any, **kwargs: Any) -> list[str]:
        statements = original(self, *args, **kwargs)
        return [_OFF, *statements, _ON] if statements else []

    sql_flush.switches_guards = True  # type: ignore[attr-defined]  # a mark on our own function
    DatabaseOperations.sql_flush = sql_flush  # type: ignore[assignment,method-assign]  # the only seam Django leaves
