from django.db import migrations

from kaoqin.core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("security", "0001_initial")]
    operations = [append_only("security_auditentry"), append_only("security_accessrecord")]
