"""An assessment is evidence of why a payment went through: written once, never rewritten."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION fraud_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: assessments are append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER fraud_assessment_keep_rows BEFORE UPDATE OR DELETE ON fraud_assessment
    FOR EACH ROW EXECUTE FUNCTION fraud_append_only();
ALTER TABLE fraud_assessment ENABLE ALWAYS TRIGGER fraud_assessment_keep_rows;
"""

BACKWARD = """
DROP TRIGGER fraud_assessment_keep_rows ON fraud_assessment;
DROP FUNCTION fraud_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("fraud", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
