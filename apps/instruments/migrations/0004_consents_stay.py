"""An instrument keeps its consent; a link that was refused or completed is over, and is its beginner's for ever."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION instrument_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    moves CONSTANT jsonb := '{"active": ["suspended", "removed"], "suspended": ["active", "removed"], "removed": []}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'instruments are never removed: a handle would come back' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.customer_id, NEW.handle, NEW.kind, NEW.provider_account_id, NEW.currency, NEW.token_digest,
        NEW.consent, NEW.created_at) IS DISTINCT FROM
       (OLD.id, OLD.customer_id, OLD.handle, OLD.kind, OLD.provider_account_id, OLD.currency, OLD.token_digest,
        OLD.consent, OLD.created_at) THEN
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

CREATE OR REPLACE FUNCTION instrument_link_completed_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.completed_at IS NOT NULL OR OLD.refused_at IS NOT NULL
        OR (NEW.id, NEW.customer_id, NEW.provider_account_id, NEW.kind, NEW.begun_by, NEW.state_digest, NEW.created_at,
            NEW.expires_at) IS DISTINCT FROM
           (OLD.id, OLD.customer_id, OLD.provider_account_id, OLD.kind, OLD.begun_by, OLD.state_digest, OLD.created_at,
            OLD.expires_at) THEN
        RAISE EXCEPTION 'link % is completed once, and not otherwise changed', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("instruments", "0003_consents")]
    # Backwards the functions would name columns that go before them; the stricter ones stay until their tables go.
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
