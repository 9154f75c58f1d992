"""Nobody is told of money that came back unless the payment, and that refund of it, say so."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION confirmations_only_what_happened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Nobody is told "paid" or "given back" about what is not in the books, nor about somebody else's payment.
    IF NOT EXISTS (
        SELECT 1 FROM transactions_payment payment
        WHERE payment.id = NEW.payment_id AND payment.customer_id = NEW.customer_id
          AND (NEW.kind <> 'captured' OR payment.captured_minor > 0)
          AND (NEW.kind <> 'refunded' OR payment.refunded_minor > 0)
    ) OR (NEW.refund_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM transactions_refund refund
        WHERE refund.id = NEW.refund_id AND refund.payment_id = NEW.payment_id
    )) THEN
        RAISE EXCEPTION 'payment % is not what confirmation % tells', NEW.payment_id, NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION confirmations_only_what_happened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
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
"""


class Migration(migrations.Migration):
    dependencies = [("confirmations", "0003_refunds_and_consents")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
