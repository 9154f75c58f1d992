"""What the books promise, kept by PostgreSQL itself, for every role and every replication mode."""

from django.db import migrations

# The search path is fixed inside the function: otherwise a temporary table named ledger_journal
# would be read instead of the real one. A deferred trigger sees the row as it was; so it reads again.
CHECK = """
ALTER TABLE ledger_posting
    ADD CONSTRAINT posting_in_currency_of_journal
    FOREIGN KEY (journal_id, currency) REFERENCES ledger_journal (id, currency);

CREATE FUNCTION ledger_check_journal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    checked uuid;
    declared smallint;
    unit varchar;
    written bigint;
    foreign_lines bigint;
    total numeric;
BEGIN
    IF TG_TABLE_NAME = 'ledger_journal' THEN
        checked := NEW.id;
    ELSE
        checked := NEW.journal_id;
    END IF;
    SELECT posting_count, currency INTO declared, unit FROM public.ledger_journal WHERE id = checked;
    SELECT count(*), count(*) FILTER (WHERE currency <> unit), coalesce(sum(amount_minor), 0)
        INTO written, foreign_lines, total
        FROM public.ledger_posting WHERE journal_id = checked;
    IF declared IS NULL OR written < 2 OR written <> declared OR foreign_lines <> 0 OR total <> 0 THEN
        RAISE EXCEPTION 'journal % is not balanced: % of % postings, % in another currency, sum %',
            checked, written, declared, foreign_lines, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_journal_balanced';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_journal_balanced AFTER INSERT ON ledger_journal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_journal();
CREATE CONSTRAINT TRIGGER ledger_posting_balanced AFTER INSERT ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_journal();
ALTER TABLE ledger_journal ENABLE ALWAYS TRIGGER ledger_journal_balanced;
ALTER TABLE ledger_posting ENABLE ALWAYS TRIGGER ledger_posting_balanced;
"""

APPEND_ONLY = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Correct by a reversing journal.';
END $$;

CREATE TRIGGER ledger_journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_journal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
ALTER TABLE ledger_journal ENABLE ALWAYS TRIGGER ledger_journal_append_only;
ALTER TABLE ledger_posting ENABLE ALWAYS TRIGGER ledger_posting_append_only;
"""

UNDO = """
DROP TRIGGER ledger_posting_append_only ON ledger_posting;
DROP TRIGGER ledger_journal_append_only ON ledger_journal;
DROP FUNCTION ledger_refuse_change();
DROP TRIGGER ledger_posting_balanced ON ledger_posting;
DROP TRIGGER ledger_journal_balanced ON ledger_journal;
DROP FUNCTION ledger_check_journal();
ALTER TABLE ledger_posting DROP CONSTRAINT posting_in_currency_of_journal;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_books")]

    operations = [migrations.RunSQL(sql=[CHECK, APPEND_ONLY], reverse_sql=UNDO)]
