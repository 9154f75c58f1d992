"""A committed key can answer its repetitions, and always with the same object."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION idempotency_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.scope, NEW.key, NEW.method, NEW.path, NEW.body_digest, NEW.buried, NEW.created_at) IS DISTINCT FROM
       (OLD.id, OLD.scope, OLD.key, OLD.method, OLD.path, OLD.body_digest, OLD.buried, OLD.created_at)
        OR OLD.subject_kind <> '' THEN
        RAISE EXCEPTION 'answered request % cannot be rewritten', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER idempotency_written_once BEFORE UPDATE ON idempotency_answeredrequest
    FOR EACH ROW EXECUTE FUNCTION idempotency_written_once();
ALTER TABLE idempotency_answeredrequest ENABLE ALWAYS TRIGGER idempotency_written_once;

CREATE FUNCTION idempotency_subject_is_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Read again: a deferred trigger sees the row as its own event left it.
    IF EXISTS (SELECT 1 FROM idempotency_answeredrequest WHERE id = NEW.id AND subject_kind = '' AND NOT buried) THEN
        RAISE EXCEPTION 'answered request % does not say what it made', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER idempotency_subject_is_named AFTER INSERT ON idempotency_answeredrequest
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION idempotency_subject_is_named();
ALTER TABLE idempotency_answeredrequest ENABLE ALWAYS TRIGGER idempotency_subject_is_named;
"""

BACKWARD = """
DROP TRIGGER idempotency_written_once ON idempotency_answeredrequest;
DROP TRIGGER idempotency_subject_is_named ON idempotency_answeredrequest;
DROP FUNCTION idempotency_written_once();
DROP FUNCTION idempotency_subject_is_named();
"""


class Migration(migrations.Migration):
    dependencies = [("idempotency", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
