"""A line key stays: it is put into use once, retired once, and nothing else about it ever changes."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION provider_line_key_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'line keys are never removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.account_id, NEW.purpose, NEW.public_key, NEW.kek_id, NEW.nonce, NEW.wrapped_private_key,
        NEW.created_at, NEW.created_by) IS DISTINCT FROM
       (OLD.id, OLD.account_id, OLD.purpose, OLD.public_key, OLD.kek_id, OLD.nonce, OLD.wrapped_private_key,
        OLD.created_at, OLD.created_by) THEN
        RAISE EXCEPTION 'line key % never changes', OLD.fingerprint USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.not_before IS NOT NULL AND
       (NEW.fingerprint, NEW.certificate, NEW.not_before, NEW.not_after) IS DISTINCT FROM
       (OLD.fingerprint, OLD.certificate, OLD.not_before, OLD.not_after) THEN
        RAISE EXCEPTION 'line key % is in use as it is', OLD.fingerprint USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.retired_at IS NOT NULL AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'line key % stays retired', OLD.fingerprint USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER provider_line_key_stays BEFORE UPDATE OR DELETE ON providers_linekey
    FOR EACH ROW EXECUTE FUNCTION provider_line_key_stays();
ALTER TABLE providers_linekey ENABLE ALWAYS TRIGGER provider_line_key_stays;
"""

BACKWARD = """
DROP TRIGGER provider_line_key_stays ON providers_linekey;
DROP FUNCTION provider_line_key_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("providers", "0003_line_keys")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
