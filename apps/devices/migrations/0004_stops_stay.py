"""What was confirmed stays confirmed."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION devices_stop_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        IF NOT EXISTS (SELECT 1 FROM devices_stopconfirmation) THEN
            RETURN NULL;
        END IF;
    END IF;
    RAISE EXCEPTION '% on % is refused: what was confirmed stays confirmed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER devices_stop_keep_rows BEFORE UPDATE OR DELETE ON devices_stopconfirmation
    FOR EACH ROW EXECUTE FUNCTION devices_stop_stays();
CREATE TRIGGER devices_stop_keep_table BEFORE TRUNCATE ON devices_stopconfirmation
    FOR EACH STATEMENT EXECUTE FUNCTION devices_stop_stays();
ALTER TABLE devices_stopconfirmation ENABLE ALWAYS TRIGGER devices_stop_keep_rows;
ALTER TABLE devices_stopconfirmation ENABLE ALWAYS TRIGGER devices_stop_keep_table;
"""

BACKWARD = """
DROP TRIGGER devices_stop_keep_rows ON devices_stopconfirmation;
DROP TRIGGER devices_stop_keep_table ON devices_stopconfirmation;
DROP FUNCTION devices_stop_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0003_stop_confirmations")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
