"""How long the evidence of phone punches is kept: each night that of older ones goes. The punch in the ledger, which the law wants
kept for two years and more, stays, and so does what was found: place, verdict, distance, score, reasons and decision."""

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.core.sentences import Sentence
from kaoqin.security.audit import record as remember
from kaoqin.security.doors import SYSTEM

AT_ONCE = 2_000
FORGET = """
WITH old AS MATERIALIZED (
 SELECT id FROM phones_record WHERE keeping <> 'gone' AND at < %s ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE phones_record r SET keeping = 'gone', payload = '', signature = '', address = '', latitude = NULL, longitude = NULL,
 device = '', network = '', region = '', region_off_km = NULL, provider = '', stations = '{}', mock = NULL, emulator = NULL, zone_minutes = NULL
FROM old WHERE r.id = old.id
"""


@app.periodic(cron="30 19 * * *")
@app.task(name="phones.forget_evidence", lock="phones.forget_evidence", queueing_lock="phones.forget_evidence")
def forget_nightly(timestamp: int) -> None:
    """At night in China."""
    forget_old(timezone.now())


def forget_old(at: dt.datetime) -> int:
    """The evidence of punches that are older than is chosen goes, some thousands in a transaction; returns of how many."""
    before = at - dt.timedelta(days=settings.EVIDENCE_DAYS)
    count = 0
    while done := _forget_some(before):
        count += done
    if count:
        said = Sentence("按保存期限({days} 天)删除 {count} 条手机打卡的证据", days=settings.EVIDENCE_DAYS, count=count)
        remember(SYSTEM, "phones.forget_evidence", "phones", said, at=at)
    return count


@transaction.atomic
def _forget_some(before: dt.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [before, AT_ONCE])
        return int(cursor.rowcount)
