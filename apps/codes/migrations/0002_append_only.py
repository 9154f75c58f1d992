"""A spent code is evidence: written once, never rewritten, never removed."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION codes_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: spent codes are append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER codes_spentcode_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON codes_spentcode
    FOR EACH STATEMENT EXECUTE FUNCTION codes_append_only();
ALTER TABLE codes_spentcode ENABLE ALWAYS TRIGGER codes_spentcode_keep;
"""

BACKWARD = """
DROP TRIGGER codes_spentcode_keep ON codes_spentcode;
DROP FUNCTION codes_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("codes", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
