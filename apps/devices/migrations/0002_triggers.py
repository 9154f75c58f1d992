"""A device keeps its identity, never counts backwards, and never comes back from its end; what was used stays used."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION devices_device_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.customer_id, NEW.device_ref, NEW.public_key, NEW.certificate, NEW.enrolled_at) IS DISTINCT FROM
       (OLD.id, OLD.customer_id, OLD.device_ref, OLD.public_key, OLD.certificate, OLD.enrolled_at) THEN
        RAISE EXCEPTION 'the identity of device % cannot be rewritten', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.counter < OLD.counter THEN
        RAISE EXCEPTION 'the counter of device % cannot fall', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.pin_epoch NOT IN (OLD.pin_epoch, OLD.pin_epoch + 1) THEN
        RAISE EXCEPTION 'the PIN epoch of device % only grows by one', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    -- Locked is locked for ever: the device is enrolled anew.
    IF (OLD.pin_tries_left = 0 AND NEW.pin_tries_left <> 0)
        OR (OLD.pin_locked_at IS NOT NULL AND NEW.pin_locked_at IS DISTINCT FROM OLD.pin_locked_at) THEN
        RAISE EXCEPTION 'the PIN of device % stays locked', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('pending', 'active'), ('pending', 'suspended'), ('pending', 'revoked'),
        ('active', 'locked'), ('active', 'suspended'), ('active', 'revoked'),
        ('locked', 'active'), ('locked', 'suspended'), ('locked', 'revoked'),
        ('suspended', 'active'), ('suspended', 'revoked')
    ) THEN
        RAISE EXCEPTION 'device % cannot go from % to %', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- Nor may the reason be washed off first.
    IF OLD.status = 'suspended' AND OLD.status_reason IN ('cloned', 'lost_phone') AND NOT (
        NEW.status = 'revoked' OR (NEW.status = 'suspended' AND NEW.status_reason IN ('cloned', 'lost_phone'))
    ) THEN
        RAISE EXCEPTION 'device % was stopped for good (%)', OLD.id, OLD.status_reason
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER devices_device_stays BEFORE UPDATE ON devices_device
    FOR EACH ROW EXECUTE FUNCTION devices_device_stays();
ALTER TABLE devices_device ENABLE ALWAYS TRIGGER devices_device_stays;

CREATE FUNCTION devices_never_removed() RETURNS trigger LANGUAGE plpgsql AS $$
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
    RAISE EXCEPTION '% on % is refused: devices are kept as evidence', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER devices_device_keep_rows BEFORE DELETE ON devices_device
    FOR EACH ROW EXECUTE FUNCTION devices_never_removed();
CREATE TRIGGER devices_device_keep_table BEFORE TRUNCATE ON devices_device
    FOR EACH STATEMENT EXECUTE FUNCTION devices_never_removed();
ALTER TABLE devices_device ENABLE ALWAYS TRIGGER devices_device_keep_rows;
ALTER TABLE devices_device ENABLE ALWAYS TRIGGER devices_device_keep_table;

-- Each of these has one moment after which it is good for nothing: used, or ended.
CREATE FUNCTION devices_used_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moment text := TG_ARGV[0];
    may_change text[] := ARRAY[moment, 'expires_at', 'confirmed_until', 'failures', 'failed_at', 'revoked_at'];
    was jsonb := to_jsonb(OLD);
    becomes jsonb := to_jsonb(NEW);
BEGIN
    IF was - may_change IS DISTINCT FROM becomes - may_change THEN
        RAISE EXCEPTION 'what was issued in % cannot be rewritten', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF was -> moment <> 'null' AND was -> moment IS DISTINCT FROM becomes -> moment THEN
        RAISE EXCEPTION '% in % is once and for all', moment, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF (becomes ->> 'failures')::int < (was ->> 'failures')::int THEN
        RAISE EXCEPTION 'failures in % are not forgotten', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF was ->> 'revoked_at' IS NOT NULL AND was -> 'revoked_at' IS DISTINCT FROM becomes -> 'revoked_at' THEN
        RAISE EXCEPTION 'revocation in % is once and for all', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER devices_activation_used_once BEFORE UPDATE ON devices_activationcode
    FOR EACH ROW EXECUTE FUNCTION devices_used_once('used_at');
CREATE TRIGGER devices_challenge_used_once BEFORE UPDATE ON devices_challenge
    FOR EACH ROW EXECUTE FUNCTION devices_used_once('used_at');
CREATE TRIGGER devices_ticket_used_once BEFORE UPDATE ON devices_socketticket
    FOR EACH ROW EXECUTE FUNCTION devices_used_once('used_at');
CREATE TRIGGER devices_session_ended_once BEFORE UPDATE ON devices_session
    FOR EACH ROW EXECUTE FUNCTION devices_used_once('ended_at');
ALTER TABLE devices_activationcode ENABLE ALWAYS TRIGGER devices_activation_used_once;
ALTER TABLE devices_challenge ENABLE ALWAYS TRIGGER devices_challenge_used_once;
ALTER TABLE devices_socketticket ENABLE ALWAYS TRIGGER devices_ticket_used_once;
ALTER TABLE devices_session ENABLE ALWAYS TRIGGER devices_session_ended_once;
"""

BACKWARD = """
DROP TRIGGER devices_device_stays ON devices_device;
DROP TRIGGER devices_device_keep_rows ON devices_device;
DROP TRIGGER devices_device_keep_table ON devices_device;
DROP TRIGGER devices_activation_used_once ON devices_activationcode;
DROP TRIGGER devices_challenge_used_once ON devices_challenge;
DROP TRIGGER devices_ticket_used_once ON devices_socketticket;
DROP TRIGGER devices_session_ended_once ON devices_session;
DROP FUNCTION devices_device_stays();
DROP FUNCTION devices_never_removed();
DROP FUNCTION devices_used_once();
"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
