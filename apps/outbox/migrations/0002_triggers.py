"""A note is not forgotten before it is done (invariant I5)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION outbox_message_keep_until_done() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        IF EXISTS (SELECT 1 FROM outbox_message WHERE done_at IS NULL) THEN
            RAISE EXCEPTION 'outbox messages that are not done cannot be truncated' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.done_at IS NULL THEN
            RAISE EXCEPTION 'outbox message % is not done', OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF (NEW.id, NEW.topic, NEW.arguments, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.topic, OLD.arguments, OLD.created_at)
        OR (OLD.done_at IS NOT NULL AND NEW.done_at IS DISTINCT FROM OLD.done_at) OR NEW.tries < OLD.tries THEN
        RAISE EXCEPTION 'outbox message % cannot be rewritten', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outbox_message_keep_rows BEFORE DELETE OR UPDATE ON outbox_message
    FOR EACH ROW EXECUTE FUNCTION outbox_message_keep_until_done();
CREATE TRIGGER outbox_message_keep_table BEFORE TRUNCATE ON outbox_message
    FOR EACH STATEMENT EXECUTE FUNCTION outbox_message_keep_until_done();
ALTER TABLE outbox_message ENABLE ALWAYS TRIGGER outbox_message_keep_rows;
ALTER TABLE outbox_message ENABLE ALWAYS TRIGGER outbox_message_keep_table;
"""

BACKWARD = """
DROP TRIGGER outbox_message_keep_rows ON outbox_message;
DROP TRIGGER outbox_message_keep_table ON outbox_message;
DROP FUNCTION outbox_message_keep_until_done();
"""


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
