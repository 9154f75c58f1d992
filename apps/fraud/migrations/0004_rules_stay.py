"""Nobody rewrites what a rule says or skips the second person, and every change of rules or lists is a new edition.

The moves are written out here; a test keeps them the same as `states.py`.
"""

from django.db import migrations

RULES = """
CREATE FUNCTION fraud_rule_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    moves CONSTANT jsonb := '{"draft": ["awaiting_approval", "retired"], "awaiting_approval": ["shadow", "retired"], "shadow": ["live", "retired"], "live": ["retired"], "retired": []}';
    called text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- A rule that is born live has been seen by one pair of eyes only.
        IF NEW.status <> 'draft' OR NEW.checker <> '' OR NEW.approval_id IS NOT NULL OR NEW.live_approval_id IS NOT NULL THEN
            RAISE EXCEPTION 'a rule is drafted before anything else' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'rules are never removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.name, NEW.version, NEW.condition, NEW.score, NEW.verdict, NEW.reason, NEW.merchant_id, NEW.maker, NEW.made_at)
        IS DISTINCT FROM
       (OLD.id, OLD.name, OLD.version, OLD.condition, OLD.score, OLD.verdict, OLD.reason, OLD.merchant_id, OLD.maker, OLD.made_at) THEN
        RAISE EXCEPTION 'rule % version % stays what it says: a change is a new version', OLD.name, OLD.version
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> 'draft' AND NEW.approval_id IS DISTINCT FROM OLD.approval_id
        OR OLD.status IN ('shadow', 'live') AND NEW.checker IS DISTINCT FROM OLD.checker
        OR OLD.status = 'live' AND NEW.live_approval_id IS DISTINCT FROM OLD.live_approval_id
        OR OLD.status = 'retired' AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'rule % version % keeps who approved it', OLD.name, OLD.version
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = OLD.status THEN
        RETURN NEW;
    END IF;
    IF NOT moves -> OLD.status ? NEW.status THEN
        RAISE EXCEPTION 'a rule cannot become % from %', NEW.status, OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    called := 'fraud_rule:' || NEW.name || ':' || NEW.version;
    -- The content cannot have changed since, so what was allowed is what is tried.
    IF NEW.status = 'shadow' AND NOT EXISTS (
        SELECT FROM approvals_approval asked
        WHERE asked.id = NEW.approval_id AND asked.action = 'fraud_rule' AND asked.subject = called
          AND asked.status = 'approved' AND asked.maker = NEW.maker AND asked.checker = NEW.checker
    ) THEN
        RAISE EXCEPTION 'rule % version % was not approved', NEW.name, NEW.version USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'live' AND (NOT EXISTS (
        SELECT FROM approvals_approval asked
        WHERE asked.id = NEW.live_approval_id AND asked.action = 'fraud_rule_live' AND asked.subject = called
          AND asked.status = 'approved'
    ) OR NOT EXISTS (
        SELECT FROM fraud_backtest tried WHERE tried.rule_id = NEW.id AND tried.ended_at IS NOT NULL
    )) THEN
        RAISE EXCEPTION 'rule % version % may not go live: it was not back-tested, or not approved', NEW.name, NEW.version
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fraud_rule_stays BEFORE INSERT OR UPDATE OR DELETE ON fraud_rule
    FOR EACH ROW EXECUTE FUNCTION fraud_rule_stays();
ALTER TABLE fraud_rule ENABLE ALWAYS TRIGGER fraud_rule_stays;
"""

EDITIONS = """
CREATE FUNCTION fraud_renew_edition() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO fraud_rulebook (id, edition) VALUES (1, gen_random_uuid())
        ON CONFLICT (id) DO UPDATE SET edition = excluded.edition;
    RETURN NULL;
END $$;
CREATE TRIGGER fraud_rule_renews_edition AFTER INSERT OR UPDATE OR DELETE ON fraud_rule
    FOR EACH STATEMENT EXECUTE FUNCTION fraud_renew_edition();
ALTER TABLE fraud_rule ENABLE ALWAYS TRIGGER fraud_rule_renews_edition;
CREATE TRIGGER fraud_listing_renews_edition AFTER INSERT OR UPDATE OR DELETE ON fraud_listing
    FOR EACH STATEMENT EXECUTE FUNCTION fraud_renew_edition();
ALTER TABLE fraud_listing ENABLE ALWAYS TRIGGER fraud_listing_renews_edition;
"""

