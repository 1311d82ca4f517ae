"""Announcements: published now or for later, read, confirmed, withdrawn."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from kaoqin.core.jobs import ask_once
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.notices import queries
from kaoqin.notices.actions import take_back, tell
from kaoqin.notices.models import Announcement, Notice, Reading
from kaoqin.notices.words import ANNOUNCEMENT, OWN_NOTICES, PUBLISH_ANNOUNCEMENTS, Audience
from kaoqin.org import place_queries
from kaoqin.org.models import Department, Site
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor, Reach

SAID_OF_IT = 200
"""Characters of an announcement that its notice quotes."""


@dataclass(frozen=True)
class Draft:
    """An announcement as it was written. `begins_at` None: now. Departments count with all below them."""

    title: str
    text: str
    begins_at: dt.datetime | None = None
    ends_on: dt.date | None = None
    departments: tuple[Department, ...] = ()
    sites: tuple[Site, ...] = ()
    must_confirm: bool = False

    @property
    def audience(self) -> Audience:
        return Audience.CHOSEN if self.departments or self.sites else Audience.EVERYONE


@transaction.atomic
def publish(draft: Draft, *, by: Actor, at: dt.datetime) -> Announcement:
    """Announce something, from now on or from then on. Refuses departments and sites out of reach, and times that cannot
    be; everyone needs reach over everyone."""
    reach = require(by, PUBLISH_ANNOUNCEMENTS)
    begins_at = draft.begins_at or at
    _refuse_times(draft, begins_at, at)
    _refuse_out_of_reach(draft, reach, timezone.localdate(at))
    made = Announcement.objects.create(
        title=draft.title,
        text=draft.text,
        begins_at=begins_at,
        ends_on=draft.ends_on,
        audience=draft.audience,
        must_confirm=draft.must_confirm,
        written_by_id=by.account_id,
        written_at=at,
    )
    made.departments.set(draft.departments)
    made.sites.set(draft.sites)
    record(by, "notices.publish", made, Sentence("发布公告:{title}", title=made.title), at=at)
    transaction.on_commit(lambda: ask_once(tell_readers, "notices.tell_readers", timestamp=0))
    return made


def _refuse_times(draft: Draft, begins_at: dt.datetime, at: dt.datetime) -> None:
    if begins_at < at:
        raise Refusal("notices.begins_before", gettext("发布时间不能早于现在;要立即发布就留空。"), "begins_at")
    if draft.ends_on and draft.ends_on < timezone.localdate(begins_at):
        raise Refusal("notices.ends_before", gettext("结束日期不能早于发布时间。"), "ends_on")


def _refuse_out_of_reach(draft: Draft, reach: Reach, on: dt.date) -> None:
    if reach.everyone:
        return
    departments = {one.pk for one in draft.departments} - place_queries.below(reach.department_ids, on)
    sites = {one.pk for one in draft.sites} - reach.site_ids
    if draft.audience == Audience.EVERYONE or departments or sites:
        raise NotAllowed("notices.out_of_reach", gettext("只能向您管理范围内的部门与地点发布公告。"))


@app.periodic(cron="* * * * *")
@app.task(name="notices.tell_readers", queueing_lock="notices.tell_readers")
def tell_readers(timestamp: int) -> None:
    """Each minute: those an announcement is for are told of it once it has begun."""
    tell_begun(timezone.now())


def tell_begun(at: dt.datetime) -> int:
    """Tell of all announcements that have begun and were not told of; returns how many announcements."""
    waiting = Announcement.objects.filter(told_at=None, withdrawn_at=None, begins_at__lte=at)
    return sum(_tell_of(key, at) for key in waiting.values_list("pk", flat=True))


@transaction.atomic
def _tell_of(announcement_id: int, at: dt.datetime) -> bool:
    rows = Announcement.objects.select_for_update(skip_locked=True)
    one = rows.filter(pk=announcement_id, told_at=None, withdrawn_at=None).first()
    if one is None:
        return False
    people = queries.meant(one, timezone.localdate(at)).values_list("pk", flat=True)
    text = one.text if len(one.text) <= SAID_OF_IT else f"{one.text[:SAID_OF_IT]}…"
    title = Sentence("公告:{title}", title=one.title)
    tell(ANNOUNCEMENT, queries.accounts_of(people), title, text, f"/announcements/{one.pk}/", key=str(one.pk), at=at)
    Announcement.objects.filter(pk=one.pk).update(told_at=at)
    return True


@transaction.atomic
def withdraw(announcement: Announcement, *, by: Actor, at: dt.datetime) -> None:
    """Nobody is shown it any more; who read it stays on record."""
    reach = require(by, PUBLISH_ANNOUNCEMENTS)
    if not reach.everyone and announcement.written_by_id != by.account_id:
        raise NotAllowed("notices.not_yours", gettext("只能撤回自己发布的公告。"))
    if not Announcement.objects.filter(pk=announcement.pk, withdrawn_at=None).update(withdrawn_at=at):
        raise Refusal("notices.withdrawn_already", gettext("这条公告已经撤回。"))
    take_back(ANNOUNCEMENT, str(announcement.pk), at=at)
    record(by, "notices.withdraw", announcement, Sentence("撤回公告:{title}", title=announcement.title), at=at)


@transaction.atomic
def read(announcement: Announcement, *, by: Actor, at: dt.datetime) -> None:
    """The actor opened it: read from the first time on, and its notice with it."""
    require(by, OWN_NOTICES)
    employee_id = _reader(announcement, by, at)
    Reading.objects.bulk_create(
        [Reading(announcement=announcement, employee_id=employee_id, read_at=at)], ignore_conflicts=True
    )
    told = Notice.objects.filter(kind=ANNOUNCEMENT, key=str(announcement.pk), account=by.account_id, read_at=None)
    told.update(read_at=at)


@transaction.atomic
def confirm(announcement: Announcement, *, by: Actor, at: dt.datetime) -> None:
    """The actor says to have read and understood it."""
    require(by, OWN_NOTICES)
    employee_id = _reader(announcement, by, at)
    reading, _ = Reading.objects.get_or_create(
        announcement=announcement, employee_id=employee_id, defaults={"read_at": at}
    )
    if announcement.must_confirm and reading.confirmed_at is None:
        reading.confirmed_at = at
        reading.save(update_fields=["confirmed_at"])
        record(by, "notices.confirm", announcement, Sentence("确认公告:{title}", title=announcement.title), at=at)


def _reader(announcement: Announcement, by: Actor, at: dt.datetime) -> int:
    queries.own_announcement(announcement.pk, at, timezone.localdate(at), seen_by=by)
    if by.employee_id is None:
        raise Refusal("notices.nobody", gettext("这个账号没有对应的员工。"))
    return by.employee_id
