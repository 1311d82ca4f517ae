"""Which ways are open to the people of a site is stated, from a day on and until one, and ended."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.org.models import Site
from kaoqin.phones.models import SiteWays
from kaoqin.phones.words import MANAGE_PLACES, Way
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


@transaction.atomic
def state_site_ways(
    site: Site, begins_on: dt.date, ends_on: dt.date | None, ways: Sequence[Way], *, by: Actor, at: dt.datetime
) -> SiteWays:
    """From a day on, the people of a site punch by these ways and no others, whatever their groups say. What was stated
    before, and still held, ends the day before. Refuses days for which something later was stated."""
    require(by, MANAGE_PLACES, everywhere=True)
    if not ways:
        raise Refusal("phones.no_way", gettext("请至少选一种打卡方式。"), "ways")
    if ends_on and ends_on < begins_on:
        raise Refusal("phones.ends", gettext("不能早于开始那天。"), "ends_on")
    rows = SiteWays.objects.select_for_update().filter(site=site)
    if rows.filter(begins_on__gte=begins_on).exists():
        raise Refusal(
            "phones.stated_later", gettext("这个地点在那天或以后已经有规定,请从更晚的日子写起。"), "begins_on"
        )
    for before in rows.exclude(ends_on__lt=begins_on):
        _end(before, begins_on - dt.timedelta(days=1))
    made = SiteWays.objects.create(site=site, begins_on=begins_on, ends_on=ends_on, ways=list(ways))
    said = Sentence("{site} 自 {day} 的打卡方式", site=site.name, day=begins_on)
    record(by, "phones.state_site_ways", made, said, at=at, ways=list(ways), ends_on=str(ends_on or ""))
    return made


@transaction.atomic
def end_site_ways(stated: SiteWays, ends_on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """After a day the people of the site punch as their groups say again."""
    require(by, MANAGE_PLACES, everywhere=True)
    if ends_on < stated.begins_on:
        raise Refusal("phones.ends", gettext("不能早于开始那天。"), "ends_on")
    later = SiteWays.objects.filter(site=stated.site_id, begins_on__gt=stated.begins_on, begins_on__lte=ends_on)
    if later.exists():
        raise Refusal("phones.stated_later", gettext("那天已经按更晚的规定了。"), "ends_on")
    _end(stated, ends_on)
    said = Sentence("{site} 的打卡方式用到 {day}", site=stated.site.name, day=ends_on)
    record(by, "phones.end_site_ways", stated, said, at=at)


def _end(stated: SiteWays, ends_on: dt.date) -> None:
    stated.ends_on = ends_on
    stated.save(update_fields=["ends_on"])
