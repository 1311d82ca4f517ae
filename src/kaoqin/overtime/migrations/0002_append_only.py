from django.db import migrations

from kaoqin.core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("overtime", "0001_initial")]
    operations = [append_only("overtime_bankentry")]
