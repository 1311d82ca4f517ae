"""Whoever has left punches no more: each hour the phones of leavers are in use no longer, so their keys sign nothing that counts."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.core.sentences import Sentence
from kaoqin.phones.models import Phone
from kaoqin.phones.words import PhoneState
from kaoqin.security.audit import record_all
from kaoqin.security.doors import SYSTEM


@app.periodic(cron="45 * * * *")
@app.task(name="phones.end_of_leavers", lock="phones.end_of_leavers", queueing_lock="phones.end_of_leavers")
def end_each_hour(timestamp: int) -> None:
    """Every hour, so that it is soon after midnight wherever the company is."""
    now = timezone.now()
    end_of_leavers(timezone.localdate(now), now)


@transaction.atomic
def end_of_leavers(today: dt.date, at: dt.datetime) -> int:
    """The phones of people whose last day is over are in use no longer, and wait for nobody; returns how many. What was
    made before and is sent later is taken still."""
    open_ones = Phone.objects.filter(state__in=(PhoneState.BOUND, PhoneState.WAITING), employee__left_on__lt=today)
    rows = list(open_ones.select_related("employee").select_for_update(of=("self",)).order_by("pk"))
    Phone.objects.filter(pk__in=[row.pk for row in rows]).update(state=PhoneState.REPLACED, ended_at=at)
    deeds = ((row, _said(row), dict[str, Any]()) for row in rows)
    record_all(SYSTEM, "phones.end_of_leavers", deeds, at=at)
    return len(rows)


def _said(row: Phone) -> Sentence:
    return Sentence("{name} 离职,停用手机「{phone}」", name=row.employee.name, phone=row.name)
