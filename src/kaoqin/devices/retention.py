"""How long the bodies of uploads are kept: each night those that are older are emptied. That they came, their hash, counts
and times stay. Those with lines that wait for a person are kept until these are decided."""

import datetime as dt

from django.conf import settings
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.core.sentences import Sentence
from kaoqin.devices.models import RawUpload
from kaoqin.security.audit import record
from kaoqin.security.doors import SYSTEM

AT_ONCE = 1_000
_DUE = """
SELECT u.id FROM devices_rawupload u WHERE u.cleared_at IS NULL AND u.last_at < %s AND NOT EXISTS
    (SELECT 1 FROM devices_baduploadline b WHERE b.upload_id = u.id AND b.state = 'waiting')
ORDER BY u.id
"""
_CLEAR = """
WITH cleared AS (
    UPDATE devices_rawupload u SET body = '', cleared_at = %s
    FROM (SELECT id, length(body) AS held FROM devices_rawupload WHERE id = ANY(%s)) before
    WHERE u.id = before.id AND u.cleared_at IS NULL RETURNING before.held
) SELECT count(*), coalesce(sum(held), 0) FROM cleared
"""


@app.periodic(cron="20 19 * * *")
@app.task(name="devices.clear_bodies", lock="devices.clear_bodies", queueing_lock="devices.clear_bodies")
def clear_nightly(timestamp: int) -> None:
    """At night."""
    clear_bodies(timezone.now())


def clear_bodies(at: dt.datetime) -> int:
    """Empty the bodies of uploads that came last longer ago than is chosen; returns how many. A thousand at once, each
    for itself: what arrives meanwhile waits for none of it."""
    cutoff = at - dt.timedelta(days=settings.UPLOAD_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [cutoff])
        due = [row[0] for row in cursor.fetchall()]
    cleared = [_clear(due[begin : begin + AT_ONCE], at) for begin in range(0, len(due), AT_ONCE)]
    count, size = sum(one[0] for one in cleared), sum(one[1] for one in cleared)
    if count:
        said = Sentence("按保存期限({days} 天)清除 {count} 次上传的正文", days=settings.UPLOAD_DAYS, count=count)
        record(SYSTEM, "devices.clear_bodies", RawUpload._meta.label_lower, said, at=at, uploads=count, bytes=size)
    return count


def _clear(ids: list[int], at: dt.datetime) -> tuple[int, int]:
    """(how many, how many bytes they held)."""
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR, [at, ids])
        count, size = cursor.fetchone()
    return int(count), int(size)
