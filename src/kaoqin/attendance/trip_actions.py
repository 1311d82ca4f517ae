"""Asking for a trip or an outing, and what follows when it is approved or taken back: absences of all who go."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.approvals import actions as approvals
from kaoqin.approvals import attaching
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import Details
from kaoqin.attendance.actions import Approved, agree_absences, end_absences, refuse_overlap
from kaoqin.attendance.trips import KINDS, Trip, read_trip
from kaoqin.core.words import Refusal
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.words import Actor

MOST_COMPANIONS = 50
File = tuple[str, bytes]
"""A file's name and content."""


@transaction.atomic
def ask(
    kind: str, employee: Employee, trip: Trip, files: Sequence[File] = (), *, by: Actor, at: dt.datetime
) -> Request:
    """Ask for a trip or an outing, for oneself and companions. Refuses times at which somebody is away already."""
    check(employee.pk, trip)
    made = approvals.submit(kind, employee, trip.keep(), by=by, at=at)
    _attach(made, files, by, at)
    return made


@transaction.atomic
def ask_again(request: Request, trip: Trip, files: Sequence[File] = (), *, by: Actor, at: dt.datetime) -> Request:
    """The same, for a request that was sent back."""
    check(request.employee_id, trip)
    made = approvals.resubmit(request, trip.keep(), by=by, at=at)
    _attach(made, files, by, at)
    return made


def _attach(made: Request, files: Sequence[File], by: Actor, at: dt.datetime) -> None:
    for name, content in files:
        attaching.attach(made, name, content, by=by, at=at)


def check(employee_id: int, trip: Trip) -> None:
    """Refuse what cannot be: a time that is none, oneself as a companion, somebody who is away or has left then."""
    trip.interval.refuse_bad()
    if employee_id in trip.companions:
        raise Refusal("attendance.own_companion", gettext("同行人里不用写自己。"), "companions")
    if len(trip.companions) > MOST_COMPANIONS:
        said = gettext("同行人最多 {most} 位。").format(most=MOST_COMPANIONS)
        raise Refusal("attendance.many_companions", said, "companions")
    refuse_overlap([employee_id, *trip.companions], trip.interval)


def on_approved(*, request_id: int, kind: str, employee_id: int, details: Details, by: Actor, at: dt.datetime) -> None:
    """Absences for everybody who goes, in the transaction of the deciding click. All are held, so that two requests of
    one person cannot be approved for the same time."""
    if kind not in KINDS:
        return
    trip = read_trip(details)
    going = org.hold([employee_id, *trip.companions], trip.interval.start.date())
    refuse_overlap(going, trip.interval)
    people = org.by_ids(going).in_bulk()
    remark = f"{trip.place} {trip.purpose}".strip()[:200]
    approved = [Approved(people[key], trip.interval, kind, remark) for key in going]
    agree_absences(approved, request_id, by=by, at=at)


def on_withdrawn(*, request_id: int, kind: str, by: Actor, at: dt.datetime, **_: Any) -> None:
    """The absences of a request that was taken back count no more."""
    if kind in KINDS:
        end_absences(request_id, by=by, at=at)
