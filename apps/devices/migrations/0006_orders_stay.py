"""An order to revoke stays as it was given; only how far it came is written on."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION devices_order_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    may_change text[] := ARRAY['position', 'done', 'ended_at'];
BEGIN
    IF to_jsonb(OLD) - may_change IS DISTINCT FROM to_jsonb(NEW) - may_change THEN
        RAISE EXCEPTION 'revocation order % cannot be rewritten', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.ended_at IS NOT NULL OR NEW.done < OLD.done THEN
        RAISE EXCEPTION 'revocation order % goes neither on nor back', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER devices_order_stays BEFORE UPDATE ON devices_revocationorder
    FOR EACH ROW EXECUTE FUNCTION devices_order_stays();
CREATE TRIGGER devices_order_keep_rows BEFORE DELETE ON devices_revocationorder
    FOR EACH ROW EXECUTE FUNCTION devices_never_removed();
CREATE TRIGGER devices_order_keep_table BEFORE TRUNCATE ON devices_revocationorder
    FOR EACH STATEMENT EXECUTE FUNCTION devices_never_removed();
ALTER TABLE devices_revocationorder ENABLE ALWAYS TRIGGER devices_order_stays;
ALTER TABLE devices_revocationorder ENABLE ALWAYS TRIGGER devices_order_keep_rows;
ALTER TABLE devices_revocationorder ENABLE ALWAYS TRIGGER devices_order_keep_table;
"""

BACKWARD = """
DROP TRIGGER devices_order_stays ON devices_revocationorder;
DROP TRIGGER devices_order_keep_rows ON devices_revocationorder;
DROP TRIGGER devices_order_keep_table ON devices_revocationorder;
DROP FUNCTION devices_order_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0005_revocation_orders")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
