"""Customers nobody has placed yet are looked up by their addresses, many at once (按地址定位): exact places are set, those that are
not sure are listed for a person, what was not found is counted. Nothing unsure is set by itself."""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from kaoqin.core.jobs import Progress, ask, work
from kaoqin.core.models import JobRun
from kaoqin.core.places import Datum
from kaoqin.core.words import NotFound, Refusal
from kaoqin.field import customer_actions
from kaoqin.field.customer_actions import Where
from kaoqin.field.models import Customer
from kaoqin.field.words import MANAGE_CUSTOMERS
from kaoqin.field.words import Sureness as Placed
from kaoqin.maps import actions as maps
from kaoqin.maps import queries as maps_queries
from kaoqin.maps.actions import NotLocated
from kaoqin.maps.words import FAULTS, LOCATE, Candidate, Fault, Sureness
from kaoqin.security.doors import actor_of, require
from kaoqin.security.models import Account
from kaoqin.security.words import Actor

KIND = "field.locate_customers"
MOST_AT_ONCE = 500
PAUSE_S = 0.4
"""Between two look-ups: services answer personal keys about three times a second."""
OF_THE_ADDRESS = frozenset({Fault.ADDRESS, Fault.NOTHING})
"""Faults of one address; after any other, asking on is of no use."""


@dataclass
class Found:
    """What came of it: the numbers of customers placed; candidates that are not sure, as JSON; customers without any place, with why;
    why asking ended early, and how many were not asked for."""

    placed: int = 0
    unsure: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    ended: str = ""
    left: int = 0


def unplaced() -> QuerySet[Customer]:
    """Customers in use without a place whose address is known, by their codes."""
    return Customer.objects.filter(sureness=Placed.UNPLACED, closed=False).exclude(address="").order_by("code")


def without_address() -> int:
    """How many customers in use have neither a place nor an address: only a person can place them."""
    return Customer.objects.filter(sureness=Placed.UNPLACED, closed=False, address="").count()


def ask_for_places(count: int, city: str, *, by: Actor, at: dt.datetime) -> JobRun:
    """Look up so many customers: a job with progress. The city is for addresses that lack one."""
    _require(by)
    if maps_queries.provider() is None:
        raise Refusal("field.no_geocoder", gettext("没有设置地址查找服务,请在地图上手工标注。"))
    if not 1 <= count <= MOST_AT_ONCE:
        raise Refusal("field.many_places", gettext("一次可查 1 至 {most} 家。").format(most=MOST_AT_ONCE), "count")
    title = gettext("按地址定位客户")
    return ask(KIND, title, account_id=by.account_id, at=at, count=count, city=city)


def _require(by: Actor) -> None:
    require(by, MANAGE_CUSTOMERS, everywhere=True)
    require(by, LOCATE)


@work(KIND)
def locate(progress: Progress, count: int, city: str) -> dict[str, Any]:
    """Look them up one after the other; each that is placed stays so, whatever becomes of the rest."""
    account = Account.objects.get(pk=progress.run.account_id or 0)
    rows, found = list(unplaced()[:count]), Found()
    progress.expect(len(rows))
    for done, row in enumerate(rows, start=1):
        at = timezone.now()
        by = actor_of(account, timezone.localdate(at))
        _require(by)
        try:
            _sort(row, maps.locate(row.address, city, at=at), found, by, at)
        except NotLocated as refusal:
            if refusal.fault not in OF_THE_ADDRESS:
                found.ended, found.left = str(refusal.fault), len(rows) - done + 1
                break
            found.failed.append({"customer": row.pk, "fault": str(refusal.fault)})
        progress.advance(done)
        time.sleep(PAUSE_S)
    return {**vars(found), "said": say(found), "address": f"/field/customers/placing/{progress.run.pk}/"}


def _sort(row: Customer, candidate: Candidate, found: Found, by: Actor, at: dt.datetime) -> None:
    point = candidate.point
    if candidate.sureness == Sureness.EXACT:
        where = Where(point.latitude, point.longitude, point.datum, row.radius_m)
        customer_actions.put(row, where, by=by, at=at, today=timezone.localdate(at))
        found.placed += 1
        return
    told = {"latitude": point.latitude, "longitude": point.longitude, "datum": str(point.datum)}
    found.unsure.append({"customer": row.pk, "level": candidate.level, **told})


def say(found: Found) -> str:
    """The counts in one sentence."""
    counts = gettext("已定位 {placed} 家,不确定 {unsure} 家,没有找到 {failed} 家。").format(
        placed=found.placed, unsure=len(found.unsure), failed=len(found.failed)
    )
    if not found.ended:
        return counts
    left = ngettext("还有 {count} 家没有查。", "还有 {count} 家没有查。", found.left).format(count=found.left)
    return f"{counts}{left}{FAULTS[Fault(found.ended)]}"


def run_of(run_id: int, *, seen_by: Actor) -> JobRun:
    """A finished look-up of whoever asks."""
    _require(seen_by)
    run = JobRun.objects.filter(pk=run_id, kind=KIND, account_id=seen_by.account_id, state="done").first()
    if run is None:
        raise NotFound("field.no_placing", gettext("没有这次定位,或者它是别人的,或者已经过期。"))
    return run


def still_open(run: JobRun) -> list[tuple[Customer, dict[str, Any]]]:
    """What was not sure in a look-up, of customers nobody has placed since."""
    told = {one["customer"]: one for one in run.result["unsure"]}
    return [(row, told[row.pk]) for row in unplaced().filter(pk__in=told)]


def not_found(run: JobRun) -> list[tuple[Customer, str]]:
    """Customers for whom nothing was found in a look-up and whom nobody has placed since, with why."""
    told = {one["customer"]: str(FAULTS[Fault(one["fault"])]) for one in run.result["failed"]}
    return [(row, told[row.pk]) for row in unplaced().filter(pk__in=told)]


def adopt(run: JobRun, customer_ids: Sequence[int], *, by: Actor, at: dt.datetime, today: dt.date) -> int:
    """Whoever has looked at them takes the unsure places of some customers as nearly right (待校准). Returns how many."""
    _require(by)
    chosen = [(row, told) for row, told in still_open(run) if row.pk in set(customer_ids)]
    if not chosen:
        raise Refusal("field.none_chosen", gettext("请至少选一家客户。"))
    for row, told in chosen:
        where = Where(told["latitude"], told["longitude"], Datum(told["datum"]), row.radius_m, exact=False)
        customer_actions.put(row, where, by=by, at=at, today=today)
    return len(chosen)
