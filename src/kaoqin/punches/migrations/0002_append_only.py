from django.db import migrations

# A punch may be given its employee later, or another one; nothing else of it ever changes.
GUARD = """
CREATE FUNCTION kaoqin_punch_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'employee_id' = to_jsonb(OLD) - 'employee_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the punch ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER punches_punch_guard BEFORE UPDATE OR DELETE ON punches_punch
    FOR EACH ROW EXECUTE FUNCTION kaoqin_punch_guard();
CREATE TRIGGER punches_punch_no_truncate BEFORE TRUNCATE ON punches_punch
    FOR EACH STATEMENT EXECUTE FUNCTION kaoqin_punch_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("punches", "0001_initial")]
    operations = [
        migrations.RunSQL(
            GUARD,
            """DROP TRIGGER punches_punch_guard ON punches_punch;
            DROP TRIGGER punches_punch_no_truncate ON punches_punch;
            DROP FUNCTION kaoqin_punch_guard();""",
        )
    ]
