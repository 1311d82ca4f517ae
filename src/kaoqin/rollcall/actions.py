"""Changes to roll-calls: one is called, a tick is taken back, HR has looked at it."""

import datetime as dt
import zoneinfo
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core.sentences import Sentence
from kaoqin.core.time import store_wall_clock
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.org.models import Site
from kaoqin.punches import actions as punches
from kaoqin.punches import queries as ledger
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.words import Source
from kaoqin.rollcall.models import RollCall, Tick
from kaoqin.rollcall.queries import Called
from kaoqin.rollcall.words import CALL_ROLL, REVIEW_ROLL, Direction
from kaoqin.security.audit import record
from kaoqin.security.doors import SYSTEM, may, require
from kaoqin.security.words import Actor

EARLIEST = dt.timedelta(hours=12)


@transaction.atomic
def call_roll(
    site: Site,
    direction: Direction,
    local_time: dt.datetime,
    listed: Collection[Called],
    ticked: Collection[int],
    *,
    by: Actor,
    at: dt.datetime,
) -> RollCall:
    """Those ticked (employee ids, of those listed) were there at a moment of the site's wall clock (naive): each becomes
    a punch. Refuses a moment to come or longer ago than twelve hours, and a list without a tick."""
    require(by, CALL_ROLL)
    chosen = [row.employee for row in listed if row.employee.pk in set(ticked)]
    if by.account_id is None or not chosen:
        raise Refusal("rollcall.nobody", gettext("还没有勾选任何人。"))
    instant = local_time.replace(tzinfo=zoneinfo.ZoneInfo(site.timezone))
    if not at - EARLIEST <= instant <= at:
        raise Refusal("rollcall.moment", gettext("点名时刻应在最近 12 小时之内,不能在将来。"), "moment")
    call = RollCall.objects.create(
        site=site,
        direction=direction,
        local_time=store_wall_clock(local_time),
        at=instant,
        passed_over=[row.employee.pk for row in listed if row.employee not in chosen],
        called_at=at,
        called_by_id=by.account_id,
    )
    origin, evidence = f"rollcall-{call.pk}", {"roll_call": call.pk, "called_by": by.name}
    presses = [
        Press(one.number, local_time, site.timezone, origin, one.name, site.name, direction, evidence, one.pk)
        for one in chosen
    ]
    take(presses, source=Source.ROLL_CALL, by=SYSTEM, at=at)
    made = ledger.brought(Source.ROLL_CALL, origin, instant)
    Tick.objects.bulk_create([Tick(roll_call=call, employee=one.employee, punch=one) for one in made])
    said = Sentence(
        "在{site}手动点名({direction}),点到 {count} 人", site=site.name, direction=direction.label, count=len(chosen)
    )
    record(by, "rollcall.called", call, said, at=at)
    return call


@transaction.atomic
def take_back(tick: Tick, reason: str, *, by: Actor, at: dt.datetime, today: dt.date) -> None:
    """A tick was wrong: its punch does not count. For whoever called the roll, and for HR."""
    if tick.roll_call.called_by_id != by.account_id and not may(by, REVIEW_ROLL):
        raise NotAllowed("rollcall.of_another", gettext("只有点名的人和人事可以取消点到。"))
    punches.void(tick.punch, reason, by=by, at=at, today=today, code=CALL_ROLL)


@transaction.atomic
def review(call: RollCall, *, by: Actor, at: dt.datetime) -> None:
    """HR has looked at a roll-call."""
    require(by, REVIEW_ROLL)
    if call.reviewed_at:
        raise Refusal("rollcall.reviewed_already", gettext("这次点名已经核对过了。"))
    call.reviewed_at, call.reviewed_by_id = at, by.account_id
    call.save(update_fields=["reviewed_at", "reviewed_by"])
    record(by, "rollcall.reviewed", call, Sentence("核对{site}的手动点名", site=call.site.name), at=at)
