"""Who touches days adds a row and waits for nobody; who is queued or touched is seen through a view."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

VIEW = """
CREATE VIEW attendance_waiting AS
SELECT employee_id, min(first) AS first, max(last) AS last FROM (
    SELECT employee_id, first, last FROM attendance_queued
    UNION ALL SELECT unnest(employees), first, last FROM attendance_touched) AS spans
GROUP BY employee_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0009_cycle_hours"),
        ("org", "0001_initial"),
    ]

    operations = [
        migrations.RenameModel("Waiting", "Queued"),
        migrations.CreateModel(
            name="Touched",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("employees", django.contrib.postgres.fields.ArrayField(models.BigIntegerField())),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(VIEW, "DROP VIEW attendance_waiting"),
        migrations.CreateModel(
            name="Waiting",
            fields=[
                (
                    "employee",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="org.employee",
                    ),
                ),
                ("first", models.DateField()),
                ("last", models.DateField()),
            ],
            options={"managed": False},
        ),
    ]
