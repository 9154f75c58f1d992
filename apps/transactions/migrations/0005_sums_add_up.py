"""A payment's sums are what its operations, its refunds and the books say, at every commit (invariants I2 to I5).

Every check reads the rows again and compares within one statement: a deferred trigger sees the row as its own event
left it, and two statements would see two states. The search path is fixed in every function that reads a table.
Notes are found by the moment at which they are due, which has an index: the moment of the operation or the capture.
No table is read from end to end, whatever the planner believed when it was small: plans are kept for long.
"""

from django.db import migrations

REFUND_MOVES = {
    "awaiting_approval": "queued failed",
    "queued": "sent unknown succeeded failed",
    "sent": "unknown succeeded failed",
    "unknown": "succeeded failed",
}
FIRST_REFUND = "awaiting_approval queued"

_PAIRS = ", ".join(f"('{origin}', '{target}')" for origin, to in REFUND_MOVES.items() for target in to.split())
_FIRST = ", ".join(f"'{status}'" for status in FIRST_REFUND.split())

# The id that doors show and journals carry, as apps/kernel/ids.py writes it: 26 digits of five bits.
NAMES = """
CREATE FUNCTION transactions_public_id(payment uuid) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    bits CONSTANT bit(130) := (B'00' || ('x' || replace(payment::text, '-', ''))::bit(128))::bit(130);
    digits text := '';
BEGIN
    FOR place IN 0..25 LOOP
        digits := digits
            || substr('0123456789abcdefghjkmnpqrstvwxyz', substring(bits FROM 5 * place + 1 FOR 5)::int + 1, 1);
    END LOOP;
    RETURN 'pay_' || digits;
END $$;

CREATE FUNCTION transactions_payment_of(subject text) RETURNS uuid LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    bits bit varying := B'';
BEGIN
    IF subject !~ '^pay_[0-7][0-9a-hjkmnp-tv-z]{25}$' THEN
        RETURN NULL;
    END IF;
    FOR place IN 5..30 LOOP
        bits := bits || (strpos('0123456789abcdefghjkmnpqrstvwxyz', substr(subject, place, 1)) - 1)::bit(5);
    END LOOP;
    RETURN (lpad(to_hex(substring(bits FROM 3 FOR 64)::bit(64)::bigint), 16, '0')
        || lpad(to_hex(substring(bits FROM 67 FOR 64)::bit(64)::bigint), 16, '0'))::uuid;
END $$;
"""

