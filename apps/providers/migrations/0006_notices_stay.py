"""What a provider told us stays as it came."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER provider_notice_keep_rows BEFORE UPDATE OR DELETE ON providers_providernotice
    FOR EACH ROW EXECUTE FUNCTION provider_calls_append_only();
CREATE TRIGGER provider_notice_keep_table BEFORE TRUNCATE ON providers_providernotice
    FOR EACH STATEMENT EXECUTE FUNCTION provider_calls_append_only();
ALTER TABLE providers_providernotice ENABLE ALWAYS TRIGGER provider_notice_keep_rows;
ALTER TABLE providers_providernotice ENABLE ALWAYS TRIGGER provider_notice_keep_table;
"""

BACKWARD = """
DROP TRIGGER provider_notice_keep_rows ON providers_providernotice;
DROP TRIGGER provider_notice_keep_table ON providers_providernotice;
"""


class Migration(migrations.Migration):
    dependencies = [("providers", "0005_notices_and_links")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
