"""What a customer was told stays told."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION confirmations_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        IF NOT EXISTS (SELECT 1 FROM confirmations_confirmation) THEN
            RETURN NULL;
        END IF;
    END IF;
    RAISE EXCEPTION '% on % is refused: what was told stays told', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER confirmation_keep_rows BEFORE UPDATE OR DELETE ON confirmations_confirmation
    FOR EACH ROW EXECUTE FUNCTION confirmations_append_only();
CREATE TRIGGER confirmation_keep_table BEFORE TRUNCATE ON confirmations_confirmation
    FOR EACH STATEMENT EXECUTE FUNCTION confirmations_append_only();
ALTER TABLE confirmations_confirmation ENABLE ALWAYS TRIGGER confirmation_keep_rows;
ALTER TABLE confirmations_confirmation ENABLE ALWAYS TRIGGER confirmation_keep_table;

CREATE FUNCTION confirmations_only_what_happened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Nobody is told "paid" about what is not in the books, nor about somebody else's payment.
    IF NOT EXISTS (
        SELECT 1 FROM transactions_payment payment
        WHERE payment.id = NEW.payment_id AND payment.customer_id = NEW.customer_id
          AND (NEW.kind <> 'captured' OR payment.captured_minor > 0)
    ) THEN
        RAISE EXCEPTION 'payment % is not what confirmation % tells', NEW.payment_id, NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER confirmation_only_what_happened BEFORE INSERT ON confirmations_confirmation
    FOR EACH ROW EXECUTE FUNCTION confirmations_only_what_happened();
ALTER TABLE confirmations_confirmation ENABLE ALWAYS TRIGGER confirmation_only_what_happened;
"""

BACKWARD = """
DROP TRIGGER confirmation_only_what_happened ON confirmations_confirmation;
DROP TRIGGER confirmation_keep_rows ON confirmations_confirmation;
DROP TRIGGER confirmation_keep_table ON confirmations_confirmation;
DROP FUNCTION confirmations_only_what_happened();
DROP FUNCTION confirmations_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("confirmations", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
