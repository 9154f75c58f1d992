"""The call log is only added to; an account stays, under its code and with its connector."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION provider_calls_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
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
    RAISE EXCEPTION '% on % is refused: calls are only added to', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER provider_call_keep_rows BEFORE UPDATE OR DELETE ON providers_providercall
    FOR EACH ROW EXECUTE FUNCTION provider_calls_append_only();
CREATE TRIGGER provider_call_keep_table BEFORE TRUNCATE ON providers_providercall
    FOR EACH STATEMENT EXECUTE FUNCTION provider_calls_append_only();
ALTER TABLE providers_providercall ENABLE ALWAYS TRIGGER provider_call_keep_rows;
ALTER TABLE providers_providercall ENABLE ALWAYS TRIGGER provider_call_keep_table;

CREATE FUNCTION provider_account_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'provider accounts are never removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.code, NEW.connector, NEW.created_at) IS DISTINCT FROM
       (OLD.id, OLD.code, OLD.connector, OLD.created_at) THEN
        RAISE EXCEPTION 'provider account % keeps its code and its connector', OLD.code
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER provider_account_stays BEFORE UPDATE OR DELETE ON providers_provideraccount
    FOR EACH ROW EXECUTE FUNCTION provider_account_stays();
ALTER TABLE providers_provideraccount ENABLE ALWAYS TRIGGER provider_account_stays;
"""

BACKWARD = """
DROP TRIGGER provider_call_keep_rows ON providers_providercall;
DROP TRIGGER provider_call_keep_table ON providers_providercall;
DROP TRIGGER provider_account_stays ON providers_provideraccount;
DROP FUNCTION provider_calls_append_only();
DROP FUNCTION provider_account_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("providers", "0001_accounts_and_calls")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
