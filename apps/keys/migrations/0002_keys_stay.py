from django.db import migrations

# What was published stays as it is: a kid that came back, or a receipt key that vanished, could not be explained to
# anyone who kept a code or a receipt. Only the sealing of the private half may change, under a newer KEK.
FORWARD = """
CREATE FUNCTION keys_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'keys are never removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF to_jsonb(NEW) - '{kek_id,nonce,wrapped_private_key}'::text[]
        IS DISTINCT FROM to_jsonb(OLD) - '{kek_id,nonce,wrapped_private_key}'::text[] THEN
        RAISE EXCEPTION 'only the sealing of a key may change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER code_key_stays BEFORE UPDATE OR DELETE ON keys_codekey FOR EACH ROW EXECUTE FUNCTION keys_stay();
CREATE TRIGGER signing_key_stays BEFORE UPDATE OR DELETE ON keys_signingkey FOR EACH ROW EXECUTE FUNCTION keys_stay();
"""

BACKWARD = """
DROP TRIGGER code_key_stays ON keys_codekey;
DROP TRIGGER signing_key_stays ON keys_signingkey;
DROP FUNCTION keys_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("keys", "0001_keys")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
