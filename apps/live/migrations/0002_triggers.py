"""Events and their numbers are append-only, every event waits for a number, and numbers have no gaps."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION live_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    has_rows boolean;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        -- Emptying what is empty loses nothing, and a fresh database may be set up twice.
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.%I)', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO has_rows;
        IF NOT has_rows THEN
            RETURN NULL;
        END IF;
    END IF;
    RAISE EXCEPTION '% on % is refused: what was told stays told', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION live_event_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO live_waiting (event_id) VALUES (NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION live_waiting_until_numbered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM live_number WHERE event_id = OLD.event_id) THEN
        RAISE EXCEPTION 'event % has no number yet', OLD.event_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION live_number_has_no_gap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last bigint;
BEGIN
    -- Sees the rows that the same statement inserted before this one.
    SELECT max(number) INTO last FROM live_number WHERE stream = NEW.stream;
    IF NEW.number <> coalesce(last, 0) + 1 THEN
        RAISE EXCEPTION 'number % does not follow % in %', NEW.number, coalesce(last, 0), NEW.stream
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM live_event WHERE id = NEW.event_id AND stream = NEW.stream) THEN
        RAISE EXCEPTION 'event % is not of the stream %', NEW.event_id, NEW.stream USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER live_event_keep_rows BEFORE UPDATE OR DELETE ON live_event
    FOR EACH ROW EXECUTE FUNCTION live_append_only();
CREATE TRIGGER live_event_keep_table BEFORE TRUNCATE ON live_event
    FOR EACH STATEMENT EXECUTE FUNCTION live_append_only();
CREATE TRIGGER live_event_wait AFTER INSERT ON live_event
    FOR EACH ROW EXECUTE FUNCTION live_event_waits();
CREATE TRIGGER live_waiting_keep_ids BEFORE UPDATE ON live_waiting
    FOR EACH ROW EXECUTE FUNCTION live_append_only();
CREATE TRIGGER live_waiting_keep_rows BEFORE DELETE ON live_waiting
    FOR EACH ROW EXECUTE FUNCTION live_waiting_until_numbered();
CREATE TRIGGER live_waiting_keep_table BEFORE TRUNCATE ON live_waiting
    FOR EACH STATEMENT EXECUTE FUNCTION live_append_only();
CREATE TRIGGER live_number_follow BEFORE INSERT ON live_number
    FOR EACH ROW EXECUTE FUNCTION live_number_has_no_gap();
CREATE TRIGGER live_number_keep_rows BEFORE UPDATE OR DELETE ON live_number
    FOR EACH ROW EXECUTE FUNCTION live_append_only();
CREATE TRIGGER live_number_keep_table BEFORE TRUNCATE ON live_number
    FOR EACH STATEMENT EXECUTE FUNCTION live_append_only();
ALTER TABLE live_event ENABLE ALWAYS TRIGGER live_event_keep_rows;
ALTER TABLE live_event ENABLE ALWAYS TRIGGER live_event_keep_table;
ALTER TABLE live_event ENABLE ALWAYS TRIGGER live_event_wait;
ALTER TABLE live_waiting ENABLE ALWAYS TRIGGER live_waiting_keep_ids;
ALTER TABLE live_waiting ENABLE ALWAYS TRIGGER live_waiting_keep_rows;
ALTER TABLE live_waiting ENABLE ALWAYS TRIGGER live_waiting_keep_table;
ALTER TABLE live_number ENABLE ALWAYS TRIGGER live_number_follow;
ALTER TABLE live_number ENABLE ALWAYS TRIGGER live_number_keep_rows;
ALTER TABLE live_number ENABLE ALWAYS TRIGGER live_number_keep_table;
"""

BACKWARD = """
DROP TRIGGER live_number_keep_table ON live_number;
DROP TRIGGER live_number_keep_rows ON live_number;
DROP TRIGGER live_number_follow ON live_number;
DROP TRIGGER live_waiting_keep_table ON live_waiting;
DROP TRIGGER live_waiting_keep_rows ON live_waiting;
DROP TRIGGER live_waiting_keep_ids ON live_waiting;
DROP TRIGGER live_event_wait ON live_event;
DROP TRIGGER live_event_keep_table ON live_event;
DROP TRIGGER live_event_keep_rows ON live_event;
DROP FUNCTION live_number_has_no_gap();
DROP FUNCTION live_waiting_until_numbered();
DROP FUNCTION live_event_waits();
DROP FUNCTION live_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("live", "0001_events")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
