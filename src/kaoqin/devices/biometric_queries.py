"""Questions about templates: of whom some are kept, and what terminals are still to forget."""

import datetime as dt

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext

from kaoqin.consent.words import Trait
from kaoqin.core.words import NotFound
from kaoqin.devices.models import TemplateRemoval
from kaoqin.devices.protocols import reason_of
from kaoqin.devices.words import KEEP_TEMPLATES, CommandState, RemovalState
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

OPEN = {CommandState.WAITING, CommandState.SENT}


def holders(*, seen_by: Actor, on: dt.date) -> QuerySet[Employee]:
    """The people of whom templates are kept, with how many of each trait (`count_face`) and when the last came."""
    require(seen_by, KEEP_TEMPLATES, everywhere=True)
    counts = {
        f"count_{trait}": Count("templates", filter=Q(templates__trait=trait), distinct=True) for trait in Trait.values
    }
    rows = org.people(KEEP_TEMPLATES, seen_by=seen_by, on=on).filter(templates__isnull=False)
    return rows.annotate(**counts, last_at=Max("templates__taken_at")).order_by("number")


def holder(employee_id: int, *, seen_by: Actor, on: dt.date) -> Employee:
    """One of them."""
    found = holders(seen_by=seen_by, on=on).filter(pk=employee_id).first()
    if found is None:
        raise NotFound("devices.no_templates", gettext("没有保存这名员工的模板。"))
    return found


def removals(*, seen_by: Actor) -> QuerySet[TemplateRemoval]:
    """What terminals were to forget, the newest first."""
    require(seen_by, KEEP_TEMPLATES, everywhere=True)
    return TemplateRemoval.objects.select_related("device__site", "employee", "command").order_by("-asked_at", "-pk")


def undone(rows: QuerySet[TemplateRemoval]) -> QuerySet[TemplateRemoval]:
    """Those that no terminal and no person said to be done."""
    return rows.filter(by_hand_at=None).exclude(command__state=CommandState.DONE)


def removal(removal_id: int, *, seen_by: Actor) -> TemplateRemoval:
    found = removals(seen_by=seen_by).filter(pk=removal_id).first()
    if found is None:
        raise NotFound("devices.no_removal", gettext("没有这条删除记录。"))
    return found


def state_of(row: TemplateRemoval) -> RemovalState:
    """How far it is."""
    if row.by_hand_at:
        return RemovalState.BY_HAND
    if row.command is None or row.command.state in {CommandState.FAILED, CommandState.REPLACED}:
        return RemovalState.NEEDS_HAND
    return RemovalState.WAITING if row.command.state in OPEN else RemovalState.DONE


def why(row: TemplateRemoval) -> str:
    """Why a person must do it."""
    if state_of(row) != RemovalState.NEEDS_HAND:
        return ""
    if row.command is None:
        return gettext("这种考勤机没有单独删除的指令")
    if row.command.result_code is None:
        return gettext("考勤机没有回音")
    return reason_of(row.device.protocol, row.command.result_code)
