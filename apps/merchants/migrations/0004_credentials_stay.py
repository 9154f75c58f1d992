"""A till's credential stays as it was registered: it may end earlier, never later. Nonces need no log."""

from django.db import migrations

CREDENTIALS = """
CREATE FUNCTION merchants_credential_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'credentials of tills are never removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.till_id, NEW.kind, NEW.content, NEW.fingerprint, NEW.created_at) IS DISTINCT FROM
       (OLD.id, OLD.till_id, OLD.kind, OLD.content, OLD.fingerprint, OLD.created_at) THEN
        RAISE EXCEPTION 'credential % never changes', OLD.fingerprint USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at) THEN
        RAISE EXCEPTION 'credential % is not prolonged', OLD.fingerprint USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN
        RAISE EXCEPTION 'credential % stays revoked', OLD.fingerprint USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER merchants_credential_stays BEFORE UPDATE OR DELETE ON merchants_tillcredential
    FOR EACH ROW EXECUTE FUNCTION merchants_credential_stays();
ALTER TABLE merchants_tillcredential ENABLE ALWAYS TRIGGER merchants_credential_stays;
"""

NO_CREDENTIALS = """
DROP TRIGGER merchants_credential_stays ON merchants_tillcredential;
DROP FUNCTION merchants_credential_stays();
"""

# Every signed request spends one. Without the log its commit waits for no disk; what a crash forgets could be sent again
# for as long as a signature is young, and a POST sent again does nothing twice.
NONCES = "ALTER TABLE merchants_spentnonce SET UNLOGGED"
LOGGED_NONCES = "ALTER TABLE merchants_spentnonce SET LOGGED"


class Migration(migrations.Migration):
    dependencies = [("merchants", "0003_till_proofs")]
    operations = [migrations.RunSQL(CREDENTIALS, NO_CREDENTIALS), migrations.RunSQL(NONCES, LOGGED_NONCES)]
