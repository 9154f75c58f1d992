"""Every captured or refunded amount is in exactly one batch, as the books have it (invariant I6).

That it is in no second one is the primary key of the lines. Lines are judged by the statement that adds them, all at
once: a day may have very many. The moves are written out here; a test keeps them the same as `states.py`.
"""

from django.db import migrations

MOVES = {"open": "closed"}

_PAIRS = ", ".join(f"('{origin}', '{target}')" for origin, to in MOVES.items() for target in to.split())

KEYS = """
ALTER TABLE settlement_batchline
    ADD CONSTRAINT batch_line_in_currency_of_journal
        FOREIGN KEY (journal_id, currency) REFERENCES ledger_journal (id, currency),
    ADD CONSTRAINT batch_line_in_currency_of_batch
        FOREIGN KEY (batch_id, currency) REFERENCES settlement_batch (id, currency);
"""

LINES = """
-- The share lock keeps the batch from being closed without what this statement adds. An entry with all the lines that it
-- declares cannot get more, so what is compared here stays true.
CREATE FUNCTION settlement_lines_are_booked() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    wrong uuid;
BEGIN
    PERFORM FROM settlement_batch WHERE id IN (SELECT batch_id FROM added) ORDER BY id FOR SHARE;
    SELECT line.journal_id INTO wrong
        FROM added line
        LEFT JOIN settlement_batch batch ON batch.id = line.batch_id
        LEFT JOIN ledger_journal journal ON journal.id = line.journal_id
        LEFT JOIN ledger_journal undone ON undone.id = journal.reverses_id
        LEFT JOIN transactions_payment sale ON sale.id = line.payment_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS written, coalesce(sum(posting.amount_minor) FILTER (WHERE posting.account IN
                ('merchant_payable:' || sale.merchant_id, 'fee_revenue', 'vat_payable')), 0) AS owed
            FROM ledger_posting posting WHERE posting.journal_id = line.journal_id
        ) AS booked
        WHERE NOT coalesce(
            batch.status = 'open' AND sale.merchant_id = batch.merchant_id AND NOT sale.is_training
            AND journal.business_date <= batch.business_date AND booked.written = journal.posting_count
            AND transactions_payment_of(coalesce(undone.subject, journal.subject)) = line.payment_id
            AND CASE coalesce(undone.kind, journal.kind)
                WHEN 'capture' THEN line.kind = 'captured' AND line.amount_minor = -booked.owed
                WHEN 'refund' THEN line.kind = 'refunded' AND line.amount_minor = booked.owed
                END, false)
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % is not what this line of a batch says, or the batch is not open for it', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_line_is_booked';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER settlement_lines_are_booked AFTER INSERT ON settlement_batchline
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION settlement_lines_are_booked();
"""