CAPTURES = """
CREATE FUNCTION transactions_captures_are_asked(payment uuid) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    said bigint;
    asked numeric;
BEGIN
    SELECT sale.captured_minor, coalesce((
        SELECT sum(CASE WHEN operation.currency = sale.currency THEN operation.amount_minor ELSE 'Infinity'::numeric END)
        FROM transactions_operation operation
        WHERE operation.payment_id = sale.id AND operation.verb = 'capture'
    ), 0) INTO said, asked FROM transactions_payment sale WHERE sale.id = payment;
    IF NOT FOUND OR said <> asked THEN
        RAISE EXCEPTION 'payment %: % is captured, and % is asked of providers', payment, said, asked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_captured_is_asked';
    END IF;
END $$;

-- `what` is capture or refund. The provider owes as much more, or less, and the merchant with its fees is owed it.
CREATE FUNCTION transactions_is_booked(payment uuid, what text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    named CONSTANT text := transactions_public_id(payment);
    sign CONSTANT int := CASE what WHEN 'capture' THEN 1 ELSE -1 END;
    said bigint;
    receivable numeric;
    payable numeric;
BEGIN
    SELECT CASE WHEN sale.is_training THEN 0 WHEN what = 'capture' THEN sale.captured_minor ELSE sale.refunded_minor END,
           sign * coalesce(booked.receivable, 0), sign * coalesce(booked.payable, 0)
        INTO said, receivable, payable
        FROM transactions_payment sale CROSS JOIN LATERAL (
            SELECT sum(CASE WHEN posting.currency = sale.currency THEN posting.amount_minor ELSE 'Infinity'::numeric END)
                       FILTER (WHERE posting.account LIKE 'provider_receivable:%') AS receivable,
                   -sum(posting.amount_minor) FILTER (WHERE posting.account IN
                       ('merchant_payable:' || sale.merchant_id, 'fee_revenue', 'vat_payable')) AS payable
            FROM ledger_journal journal JOIN ledger_posting posting ON posting.journal_id = journal.id
            WHERE journal.subject = named AND journal.kind = what
              AND NOT EXISTS (SELECT FROM ledger_journal mirror WHERE mirror.reverses_id = journal.id)
        ) AS booked
        WHERE sale.id = payment;
    IF NOT FOUND OR said <> receivable OR said <> payable THEN
        RAISE EXCEPTION 'payment %: % of % is to be in the books, which say % and %',
            payment, said, what, receivable, payable
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_is_in_the_books';
    END IF;
END $$;

CREATE FUNCTION transactions_capture_is_told() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    PERFORM transactions_captures_are_asked(NEW.id);
    PERFORM transactions_is_booked(NEW.id, 'capture');
    -- The row as this event left it is what is wanted here: each growth has its own entry and its own note.
    IF NOT EXISTS (
        SELECT FROM transactions_paymentevent event JOIN outbox_message note
            ON note.due_at = NEW.captured_at AND note.done_at IS NULL AND note.arguments ->> 'event_id' = event.id::text
        WHERE event.payment_id = NEW.id AND event.version = NEW.version AND event.kind = 'payment.captured'
          AND event.facts ->> 'amount' = (NEW.captured_minor - OLD.captured_minor)::text
    ) THEN
        RAISE EXCEPTION 'payment %: nobody is told of the capture at version %', NEW.id, NEW.version
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_capture_is_told';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transactions_capture_is_told AFTER UPDATE ON transactions_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.captured_minor <> OLD.captured_minor)
    EXECUTE FUNCTION transactions_capture_is_told();

CREATE FUNCTION transactions_hold_is_proven() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM transactions_operation operation JOIN transactions_payment sale ON sale.id = operation.payment_id
        WHERE sale.id = NEW.id AND operation.verb = 'authorise' AND operation.status = 'succeeded'
          AND operation.currency = sale.currency AND operation.amount_minor >= sale.authorised_minor
    ) THEN
        RAISE EXCEPTION 'payment %: no provider has said yes', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_authorised_is_proven';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transactions_hold_is_proven AFTER UPDATE ON transactions_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.authorised_minor <> OLD.authorised_minor)
    EXECUTE FUNCTION transactions_hold_is_proven();
"""

REFUNDS = """
-- What is reserved is what live refunds have still to give back; what is given back is what providers have accepted.
CREATE FUNCTION transactions_refunds_add_up(payment uuid) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    found record;
BEGIN
    SELECT sale.captured_minor, sale.refund_reserved_minor, sale.refunded_minor, refunds.reserved, refunds.fit,
           coalesce(asked.ended, 0) AS ended, coalesce(asked.accepted, 0) AS accepted, coalesce(asked.total, 0) AS total
        INTO found
        FROM transactions_payment sale CROSS JOIN LATERAL (
            SELECT coalesce(sum(refund.amount_minor) FILTER (WHERE refund.status IN
                       ('awaiting_approval', 'queued', 'sent', 'unknown')), 0) AS reserved,
                   coalesce(bool_and(refund.currency = sale.currency AND CASE refund.status
                       WHEN 'awaiting_approval' THEN parts.total = 0
                       WHEN 'succeeded' THEN parts.accepted = refund.amount_minor AND parts.total = refund.amount_minor
                       WHEN 'failed' THEN parts.open = 0 AND parts.total IN (0, refund.amount_minor)
                       ELSE parts.open > 0 AND parts.total = refund.amount_minor END), true) AS fit
            FROM transactions_refund refund CROSS JOIN LATERAL (
                SELECT coalesce(sum(part.amount_minor), 0) AS total,
                       coalesce(sum(part.amount_minor) FILTER (WHERE part.status = 'succeeded'), 0) AS accepted,
                       count(*) FILTER (WHERE part.status IN ('queued', 'sent', 'unknown')) AS open
                FROM transactions_operation part
                WHERE part.payment_id = refund.payment_id AND part.refund_id = refund.id
            ) AS parts
            WHERE refund.payment_id = sale.id
        ) AS refunds CROSS JOIN LATERAL (
            SELECT sum(operation.amount_minor) FILTER (WHERE operation.status IN ('succeeded', 'failed', 'withdrawn')
                       AND refund.status IN ('queued', 'sent', 'unknown')) AS ended,
                   sum(operation.amount_minor) FILTER (WHERE operation.status = 'succeeded') AS accepted,
                   sum(CASE WHEN operation.currency = sale.currency AND refund.payment_id = sale.id
                       THEN operation.amount_minor ELSE 'Infinity'::numeric END)
                       FILTER (WHERE operation.status NOT IN ('failed', 'withdrawn')) AS total
            FROM transactions_operation operation
            LEFT JOIN transactions_refund refund ON refund.id = operation.refund_id
            WHERE operation.payment_id = sale.id AND operation.verb = 'refund'
        ) AS asked
        WHERE sale.id = payment;
    IF found.total > found.captured_minor OR NOT found.fit THEN
        RAISE EXCEPTION 'payment %: refunds of % are asked of providers, of % captured, or not as promised',
            payment, found.total, found.captured_minor
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_refunds_within_captured';
    END IF;
    IF found.refund_reserved_minor <> found.reserved - found.ended OR found.refunded_minor <> found.accepted THEN
        RAISE EXCEPTION 'payment %: % is reserved for refunds and % given back, which are % and %', payment,
            found.refund_reserved_minor, found.refunded_minor, found.reserved - found.ended, found.accepted
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_refunds_add_up';
    END IF;
END $$;

CREATE FUNCTION transactions_refunds_of_payment() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    PERFORM transactions_refunds_add_up(NEW.id);
    IF NEW.refunded_minor <> OLD.refunded_minor THEN
        PERFORM transactions_is_booked(NEW.id, 'refund');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transactions_payment_refunds AFTER UPDATE ON transactions_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.refunded_minor <> OLD.refunded_minor OR NEW.refund_reserved_minor <> OLD.refund_reserved_minor)
    EXECUTE FUNCTION transactions_refunds_of_payment();

CREATE FUNCTION transactions_refund_adds_up() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    PERFORM transactions_refunds_add_up(NEW.payment_id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transactions_refund_begins AFTER INSERT ON transactions_refund
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION transactions_refund_adds_up();
CREATE CONSTRAINT TRIGGER transactions_refund_moves_on AFTER UPDATE ON transactions_refund
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status <> OLD.status)
    EXECUTE FUNCTION transactions_refund_adds_up();
CREATE CONSTRAINT TRIGGER transactions_refund_part_moves_on AFTER UPDATE ON transactions_operation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.verb = 'refund' AND NEW.status <> OLD.status)
    EXECUTE FUNCTION transactions_refund_adds_up();
"""

