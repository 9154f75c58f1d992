"""Nothing is stopped or let go on by fewer than two people, and nobody rewrites who they were."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION switch_takes_two() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    called text := 'switch:' || NEW.kind || CASE WHEN NEW.target = '' THEN '' ELSE ':' || NEW.target END;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'switches are never removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.until IS NOT NULL OR NOT EXISTS (
            SELECT FROM approvals_approval asked
            WHERE asked.id = NEW.approval_id AND asked.action = 'switch_stop' AND asked.subject = called
              AND asked.status = 'approved' AND asked.maker = NEW.asked_by AND asked.checker = NEW.confirmed_by
        ) THEN
            RAISE EXCEPTION 'nobody allowed % to be stopped', called USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.kind, NEW.target, NEW.name, NEW.reason, NEW.asked_by, NEW.confirmed_by, NEW.approval_id, NEW.since)
        IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.target, OLD.name, OLD.reason, OLD.asked_by, OLD.confirmed_by, OLD.approval_id, OLD.since)
       OR OLD.until IS NOT NULL AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'switch % stays what it was; it ends once', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.until IS NULL AND NEW.until IS NOT NULL AND NOT EXISTS (
        SELECT FROM approvals_approval asked
        WHERE asked.id = NEW.end_approval_id AND asked.action = 'switch_resume' AND asked.subject = called
          AND asked.status = 'approved' AND asked.asked ->> 'switch' = NEW.id::text
    ) THEN
        RAISE EXCEPTION 'nobody allowed % to go on', called USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER switch_takes_two BEFORE INSERT OR UPDATE OR DELETE ON switches_switch
    FOR EACH ROW EXECUTE FUNCTION switch_takes_two();
ALTER TABLE switches_switch ENABLE ALWAYS TRIGGER switch_takes_two;

CREATE FUNCTION switches_keep_table() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.switches_switch) THEN
        RAISE EXCEPTION 'TRUNCATE on switches is refused' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER switches_keep_table BEFORE TRUNCATE ON switches_switch
    FOR EACH STATEMENT EXECUTE FUNCTION switches_keep_table();
ALTER TABLE switches_switch ENABLE ALWAYS TRIGGER switches_keep_table;
"""

BACKWARD = """
DROP TRIGGER switches_keep_table ON switches_switch;
DROP FUNCTION switches_keep_table();
DROP TRIGGER switch_takes_two ON switches_switch;
DROP FUNCTION switch_takes_two();
"""


class Migration(migrations.Migration):
    dependencies = [("switches", "0001_switches"), ("approvals", "0002_triggers")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
