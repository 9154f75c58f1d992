"""A reversal is not reversed itself: what was wrong is booked anew, so that each entry counts once or not at all."""

from django.db import migrations

CHECK = """
CREATE FUNCTION ledger_reversal_stands() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.ledger_journal WHERE id = NEW.reverses_id AND reverses_id IS NOT NULL) THEN
        RAISE EXCEPTION 'journal % is a reversal, which is not reversed', NEW.reverses_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_reversal_stands';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_reversal_stands BEFORE INSERT ON ledger_journal
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION ledger_reversal_stands();
ALTER TABLE ledger_journal ENABLE ALWAYS TRIGGER ledger_reversal_stands;
"""

UNDO = """
DROP TRIGGER ledger_reversal_stands ON ledger_journal;
DROP FUNCTION ledger_reversal_stands;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards")]

    operations = [migrations.RunSQL(CHECK, UNDO)]