REFUNDS_MOVE = f"""
CREATE FUNCTION transactions_refund_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status NOT IN ({_FIRST}) THEN
            RAISE EXCEPTION 'a refund does not begin as %', NEW.status USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({_PAIRS}) THEN
        RAISE EXCEPTION 'refund %: % cannot become %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.payment_id, NEW.till_id, NEW.amount_minor, NEW.currency, NEW.reason, NEW.cashier, NEW.lines,
        NEW.asked_by, NEW.approval_id, NEW.created_at)
        IS DISTINCT FROM
       (OLD.id, OLD.payment_id, OLD.till_id, OLD.amount_minor, OLD.currency, OLD.reason, OLD.cashier, OLD.lines,
        OLD.asked_by, OLD.approval_id, OLD.created_at) THEN
        RAISE EXCEPTION 'refund %: what was promised cannot change', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transactions_refund_moves BEFORE INSERT OR UPDATE ON transactions_refund
    FOR EACH ROW EXECUTE FUNCTION transactions_refund_moves();
"""

# The other way round: nothing is asked of a provider, and nothing is booked, that no payment says.
OTHER_WAY = """
CREATE FUNCTION transactions_what_is_asked_is_said() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF NEW.verb = 'capture' THEN
        PERFORM transactions_captures_are_asked(NEW.payment_id);
    ELSE
        PERFORM transactions_refunds_add_up(NEW.payment_id);
    END IF;
    IF NOT EXISTS (
        SELECT FROM outbox_message note
        WHERE note.due_at = NEW.created_at AND note.done_at IS NULL AND note.topic = 'transactions.carry_out'
          AND note.arguments ->> 'operation_id' = NEW.id::text
    ) THEN
        RAISE EXCEPTION 'operation %: nobody is to carry it out', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'operation_is_carried_out';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transactions_what_is_asked_is_said AFTER INSERT ON transactions_operation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.verb IN ('capture', 'refund'))
    EXECUTE FUNCTION transactions_what_is_asked_is_said();

CREATE FUNCTION transactions_what_is_booked_is_said() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    booked ledger_journal := NEW;
BEGIN
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO booked FROM ledger_journal WHERE id = NEW.reverses_id;
    END IF;
    IF booked.kind NOT IN ('capture', 'refund') THEN
        RETURN NULL;
    END IF;
    PERFORM transactions_is_booked(transactions_payment_of(booked.subject), booked.kind);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transactions_what_is_booked_is_said AFTER INSERT ON ledger_journal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.kind IN ('capture', 'refund') OR NEW.reverses_id IS NOT NULL)
    EXECUTE FUNCTION transactions_what_is_booked_is_said();
"""

