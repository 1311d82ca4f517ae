"""Notices of phone punches: whoever decides is told each hour of all that waits, in one; the person, what was decided."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.core.sentences import Sentence
from kaoqin.core.time import as_wall_clock
from kaoqin.notices import actions as telling
from kaoqin.notices import queries as notices
from kaoqin.org import lead_queries
from kaoqin.org import queries as org
from kaoqin.phones import queries
from kaoqin.phones.models import Decision, Phone, Record
from kaoqin.phones.words import DECIDED, REVIEW_RECORDS, WAITING, PhoneState
from kaoqin.security import queries as security

MOST_NAMES = 8
NEVER_TOLD = dt.timedelta(days=1)


@dataclass
class Waiting:
    """What waits for one account: of whom, how many records and phones, and whether some of it is new."""

    records: Counter[int] = field(default_factory=Counter)
    phones: Counter[int] = field(default_factory=Counter)
    fresh: bool = False


@app.periodic(cron="5 * * * *")
@app.task(name="phones.tell_waiting", queueing_lock="phones.tell_waiting")
def tell_each_hour(timestamp: int) -> None:
    """One notice for many punches; when it goes out is each person's choice."""
    tell_waiting(dt.datetime.fromtimestamp(timestamp, dt.UTC))


@transaction.atomic
def tell_waiting(at: dt.datetime) -> int:
    """Tell those who may decide, and for whom something came since the last time, of all that waits for them; what they
    were told last gives way. Returns how many accounts."""
    last = notices.last_told(WAITING)
    found = _by_account(last[1] if last else at - NEVER_TOLD, at)
    told = {account: waits for account, waits in found.items() if waits.fresh}
    if last:
        keep = notices.receipts(WAITING, last[0]).keys() - told.keys()
        telling.take_back(WAITING, last[0], keep=keep, at=at)
    for account, waits in told.items():
        link = "/phones/records/" if waits.records else "/phones/?state=waiting"
        telling.tell(WAITING, [account], _title(waits), _names(waits), link, key=f"{at:%Y-%m-%dT%H:%M}", at=at)
    return len(told)


def _by_account(since: dt.datetime, at: dt.datetime) -> dict[int, Waiting]:
    records = Record.objects.filter(queries.waits(), received_at__lte=at).values_list("employee_id", "received_at")
    phones = Phone.objects.filter(state=PhoneState.WAITING, registered_at__lte=at)
    waiting_phones = phones.values_list("employee_id", "registered_at")
    both = [("records", *one) for one in records] + [("phones", *one) for one in waiting_phones]
    deciding = _who_decides({employee_id for _, employee_id, _ in both}, timezone.localdate(at))
    found: dict[int, Waiting] = defaultdict(Waiting)
    for what, employee_id, came_at in both:
        for account in deciding[employee_id]:
            getattr(found[account], what)[employee_id] += 1
            found[account].fresh |= came_at > since
    return found


def _who_decides(employee_ids: Iterable[int], on: dt.date) -> Mapping[int, set[int]]:
    """The account of each one's line manager where they may decide, else those of HR; never one's own."""
    ids = set(employee_ids)
    leads = lead_queries.line_managers(ids, on)
    accounts = org.accounts_of(ids | set(leads.values()))
    allowed = security.who_may(REVIEW_RECORDS, set(accounts.values()), on)
    staff = security.holders(REVIEW_RECORDS, on)
    managers = {key: {accounts[lead]} & allowed for key, lead in leads.items() if lead in accounts}
    return {key: managers.get(key) or staff - {accounts.get(key, 0)} for key in ids}


def _title(waits: Waiting) -> Sentence:
    told = {"records": waits.records.total(), "phones": waits.phones.total()}
    if not waits.phones:
        return Sentence("手机打卡:{records} 条需要处理", **told)
    if not waits.records:
        return Sentence("手机打卡:{phones} 部手机待批准", **told)
    return Sentence("手机打卡:{records} 条需要处理,{phones} 部手机待批准", **told)


def _names(waits: Waiting) -> Sentence:
    ids = waits.records.keys() | waits.phones.keys()
    said = "、".join(org.by_ids(ids).order_by("number").values_list("name", flat=True)[:MOST_NAMES])
    if len(ids) <= MOST_NAMES:
        return Sentence("{names}", names=said)
    return Sentence("{names} 等 {count} 人", names=said, count=len(ids))


def tell_decision(made: Decision) -> None:
    """The person is told what was decided of a punch, and why."""
    record = made.record
    local = as_wall_clock(record.at, record.zone)
    when = f"{local:%m-%d %H:%M}"
    kept, not_kept = Sentence("{when} 的手机打卡已采用", when=when), Sentence("{when} 的手机打卡未采用", when=when)
    reason = Sentence("理由:{reason}", reason=made.reason)
    link, to = f"/my/attendance/{local:%Y-%m-%d}/", notices.accounts_of([record.employee_id])
    telling.tell(DECIDED, to, kept if made.counts else not_kept, reason, link, key=f"{record.pk}", at=made.decided_at)


def tell_phone(phone: Phone, approved: bool, at: dt.datetime) -> None:
    """The person is told whether the phone that waited is in use now."""
    yes, no = Sentence("手机「{phone}」已批准", phone=phone.name), Sentence("手机「{phone}」未获批准", phone=phone.name)
    to = notices.accounts_of([phone.employee_id])
    telling.tell(DECIDED, to, yes if approved else no, "", "/my/phone/", key=f"phone:{phone.pk}", at=at)
