from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import migrations
from django.db.models import Deferrable, Q

from kaoqin.core.ranges import StretchesField, same

# What a day's shift is by its version in force, segment by segment; wall clocks are kept as if they were UTC.
BY_SEGMENT = """
ALTER TABLE scheduling_rosterday ALTER planned TYPE tstzmultirange
    USING CASE WHEN planned IS NULL THEN NULL ELSE tstzmultirange(planned) END;
UPDATE scheduling_rosterday r SET planned = (
    SELECT range_agg(tstzrange(
        (r.date + s.start * interval '1 minute') AT TIME ZONE 'UTC',
        (r.date + s."end" * interval '1 minute') AT TIME ZONE 'UTC', '[)'))
    FROM scheduling_shiftsegment s WHERE s.version_id = (
        SELECT v.id FROM scheduling_shiftversion v WHERE v.shift_id = r.shift_id AND v.begins_on <= r.date
        ORDER BY v.begins_on DESC LIMIT 1))
WHERE planned IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
"""
AS_ONE = """
ALTER TABLE scheduling_rosterday ALTER planned TYPE tstzrange
    USING CASE WHEN planned IS NULL THEN NULL ELSE range_merge(planned) END;
"""
CONSTRAINT = ExclusionConstraint(
    name="roster_plans_do_not_overlap",
    expressions=[(same("employee_id"), RangeOperators.OVERLAPS), ("planned", RangeOperators.OVERLAPS)],
    condition=Q(planned__isnull=False),
    deferrable=Deferrable.DEFERRED,
)


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial")]
    operations = [
        migrations.RemoveConstraint("rosterday", "roster_plans_do_not_overlap"),
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(BY_SEGMENT, AS_ONE)],
            [migrations.AlterField("rosterday", "planned", StretchesField(null=True))],
        ),
        migrations.AddConstraint("rosterday", CONSTRAINT),
    ]