# Never true, so each is a condition, and its function only says so.
NEVER = """
CREATE FUNCTION transactions_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER transactions_payment_begins_empty BEFORE INSERT ON transactions_payment
    FOR EACH ROW WHEN (NEW.authorised_minor <> 0 OR NEW.captured_minor <> 0 OR NEW.released_minor <> 0
        OR NEW.refunded_minor <> 0 OR NEW.refund_reserved_minor <> 0 OR NEW.lost_minor <> 0)
    EXECUTE FUNCTION transactions_never('a payment begins without sums');
CREATE TRIGGER transactions_operation_is_kept BEFORE UPDATE ON transactions_operation
    FOR EACH ROW WHEN (NEW.verb = 'capture' AND NEW.status = 'withdrawn' OR NEW.refund_id IS DISTINCT FROM OLD.refund_id)
    EXECUTE FUNCTION transactions_never('an accepted capture is carried out, and a part stays with its refund');
CREATE TRIGGER transactions_attempt_stays BEFORE UPDATE ON transactions_attempt
    FOR EACH ROW WHEN ((NEW.id, NEW.payment_id, NEW.number, NEW.instrument_id, NEW.provider_account_id,
            NEW.assessment_id, NEW.created_at) IS DISTINCT FROM
        (OLD.id, OLD.payment_id, OLD.number, OLD.instrument_id, OLD.provider_account_id,
            OLD.assessment_id, OLD.created_at)
        OR (OLD.hold_reference <> '' AND NEW.hold_reference <> OLD.hold_reference))
    EXECUTE FUNCTION transactions_never('what was tried, and the hold that it got, cannot change');
CREATE TRIGGER transactions_refund_keep BEFORE DELETE OR TRUNCATE ON transactions_refund
    FOR EACH STATEMENT EXECUTE FUNCTION transactions_keep();
CREATE TRIGGER transactions_dayclose_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON transactions_dayclose
    FOR EACH STATEMENT EXECUTE FUNCTION transactions_keep();
CREATE TRIGGER transactions_return_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON transactions_return
    FOR EACH STATEMENT EXECUTE FUNCTION transactions_keep();
"""

TRIGGERS = {
    "transactions_payment": "capture_is_told hold_is_proven payment_refunds payment_begins_empty",
    "transactions_refund": "refund_begins refund_moves_on refund_moves refund_keep",
    "transactions_operation": "refund_part_moves_on what_is_asked_is_said operation_is_kept",
    "ledger_journal": "what_is_booked_is_said",
    "transactions_attempt": "attempt_stays",
    "transactions_dayclose": "dayclose_keep",
    "transactions_return": "return_keep",
}
_ALL = [(table, f"transactions_{name}") for table, names in TRIGGERS.items() for name in names.split()]
ALWAYS = "\n".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger};" for table, trigger in _ALL)

BACKWARD = (
    "\n".join(f"DROP TRIGGER {trigger} ON {table};" for table, trigger in _ALL)
    + """
DROP FUNCTION transactions_never();
DROP FUNCTION transactions_what_is_booked_is_said();
DROP FUNCTION transactions_what_is_asked_is_said();
DROP FUNCTION transactions_refund_moves();
DROP FUNCTION transactions_refund_adds_up();
DROP FUNCTION transactions_refunds_of_payment();
DROP FUNCTION transactions_refunds_add_up(uuid);
DROP FUNCTION transactions_hold_is_proven();
DROP FUNCTION transactions_capture_is_told();
DROP FUNCTION transactions_is_booked(uuid, text);
DROP FUNCTION transactions_captures_are_asked(uuid);
DROP FUNCTION transactions_payment_of(text);
DROP FUNCTION transactions_public_id(uuid);
"""
)


class Migration(migrations.Migration):
    dependencies = [
        ("transactions", "0004_nothing_is_forgotten"),
        ("ledger", "0002_guards"),
        ("outbox", "0002_triggers"),
    ]
    operations = [
        migrations.RunSQL([NAMES, CAPTURES, REFUNDS, REFUNDS_MOVE, OTHER_WAY, NEVER, ALWAYS], BACKWARD),
    ]
