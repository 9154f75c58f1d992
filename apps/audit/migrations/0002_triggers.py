"""The audit trail is append-only (invariant I8)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
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
    RAISE EXCEPTION '% on % is refused: evidence is only added to', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_record_keep_rows BEFORE UPDATE OR DELETE ON audit_record
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_record_keep_table BEFORE TRUNCATE ON audit_record
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_seal_keep_rows BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_seal_keep_table BEFORE TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
ALTER TABLE audit_record ENABLE ALWAYS TRIGGER audit_record_keep_rows;
ALTER TABLE audit_record ENABLE ALWAYS TRIGGER audit_record_keep_table;
ALTER TABLE audit_seal ENABLE ALWAYS TRIGGER audit_seal_keep_rows;
ALTER TABLE audit_seal ENABLE ALWAYS TRIGGER audit_seal_keep_table;
"""

BACKWARD = """
DROP TRIGGER audit_record_keep_rows ON audit_record;
DROP TRIGGER audit_record_keep_table ON audit_record;
DROP TRIGGER audit_seal_keep_rows ON audit_seal;
DROP TRIGGER audit_seal_keep_table ON audit_seal;
DROP FUNCTION audit_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
