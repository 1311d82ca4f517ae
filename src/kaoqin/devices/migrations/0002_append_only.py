from django.db import migrations

from kaoqin.core.append_only import append_only

# Of an upload only the counts change: how often it came, and what was made of it at the last reading.
GUARD = """
CREATE FUNCTION kaoqin_upload_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.device_id, NEW.kind, NEW.sha256, NEW.size_bytes, NEW.path, NEW.received_at)
            = (OLD.id, OLD.device_id, OLD.kind, OLD.sha256, OLD.size_bytes, OLD.path, OLD.received_at)
            AND NEW.body = OLD.body THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'uploads are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER devices_rawupload_guard BEFORE UPDATE OF body, device_id, kind, sha256, size_bytes, path, received_at
    OR DELETE ON devices_rawupload FOR EACH ROW EXECUTE FUNCTION kaoqin_upload_guard();
CREATE TRIGGER devices_rawupload_no_truncate BEFORE TRUNCATE ON devices_rawupload
    FOR EACH STATEMENT EXECUTE FUNCTION kaoqin_upload_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0001_initial")]
    operations = [
        append_only("devices_operation"),
        migrations.RunSQL(
            GUARD,
            """DROP TRIGGER devices_rawupload_guard ON devices_rawupload;
            DROP TRIGGER devices_rawupload_no_truncate ON devices_rawupload;
            DROP FUNCTION kaoqin_upload_guard();""",
        ),
    ]
