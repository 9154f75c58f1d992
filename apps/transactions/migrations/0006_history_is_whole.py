"""Nothing is paid without a code that was spent for it, and the history says every version of a payment once (I2).

Both are looked at when the transaction commits, by an index each. A payment that was refused may have spent no code.
"""

from django.db import migrations

CODES = """
CREATE FUNCTION transactions_code_is_spent() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM codes_spentcode spent
        WHERE spent.subject_kind = 'payment' AND spent.subject_id = NEW.id AND spent.result = 'accepted'
          AND spent.device_id = NEW.device_id
    ) THEN
        RAISE EXCEPTION 'payment %: no code was spent for it', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_spends_a_code';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transactions_code_is_spent AFTER INSERT ON transactions_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status <> 'declined')
    EXECUTE FUNCTION transactions_code_is_spent();
ALTER TABLE transactions_payment ENABLE ALWAYS TRIGGER transactions_code_is_spent;
"""

HISTORY = """
CREATE FUNCTION transactions_version_is_told() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM transactions_paymentevent event WHERE event.payment_id = NEW.id AND event.version = NEW.version
    ) THEN
        RAISE EXCEPTION 'payment %: its history says nothing about version %', NEW.id, NEW.version
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_version_is_told';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transactions_first_version_is_told AFTER INSERT ON transactions_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION transactions_version_is_told();
CREATE CONSTRAINT TRIGGER transactions_version_is_told AFTER UPDATE ON transactions_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.version <> OLD.version)
    EXECUTE FUNCTION transactions_version_is_told();
ALTER TABLE transactions_payment ENABLE ALWAYS TRIGGER transactions_first_version_is_told;
ALTER TABLE transactions_payment ENABLE ALWAYS TRIGGER transactions_version_is_told;

-- One entry per version is the table's own index; one about a version that never was would tell of what never happened.
CREATE FUNCTION transactions_event_is_of_a_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM transactions_payment payment WHERE payment.id = NEW.payment_id AND payment.version >= NEW.version
    ) THEN
        RAISE EXCEPTION 'payment %: there is no version %', NEW.payment_id, NEW.version
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_event_is_of_a_version';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transactions_event_is_of_a_version AFTER INSERT ON transactions_paymentevent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION transactions_event_is_of_a_version();
ALTER TABLE transactions_paymentevent ENABLE ALWAYS TRIGGER transactions_event_is_of_a_version;
"""

UNDO = """
DROP TRIGGER transactions_event_is_of_a_version ON transactions_paymentevent;
DROP FUNCTION transactions_event_is_of_a_version;
DROP TRIGGER transactions_version_is_told ON transactions_payment;
DROP TRIGGER transactions_first_version_is_told ON transactions_payment;
DROP FUNCTION transactions_version_is_told;
DROP TRIGGER transactions_code_is_spent ON transactions_payment;
DROP FUNCTION transactions_code_is_spent;
"""


class Migration(migrations.Migration):
    dependencies = [("transactions", "0005_sums_add_up"), ("codes", "0002_append_only")]

    operations = [migrations.RunSQL(CODES + HISTORY, UNDO)]
