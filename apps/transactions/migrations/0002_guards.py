"""What is never false about a payment, kept by PostgreSQL itself (invariants I2 and I3).

The moves are written out here, because a migration must not change when the code does. A test keeps them the same as
`states.py`.
"""

from django.db import migrations

MOVES = {
    "payment": {
        "in_review": "authorising declined cancelled",
        "action_required": "authorising declined cancelled",
        "authorising": "authorised declined unknown reversing cancelled",
        "unknown": "authorised declined reversing",
        "authorised": "captured reversing expired",
        "reversing": "cancelled",
    },
    "operation": {
        "queued": "sent withdrawn",
        "sent": "succeeded failed unknown",
        "unknown": "succeeded failed",
    },
}
FIRST = {"payment": "declined in_review action_required authorising", "operation": "queued"}


def _pairs(of: str) -> str:
    moves = [f"('{origin}', '{target}')" for origin, targets in MOVES[of].items() for target in targets.split()]
    return ", ".join(moves)


def _first(of: str) -> str:
    return ", ".join(f"'{status}'" for status in FIRST[of].split())


FORWARD = f"""
CREATE FUNCTION transactions_payment_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status NOT IN ({_first("payment")}) THEN
            RAISE EXCEPTION 'a payment does not begin as %', NEW.status USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({_pairs("payment")}) THEN
        RAISE EXCEPTION 'payment %: % cannot become %', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.merchant_id, NEW.till_id, NEW.mode, NEW.is_training, NEW.customer_id, NEW.device_id, NEW.currency,
        NEW.amount_minor, NEW.tip_minor, NEW.reference, NEW.business_date, NEW.lines, NEW.created_at)
        IS DISTINCT FROM
       (OLD.id, OLD.merchant_id, OLD.till_id, OLD.mode, OLD.is_training, OLD.customer_id, OLD.device_id, OLD.currency,
        OLD.amount_minor, OLD.tip_minor, OLD.reference, OLD.business_date, OLD.lines, OLD.created_at) THEN
        RAISE EXCEPTION 'payment %: what was agreed cannot change', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.authorised_minor < OLD.authorised_minor OR NEW.captured_minor < OLD.captured_minor
        OR NEW.released_minor < OLD.released_minor OR NEW.refunded_minor < OLD.refunded_minor
        OR NEW.lost_minor < OLD.lost_minor OR NEW.version < OLD.version THEN
        RAISE EXCEPTION 'payment %: sums and versions only grow', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transactions_payment_moves BEFORE INSERT OR UPDATE ON transactions_payment
    FOR EACH ROW EXECUTE FUNCTION transactions_payment_moves();

CREATE FUNCTION transactions_operation_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status NOT IN ({_first("operation")}) THEN
            RAISE EXCEPTION 'an operation does not begin as %', NEW.status USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({_pairs("operation")}) THEN
        RAISE EXCEPTION 'operation %: % cannot become %', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.payment_id, NEW.attempt_id, NEW.verb, NEW.reference, NEW.amount_minor, NEW.currency, NEW.is_final,
        NEW.target, NEW.hold_expires_at, NEW.created_at)
        IS DISTINCT FROM
       (OLD.id, OLD.payment_id, OLD.attempt_id, OLD.verb, OLD.reference, OLD.amount_minor, OLD.currency, OLD.is_final,
        OLD.target, OLD.hold_expires_at, OLD.created_at)
        OR (OLD.provider_reference <> '' AND NEW.provider_reference <> OLD.provider_reference) THEN
        RAISE EXCEPTION 'operation %: what was asked cannot change', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transactions_operation_moves BEFORE INSERT OR UPDATE ON transactions_operation
    FOR EACH ROW EXECUTE FUNCTION transactions_operation_moves();

CREATE FUNCTION transactions_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the history of payments is kept', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER transactions_payment_keep BEFORE DELETE OR TRUNCATE ON transactions_payment
    FOR EACH STATEMENT EXECUTE FUNCTION transactions_keep();
CREATE TRIGGER transactions_attempt_keep BEFORE DELETE OR TRUNCATE ON transactions_attempt
    FOR EACH STATEMENT EXECUTE FUNCTION transactions_keep();
CREATE TRIGGER transactions_operation_keep BEFORE DELETE OR TRUNCATE ON transactions_operation
    FOR EACH STATEMENT EXECUTE FUNCTION transactions_keep();
CREATE TRIGGER transactions_paymentevent_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON transactions_paymentevent
    FOR EACH STATEMENT EXECUTE FUNCTION transactions_keep();

ALTER TABLE transactions_payment ENABLE ALWAYS TRIGGER transactions_payment_moves;
ALTER TABLE transactions_payment ENABLE ALWAYS TRIGGER transactions_payment_keep;
ALTER TABLE transactions_attempt ENABLE ALWAYS TRIGGER transactions_attempt_keep;
ALTER TABLE transactions_operation ENABLE ALWAYS TRIGGER transactions_operation_moves;
ALTER TABLE transactions_operation ENABLE ALWAYS TRIGGER transactions_operation_keep;
ALTER TABLE transactions_paymentevent ENABLE ALWAYS TRIGGER transactions_paymentevent_keep;
"""

BACKWARD = """
DROP TRIGGER transactions_paymentevent_keep ON transactions_paymentevent;
DROP TRIGGER transactions_operation_keep ON transactions_operation;
DROP TRIGGER transactions_attempt_keep ON transactions_attempt;
DROP TRIGGER transactions_payment_keep ON transactions_payment;
DROP FUNCTION transactions_keep();
DROP TRIGGER transactions_operation_moves ON transactions_operation;
DROP FUNCTION transactions_operation_moves();
DROP TRIGGER transactions_payment_moves ON transactions_payment;
DROP FUNCTION transactions_payment_moves();
"""


class Migration(migrations.Migration):
    dependencies = [("transactions", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
