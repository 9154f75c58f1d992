"""What the database holds, table by table, in one number each."""

from django.apps import apps
from django.db import connection

# A mark of each table: how many rows, and the sum of what is in them.
State = dict[str, tuple[int, int]]

# What a refused scan leaves: a declined payment with its history, its evidence, and the key of the request.
DECLINED = frozenset(
    {
        *("transactions_payment", "transactions_paymentevent", "idempotency_answeredrequest"),
        *("audit_record", "outbox_message", "live_event", "live_waiting"),
    }
)
# From the eighth step of the check on, the code is spent as well; a wrong PIN costs its try.
SPENT = DECLINED | {"codes_spentcode", "devices_device"}
# A clone is stopped at once: its sessions end, and somebody looks at it.
STOPPED = SPENT | {"devices_session", "devices_socketticket", "cases_case", "mail_letter"}
# A sale that goes on.
SOLD = SPENT | {
    *("transactions_attempt", "transactions_operation", "limits_daycounter", "fraud_assessment"),
    *("ledger_journal", "ledger_posting", "providers_providercall"),
}


def state() -> State:
    """Return what is in every table now."""
    tables = sorted({model._meta.db_table for model in apps.get_models()})
    parts = [
        f"SELECT '{table}', count(*), coalesce(bit_xor(hashtextextended(t::text, 0)), 0) FROM {table} t"  # noqa: S608
        for table in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {table: (count, mark) for table, count, mark in cursor.fetchall()}


def changed(before: State, after: State) -> frozenset[str]:
    """Return the tables that are not as they were."""
    return frozenset(table for table, found in after.items() if before[table] != found)
