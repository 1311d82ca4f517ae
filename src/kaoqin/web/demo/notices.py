"""What the demo's people were told: announcements, read by some, and a few notices."""

import datetime as dt

from django.utils import timezone

from kaoqin.core.sentences import Sentence
from kaoqin.devices.words import ALARM_CLEARED, SITE_OUT
from kaoqin.notices import actions, publishing
from kaoqin.notices.models import Announcement, Notice
from kaoqin.notices.publishing import Draft
from kaoqin.org.models import Department, Employee
from kaoqin.security.doors import actor_of
from kaoqin.security.models import Account

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def tell_people(now: dt.datetime, today: dt.date) -> None:
    """Three announcements of the last days, one that must be confirmed and one to come; an outage that is over."""
    plant = tuple(Department.objects.filter(code="QH"))
    _publish(Draft("考勤机升级说明", _UPGRADE, ends_on=today + 7 * DAY), now - 3 * DAY)
    _publish(Draft("高温车间安全须知", _SAFETY, departments=plant, must_confirm=True), now - DAY)
    _publish(Draft("年度体检预约", _CHECKUP, begins_at=now + 2 * DAY, ends_on=today + 20 * DAY), now)
    publishing.tell_begun(now)
    _outage(now)
    _read(now, today)


def _publish(draft: Draft, at: dt.datetime) -> None:
    hr = Account.objects.get(username="hr")
    publishing.publish(draft, by=actor_of(hr, timezone.localdate()), at=at)


def _outage(now: dt.datetime) -> None:
    began = now - 26 * HOUR
    watchers = list(Account.objects.filter(username__in=["hr", "admin"]).values_list("pk", flat=True))
    body = Sentence("开始于 {since}。", since=f"{began:%m-%d %H:%M}")
    out = Sentence("{kind}:{about}", kind="整个地点失联", about="苏州工厂")
    over = Sentence("已恢复:{kind},{about}", kind="整个地点失联", about="苏州工厂")
    actions.tell(SITE_OUT, watchers, out, body, "/devices/alarms/", key="demo", at=began)
    actions.tell(ALARM_CLEARED, watchers, over, body, "/devices/alarms/", key="demo", at=began + HOUR)
    Notice.objects.filter(kind=SITE_OUT).update(read_at=began + 2 * HOUR)


def _read(now: dt.datetime, today: dt.date) -> None:
    """Those with accounts but 林 have read the first."""
    first = Announcement.objects.order_by("begins_at", "pk")[0]
    people = Employee.objects.filter(account__isnull=False).exclude(account__username="lin").select_related("account")
    for employee in people:
        if employee.account:
            publishing.read(first, by=actor_of(employee.account, today), at=now - 2 * DAY)


_UPGRADE = """本周六 22:00 至次日 6:00 更换各厂区考勤机,届时请用手机或找主管手动点名。

更换后指纹与工卡照常使用,不需要重新登记。有问题请联系人事。"""
_SAFETY = """进入热处理与冲压区域前,请穿戴防护服、护目镜和耳塞。

1. 连续作业不超过 2 小时,每次休息不少于 15 分钟。
2. 身体不适立即停止作业,告诉班组长。
3. 未经培训不得操作设备。

请阅读后点「我已阅读并知晓」。"""
_CHECKUP = """今年的体检安排在市第一医院,请在 12 月 10 日前向部门文员预约时间。

体检当天按出勤计算。"""
