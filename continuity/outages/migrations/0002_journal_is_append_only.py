from django.db import migrations

REFUSE = """
CREATE FUNCTION refuse_to_rewrite_the_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The journal is append-only: entry % cannot be changed.', OLD.id
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_is_append_only
  BEFORE UPDATE OR DELETE ON outages_journalentry
  FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_the_journal();
"""
ALLOW = """
DROP TRIGGER journal_is_append_only ON outages_journalentry;
DROP FUNCTION refuse_to_rewrite_the_journal();
"""


class Migration(migrations.Migration):
    dependencies = [("outages", "0001_outages_recoveries_journal")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