LISTS = """
CREATE FUNCTION fraud_listing_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'entries of the lists are ended, not removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.ended_at IS NOT NULL
        OR (NEW.id, NEW.kind, NEW.subject_id, NEW.is_block, NEW.reason, NEW.until, NEW.maker, NEW.at)
            IS DISTINCT FROM
           (OLD.id, OLD.kind, OLD.subject_id, OLD.is_block, OLD.reason, OLD.until, OLD.maker, OLD.at) THEN
        RAISE EXCEPTION 'entry % of the lists stays as it is; it is ended once', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fraud_listing_stays BEFORE UPDATE OR DELETE ON fraud_listing
    FOR EACH ROW EXECUTE FUNCTION fraud_listing_stays();
ALTER TABLE fraud_listing ENABLE ALWAYS TRIGGER fraud_listing_stays;

CREATE FUNCTION fraud_back_test_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.ended_at IS NOT NULL THEN
            RAISE EXCEPTION 'a back-test is run before it has ended' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
        OR (NEW.id, NEW.rule_id, NEW.since, NEW.until, NEW.settled_days, NEW.thresholds, NEW.maker, NEW.at)
            IS DISTINCT FROM
           (OLD.id, OLD.rule_id, OLD.since, OLD.until, OLD.settled_days, OLD.thresholds, OLD.maker, OLD.at) THEN
        RAISE EXCEPTION 'back-test % stays what it was asked, and its result too', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fraud_back_test_stays BEFORE INSERT OR UPDATE OR DELETE ON fraud_backtest
    FOR EACH ROW EXECUTE FUNCTION fraud_back_test_stays();
ALTER TABLE fraud_backtest ENABLE ALWAYS TRIGGER fraud_back_test_stays;
"""

ONCE = """
CREATE FUNCTION fraud_written_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: it is written once', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER fraud_refunded_keep_rows BEFORE UPDATE OR DELETE ON fraud_refunded
    FOR EACH ROW EXECUTE FUNCTION fraud_written_once();
ALTER TABLE fraud_refunded ENABLE ALWAYS TRIGGER fraud_refunded_keep_rows;
CREATE TRIGGER fraud_outcome_keep_rows BEFORE UPDATE OR DELETE ON fraud_assessmentoutcome
    FOR EACH ROW EXECUTE FUNCTION fraud_written_once();
ALTER TABLE fraud_assessmentoutcome ENABLE ALWAYS TRIGGER fraud_outcome_keep_rows;
"""

# What was judged before there were rules gets its narrow columns from the facts that it kept.
OLDER = """
ALTER TABLE fraud_assessment DISABLE TRIGGER fraud_assessment_keep_rows;
UPDATE fraud_assessment judged SET
    customer_id = (facts ->> 'customer')::uuid,
    device_id = (facts ->> 'device')::uuid,
    instrument_id = (facts ->> 'instrument')::uuid,
    merchant_id = (facts ->> 'merchant')::uuid,
    store_id = (facts ->> 'store')::uuid,
    cashier = left(coalesce(facts ->> 'cashier', ''), 64),
    amount_minor = (facts -> 'amount' ->> 'amount')::bigint,
    currency = coalesce(facts -> 'amount' ->> 'currency', ''),
    is_again = EXISTS (
        SELECT FROM fraud_assessment earlier WHERE earlier.payment_id = judged.payment_id AND earlier.id < judged.id
    )
WHERE customer_id IS NULL;
ALTER TABLE fraud_assessment ENABLE ALWAYS TRIGGER fraud_assessment_keep_rows;
"""

BACKWARD = """
DROP TRIGGER fraud_outcome_keep_rows ON fraud_assessmentoutcome;
DROP TRIGGER fraud_refunded_keep_rows ON fraud_refunded;
DROP FUNCTION fraud_written_once();
DROP TRIGGER fraud_back_test_stays ON fraud_backtest;
DROP FUNCTION fraud_back_test_stays();
DROP TRIGGER fraud_listing_stays ON fraud_listing;
DROP FUNCTION fraud_listing_stays();
DROP TRIGGER fraud_listing_renews_edition ON fraud_listing;
DROP TRIGGER fraud_rule_renews_edition ON fraud_rule;
DROP FUNCTION fraud_renew_edition();
DROP TRIGGER fraud_rule_stays ON fraud_rule;
DROP FUNCTION fraud_rule_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("fraud", "0003_rules"), ("approvals", "0002_triggers")]
    operations = [migrations.RunSQL(RULES + EDITIONS + LISTS + ONCE + OLDER, BACKWARD)]
