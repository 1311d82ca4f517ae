"""Questions about tablets, PINs and what tablets sent."""

import datetime as dt
import hashlib
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext

from kaoqin.core.words import NotFound
from kaoqin.kiosk.models import Attempt, KioskPunch, Pin, Tablet
from kaoqin.kiosk.words import MANAGE_TABLETS, TabletState
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

LOCKED_FOR = dt.timedelta(minutes=15)
MOST_OF_NUMBER, MOST_OF_TABLET = 5, 30
"""Wrong attempts within `LOCKED_FOR`, after which a number, or the tablet for all, is locked."""


def hashed(secret: str) -> str:
    """What is kept of a link or a token: both are long and random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def tablets(*, seen_by: Actor) -> QuerySet[Tablet]:
    """All tablets."""
    require(seen_by, MANAGE_TABLETS)
    return Tablet.objects.select_related("site").order_by("site__name", "name", "pk")


def tablet(tablet_id: int, *, seen_by: Actor) -> Tablet:
    found = tablets(seen_by=seen_by).filter(pk=tablet_id).first()
    if found is None:
        raise NotFound("kiosk.no_tablet", gettext("没有这台打卡平板。"))
    return found


def linked(secret: str) -> Tablet:
    """The tablet that waits for whoever opens this link. A link that was used, or revoked, is none."""
    rows = Tablet.objects.filter(link_hash=hashed(secret), state=TabletState.WAITING).select_related("site")
    found = rows.first()
    if found is None:
        raise NotFound("kiosk.link_used", gettext("这个启用链接已经用过或已停用,请向人事要新的链接。"))
    return found


def bound(token: str) -> Tablet:
    """The tablet that holds this cookie. Refuses a browser that is none, and a tablet that was revoked."""
    rows = Tablet.objects.filter(token_hash=hashed(token), state=TabletState.BOUND).select_related("site")
    found = rows.first() if token else None
    if found is None:
        raise NotFound("kiosk.not_bound", gettext("这台设备不是打卡平板,或者已被停用,请联系人事。"))
    return found


def is_locked(tablet: Tablet, number: str, at: dt.datetime) -> bool:
    """Whether too many attempts went wrong lately, of a number anywhere, or on a tablet."""
    recent = Attempt.objects.filter(at__gt=at - LOCKED_FOR)
    of_number = recent.filter(number=number).count() >= MOST_OF_NUMBER
    return of_number or recent.filter(tablet=tablet).count() >= MOST_OF_TABLET


@dataclass(frozen=True)
class Locked:
    """Somebody whose number no tablet takes just now, and until when."""

    employee: Employee
    until: dt.datetime


def locked(*, seen_by: Actor, on: dt.date, at: dt.datetime) -> list[Locked]:
    """The people within reach whose numbers are locked, by number. Numbers that nobody has are not told of."""
    times: dict[str, list[dt.datetime]] = defaultdict(list)
    for number, tried_at in Attempt.objects.filter(at__gt=at - LOCKED_FOR).order_by("-at").values_list("number", "at"):
        times[number].append(tried_at)
    until = {
        one: tried[MOST_OF_NUMBER - 1] + LOCKED_FOR for one, tried in times.items() if len(tried) >= MOST_OF_NUMBER
    }
    people = org.people(MANAGE_TABLETS, seen_by=seen_by, on=on).filter(number__in=until).order_by("number")
    return [Locked(person, until[person.number]) for person in people]


def pin_of(employee_id: int) -> Pin | None:
    """Somebody's PIN, as it is kept."""
    return Pin.objects.filter(employee=employee_id).first()


def punches(*, seen_by: Actor, on: dt.date) -> QuerySet[KioskPunch]:
    """What tablets sent of the people within reach, and of nobody we know; the newest first."""
    require(seen_by, MANAGE_TABLETS)
    reached = org.people(MANAGE_TABLETS, seen_by=seen_by, on=on)
    rows = KioskPunch.objects.filter(employee__in=reached) | KioskPunch.objects.filter(employee=None)
    return rows.select_related("tablet", "tablet__site", "employee").order_by("-at", "-pk")


def held_punch(punch_id: int, *, seen_by: Actor, on: dt.date) -> KioskPunch:
    """One that waits, of somebody within reach and not of oneself."""
    rows = punches(seen_by=seen_by, on=on).filter(state="held", punch=None, employee__isnull=False)
    found = rows.exclude(employee=seen_by.employee_id or 0).filter(pk=punch_id).first()
    if found is None:
        raise NotFound("kiosk.no_punch", gettext("没有这条待核对的平板打卡。"))
    return found


def person_of(number: str, on: dt.date) -> Employee | None:
    """Whose number it is, of those who work here on a day."""
    found = number_queries.by_numbers([number]).get(number)
    return found if found and not (found.left_on and found.left_on < on) and found.hired_on <= on else None
