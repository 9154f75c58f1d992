"""A handle names one token of one customer for ever, and a status moves as the table in states.py says."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION instrument_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves CONSTANT jsonb := '{"active": ["suspended", "removed"], "suspended": ["active", "removed"], "removed": []}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'instruments are never removed: a handle would come back' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.customer_id, NEW.handle, NEW.kind, NEW.provider_account_id, NEW.currency, NEW.token_digest,
        NEW.created_at) IS DISTINCT FROM
       (OLD.id, OLD.customer_id, OLD.handle, OLD.kind, OLD.provider_account_id, OLD.currency, OLD.token_digest,
        OLD.created_at) THEN
        RAISE EXCEPTION 'instrument % keeps its customer, handle and account', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- The token may be sealed again under another key-encryption key, and not otherwise be replaced.
    IF (NEW.nonce, NEW.wrapped_token) IS DISTINCT FROM (OLD.nonce, OLD.wrapped_token) AND NEW.kek_id = OLD.kek_id THEN
        RAISE EXCEPTION 'instrument % keeps its token', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status <> OLD.status AND NOT moves -> OLD.status ? NEW.status THEN
        RAISE EXCEPTION 'instrument % cannot become % from %', OLD.id, NEW.status, OLD.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER instrument_stays BEFORE UPDATE OR DELETE ON instruments_instrument
    FOR EACH ROW EXECUTE FUNCTION instrument_stays();
ALTER TABLE instruments_instrument ENABLE ALWAYS TRIGGER instrument_stays;

CREATE FUNCTION instruments_keep_table() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM instruments_instrument) THEN
        RAISE EXCEPTION 'TRUNCATE on instruments is refused' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER instruments_keep_table BEFORE TRUNCATE ON instruments_instrument
    FOR EACH STATEMENT EXECUTE FUNCTION instruments_keep_table();
ALTER TABLE instruments_instrument ENABLE ALWAYS TRIGGER instruments_keep_table;

CREATE FUNCTION instrument_link_completed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.completed_at IS NOT NULL
        OR (NEW.id, NEW.customer_id, NEW.provider_account_id, NEW.kind, NEW.state_digest, NEW.created_at,
            NEW.expires_at) IS DISTINCT FROM
           (OLD.id, OLD.customer_id, OLD.provider_account_id, OLD.kind, OLD.state_digest, OLD.created_at,
            OLD.expires_at) THEN
        RAISE EXCEPTION 'link % is completed once, and not otherwise changed', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER instrument_link_completed_once BEFORE UPDATE ON instruments_instrumentlink
    FOR EACH ROW EXECUTE FUNCTION instrument_link_completed_once();
ALTER TABLE instruments_instrumentlink ENABLE ALWAYS TRIGGER instrument_link_completed_once;
"""

BACKWARD = """
DROP TRIGGER instrument_stays ON instruments_instrument;
DROP TRIGGER instruments_keep_table ON instruments_instrument;
DROP TRIGGER instrument_link_completed_once ON instruments_instrumentlink;
DROP FUNCTION instrument_stays();
DROP FUNCTION instruments_keep_table();
DROP FUNCTION instrument_link_completed_once();
"""


class Migration(migrations.Migration):
    dependencies = [("instruments", "0001_instruments_and_links")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
