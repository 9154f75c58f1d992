"""Nobody rewrites what was asked or decided."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION approval_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves CONSTANT jsonb := '{"awaiting": ["approved", "refused", "expired"], "approved": [], "refused": [], "expired": []}';
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- A row that is born approved has been seen by one pair of eyes only.
        IF NEW.status <> 'awaiting' THEN
            RAISE EXCEPTION 'an approval is asked for before it is decided' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'approvals are never removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> 'awaiting' AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'approval % is decided and stays as it is', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.action, NEW.subject, NEW.maker, NEW.asked, NEW.asked_hash, NEW.asked_at, NEW.expires_at)
        IS DISTINCT FROM
       (OLD.id, OLD.action, OLD.subject, OLD.maker, OLD.asked, OLD.asked_hash, OLD.asked_at, OLD.expires_at) THEN
        RAISE EXCEPTION 'approval % stays what was asked', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status <> OLD.status AND NOT moves -> OLD.status ? NEW.status THEN
        RAISE EXCEPTION 'approval % cannot become % from %', OLD.id, NEW.status, OLD.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approval_stays BEFORE INSERT OR UPDATE OR DELETE ON approvals_approval
    FOR EACH ROW EXECUTE FUNCTION approval_stays();
ALTER TABLE approvals_approval ENABLE ALWAYS TRIGGER approval_stays;

ALTER TABLE approvals_approval ADD CONSTRAINT approval_hash_is_sha256 CHECK (octet_length(asked_hash) = 32);

CREATE FUNCTION approvals_keep_table() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM approvals_approval) THEN
        RAISE EXCEPTION 'TRUNCATE on approvals is refused' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER approvals_keep_table BEFORE TRUNCATE ON approvals_approval
    FOR EACH STATEMENT EXECUTE FUNCTION approvals_keep_table();
ALTER TABLE approvals_approval ENABLE ALWAYS TRIGGER approvals_keep_table;
"""

BACKWARD = """
ALTER TABLE approvals_approval DROP CONSTRAINT approval_hash_is_sha256;
DROP TRIGGER approval_stays ON approvals_approval;
DROP TRIGGER approvals_keep_table ON approvals_approval;
DROP FUNCTION approval_stays();
DROP FUNCTION approvals_keep_table();
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_approvals")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