BATCHES = f"""
CREATE FUNCTION settlement_batch_moves() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'open' OR NEW.number <> 1 + coalesce((
            SELECT max(number) FROM settlement_batch earlier WHERE earlier.merchant_id = NEW.merchant_id
                AND earlier.currency = NEW.currency AND earlier.business_date = NEW.business_date), 0) THEN
            RAISE EXCEPTION 'a batch begins open, as the next one of its day' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.status, NEW.status) NOT IN ({_PAIRS}) THEN
        RAISE EXCEPTION 'batch %: % cannot become %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.merchant_id, NEW.currency, NEW.business_date, NEW.number, NEW.created_at) IS DISTINCT FROM
       (OLD.id, OLD.merchant_id, OLD.currency, OLD.business_date, OLD.number, OLD.created_at)
        OR OLD.status <> 'open' AND
       (NEW.captured_minor, NEW.refunded_minor, NEW.captured_count, NEW.refunded_count, NEW.closed_at)
        IS DISTINCT FROM
       (OLD.captured_minor, OLD.refunded_minor, OLD.captured_count, OLD.refunded_count, OLD.closed_at) THEN
        RAISE EXCEPTION 'batch %: its day and its sums cannot change', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settlement_batch_moves BEFORE INSERT OR UPDATE ON settlement_batch
    FOR EACH ROW EXECUTE FUNCTION settlement_batch_moves();

CREATE FUNCTION settlement_batch_adds_up() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    found record;
BEGIN
    -- A transaction that sees the past would not see lines that others have added meanwhile.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'batch %: a batch is closed by what is committed now', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_is_its_lines';
    END IF;
    SELECT (batch.captured_minor, batch.captured_count, batch.refunded_minor, batch.refunded_count)
            IS NOT DISTINCT FROM (lines.captured, lines.captures, lines.refunded, lines.refunds) AS fits,
            lines.captures + lines.refunds AS total
        INTO found
        FROM settlement_batch batch CROSS JOIN LATERAL (
            SELECT coalesce(sum(line.amount_minor) FILTER (WHERE line.kind = 'captured'), 0) AS captured,
                   coalesce(sum(line.amount_minor) FILTER (WHERE line.kind = 'refunded'), 0) AS refunded,
                   count(*) FILTER (WHERE line.kind = 'captured') AS captures,
                   count(*) FILTER (WHERE line.kind = 'refunded') AS refunds
            FROM settlement_batchline line WHERE line.batch_id = batch.id
        ) AS lines
        WHERE batch.id = NEW.id;
    IF NOT found.fits OR found.total = 0 THEN
        RAISE EXCEPTION 'batch %: its sums are not those of its % lines', NEW.id, found.total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'batch_is_its_lines';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER settlement_batch_adds_up AFTER UPDATE ON settlement_batch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status <> 'open' AND OLD.status = 'open')
    EXECUTE FUNCTION settlement_batch_adds_up();
"""  # noqa: S608  # our own words

KEPT = """
CREATE FUNCTION settlement_keep() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: batches are kept as they are', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER settlement_batch_keep BEFORE DELETE OR TRUNCATE ON settlement_batch
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_keep();
CREATE TRIGGER settlement_batchline_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement_batchline
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_keep();
"""

# What has no business day would be in no batch.
DATED = """
CREATE FUNCTION settlement_takings_are_dated() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.kind IN ('capture', 'refund')
        OR EXISTS (SELECT FROM ledger_journal WHERE id = NEW.reverses_id AND kind IN ('capture', 'refund')) THEN
        RAISE EXCEPTION 'journal %: what a merchant takes or gives back has a business day', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'takings_are_dated';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settlement_takings_are_dated BEFORE INSERT ON ledger_journal
    FOR EACH ROW WHEN (NEW.business_date IS NULL AND (NEW.kind IN ('capture', 'refund') OR NEW.reverses_id IS NOT NULL))
    EXECUTE FUNCTION settlement_takings_are_dated();
"""

TRIGGERS = {
    "settlement_batch": "batch_moves batch_adds_up batch_keep",
    "settlement_batchline": "lines_are_booked batchline_keep",
    "ledger_journal": "takings_are_dated",
}
_ALL = [(table, f"settlement_{name}") for table, names in TRIGGERS.items() for name in names.split()]
ALWAYS = "\n".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger};" for table, trigger in _ALL)

BACKWARD = (
    "\n".join(f"DROP TRIGGER {trigger} ON {table};" for table, trigger in _ALL)
    + """
DROP FUNCTION settlement_takings_are_dated();
DROP FUNCTION settlement_keep();
DROP FUNCTION settlement_batch_adds_up();
DROP FUNCTION settlement_batch_moves();
DROP FUNCTION settlement_lines_are_booked();
ALTER TABLE settlement_batchline
    DROP CONSTRAINT batch_line_in_currency_of_batch, DROP CONSTRAINT batch_line_in_currency_of_journal;
"""
)


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0001_batches"),
        ("ledger", "0002_guards"),
        ("transactions", "0005_sums_add_up"),
    ]
    operations = [migrations.RunSQL([KEYS, LINES, BATCHES, KEPT, DATED, ALWAYS], BACKWARD)]
