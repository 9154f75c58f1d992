"""A case stays about what it was opened for, moves as the table in states.py says, and is never removed."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION case_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves CONSTANT jsonb := '{"open": ["taken", "resolved"], "taken": ["open", "resolved"], "resolved": []}';
    severities CONSTANT text[] := ARRAY['info', 'warning', 'alarm'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'cases are never removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'resolved' AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'case % is resolved and stays as it is', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.kind, NEW.subject, NEW.summary, NEW.remedy, NEW.facts, NEW.amount_minor, NEW.currency,
        NEW.opened_at) IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.subject, OLD.summary, OLD.remedy, OLD.facts, OLD.amount_minor, OLD.currency,
        OLD.opened_at) THEN
        RAISE EXCEPTION 'case % stays about what it was opened for', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.times < OLD.times OR NEW.last_at < OLD.last_at
        OR array_position(severities, NEW.severity::text) < array_position(severities, OLD.severity::text) THEN
        RAISE EXCEPTION 'case % becomes neither milder nor rarer', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status <> OLD.status AND NOT moves -> OLD.status ? NEW.status THEN
        RAISE EXCEPTION 'case % cannot become % from %', OLD.id, NEW.status, OLD.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- Whoever wants another person's case has it released first, so that two never believe that it is theirs.
    IF (NEW.status = OLD.status OR NEW.status = 'resolved')
        AND (NEW.owner, NEW.taken_at) IS DISTINCT FROM (OLD.owner, OLD.taken_at) THEN
        RAISE EXCEPTION 'case % is taken, and not handed over', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_stays BEFORE UPDATE OR DELETE ON cases_case
    FOR EACH ROW EXECUTE FUNCTION case_stays();
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER case_stays;

CREATE FUNCTION cases_keep_table() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM cases_case) THEN
        RAISE EXCEPTION 'TRUNCATE on cases is refused' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER cases_keep_table BEFORE TRUNCATE ON cases_case
    FOR EACH STATEMENT EXECUTE FUNCTION cases_keep_table();
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER cases_keep_table;
"""

BACKWARD = """
DROP TRIGGER case_stays ON cases_case;
DROP TRIGGER cases_keep_table ON cases_case;
DROP FUNCTION case_stays();
DROP FUNCTION cases_keep_table();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_cases")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
