"""A copy is asked for, by oneself or for somebody who has left, and fetched; after a day its file goes."""

import datetime as dt
import secrets
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core.jobs import ask
from kaoqin.core.kept import kept_path
from kaoqin.core.models import JobRun
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotFound, Refusal
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.privacy.making import KIND
from kaoqin.privacy.models import DataCopy
from kaoqin.privacy.words import COPY_FOR_LEAVERS, MOST_A_DAY, OWN_DATA
from kaoqin.security.audit import record, record_access
from kaoqin.security.doors import require
from kaoqin.security.words import Actor, Look

DAY = dt.timedelta(days=1)


@transaction.atomic
def ask_own(*, by: Actor, at: dt.datetime, today: dt.date) -> JobRun:
    """A copy of all that is kept of whoever asks: a job with progress. A few a day are enough."""
    require(by, OWN_DATA)
    if by.employee_id is None:
        raise Refusal("privacy.nobody", gettext("这个账号没有对应的员工。"))
    employee = org.person(by.employee_id, OWN_DATA, seen_by=by, on=today)
    org.hold([employee.pk], today)
    mine = DataCopy.objects.filter(employee=employee, asked_by=by.account_id, asked_at__gt=at - DAY)
    if mine.count() >= MOST_A_DAY:
        raise Refusal("privacy.enough", gettext("24 小时内最多导出 {most} 次,请稍后再试。").format(most=MOST_A_DAY))
    return _ask(employee, "", Sentence("{name} 导出自己的个人信息", name=employee.name), by, at)


@transaction.atomic
def ask_for_leaver(number: str, reason: str, *, by: Actor, at: dt.datetime, today: dt.date) -> JobRun:
    """A copy for somebody who has left and asked for it; whoever is employed asks for it themselves."""
    require(by, COPY_FOR_LEAVERS)
    employee = org.people(COPY_FOR_LEAVERS, seen_by=by, on=today).filter(number=number.strip()).first()
    if employee is None:
        unknown = gettext("没有工号 {numbers},或者不在您的管理范围内。").format(numbers=number)
        raise Refusal("privacy.unknown_number", unknown, "number")
    if employee.left_on is None or employee.left_on >= today:
        raise Refusal("privacy.employed", gettext("在职员工请本人在「我的数据」里导出。"), "number")
    if not reason.strip():
        raise Refusal("privacy.reason", gettext("请写明本人何时、以何种方式提出了申请。"), "reason")
    said = Sentence("为离职员工 {name} 制作个人信息副本:{reason}", name=employee.name, reason=reason.strip())
    record_access(by, [employee.pk], Look.COPY, "/privacy/copies/", at=at)
    return _ask(employee, reason.strip(), said, by, at)


def _ask(employee: Employee, reason: str, said: Sentence, by: Actor, at: dt.datetime) -> JobRun:
    told = {"asked_by_id": by.account_id, "asked_at": at, "reason": reason, "token": secrets.token_urlsafe(32)}
    made = DataCopy.objects.create(employee=employee, **told)
    record(by, "privacy.copy", made, said, at=at)
    title = gettext("个人信息副本 {name}").format(name=employee.name)
    return ask(KIND, title, account_id=by.account_id, at=at, copy_id=made.pk)


@transaction.atomic
def fetch(token: str, *, by: Actor, at: dt.datetime) -> tuple[DataCopy, Path]:
    """A copy and its file, for whoever asked for it, until it expires. To everybody else, and later, there is none."""
    require(by, OWN_DATA)
    rows = DataCopy.objects.select_related("employee").filter(asked_by=by.account_id or 0, token=token)
    found = rows.exclude(path="").filter(made_at__isnull=False, expires_at__gt=at).first()
    if found is None or not kept_path(found.path).exists():
        raise NotFound("privacy.no_copy", gettext("副本已过期或不存在,请重新导出。"))
    found.fetched_at = at
    found.save(update_fields=["fetched_at"])
    record(by, "privacy.fetch", found, Sentence("下载 {name} 的个人信息副本", name=found.employee.name), at=at)
    return found, kept_path(found.path)


def drop_expired(at: dt.datetime) -> int:
    """Files that nobody may fetch any more go; returns how many. That there was a copy stays on record."""
    rows = DataCopy.objects.filter(expires_at__lte=at).exclude(path="")
    for one in rows:
        kept_path(one.path).unlink(missing_ok=True)
    return rows.update(path="")
