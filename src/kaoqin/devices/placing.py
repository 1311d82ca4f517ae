"""Keeps the people of terminals as they should be: once a minute, where something changed or is due.

For each terminal, on what it told last of its people (never before a whole answer came):

1. whoever belongs there and is not, or under another name or card, is put; whom the house put there and who does not
   belong any more is removed; everybody else is only listed;
   where more than a fifth (and ten) would go at once, a person is asked first, for fingers and faces go with them;
2. a wish is sent once: not while an equal one is open; a newer wish replaces an older one of the same person;
3. at most 100 wishes are open at a terminal, and 5,000 are given in a run; those that remain wait their turn;
4. after the writes, and once a night, the terminal is asked whom it knows; only its answer makes a write done;
5. what was refused, or answered otherwise, is tried again after 5, 15, 60 and 240 minutes, then given up and shown.
"""

import datetime as dt
import logging
import zoneinfo
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.devices import fleet, numbers
from kaoqin.devices.belonging import DAY, NOON, Belonging, days_meant
from kaoqin.devices.marks import Marked, take_marks
from kaoqin.devices.models import Device, PeopleKeeping, PeopleMark, PersonOnDevice, Placement, TerminalAccess
from kaoqin.devices.scene import Scene
from kaoqin.devices.telling import take_whole
from kaoqin.devices.words import DeviceState
from kaoqin.org import queries as org

log = logging.getLogger(__name__)
MOST_TERMINALS = 100
MOST_COMMANDS = 5_000
NIGHT = 3
"""The hour at which a terminal is asked whom it knows, each at a minute of its own."""
SPREAD_MINUTES = 30
"""After midnight and after noon not all terminals are looked at in the same minute."""


@app.periodic(cron="* * * * *")
@app.task(name="devices.place_people", lock="devices.place_people", queueing_lock="devices.place_people")
def place_people(timestamp: int) -> None:
    """Every minute."""
    place(timezone.now())


def place(at: dt.datetime) -> int:
    """Look at the terminals that are due; returns how many commands they were given. Two questions where nothing is."""
    note(at)
    due = PeopleKeeping.objects.filter(on=True, due_at__lte=at, device__state=DeviceState.APPROVED)
    devices = [one.device for one in due.select_related("device__site").order_by("due_at")[:MOST_TERMINALS]]
    known = Known(devices, at)
    left = MOST_COMMANDS
    for device in devices:
        try:
            left -= place_one(device, known, left, at)
        except Exception:
            log.exception("the people of terminal %s could not be kept", device.serial)
            PeopleKeeping.objects.filter(device=device).update(due_at=at + dt.timedelta(minutes=10))
    return MOST_COMMANDS - left


def note(at: dt.datetime) -> None:
    """Make due what was marked, and take whole answers of terminals that told something."""
    if PeopleMark.objects.exists():
        with transaction.atomic():
            _note(take_marks(), at)


def _note(marked: Marked, at: dt.datetime) -> None:
    for device_id in marked.device_ids:
        take_whole(device_id, at)
    PeopleKeeping.objects.filter(_touched(marked, at), on=True).update(due_at=at)


def _touched(marked: Marked, at: dt.datetime) -> Q:
    """The terminals that something marked may matter to: where those people are or belong, or rules say who does."""
    touched = Q(device__in=marked.device_ids)
    if marked.employee_ids:
        today = timezone.localdate(at)
        sites = {one.site_id for one in org.placed(today, marked.employee_ids)}
        there = Placement.objects.filter(employee__in=marked.employee_ids).values("device")
        rules = TerminalAccess.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today - DAY))
        touched |= Q(device__site__in=sites) | Q(device__in=there)
        touched |= Q(device__in=rules.filter(device__isnull=False).values("device"))
        touched |= Q(device__site__in=rules.filter(at_site__isnull=False).values("at_site"))
    return touched


class Known:
    """What the run needs of everybody: who belongs where and whose numbers are, asked once a day of the calendar."""

    def __init__(self, devices: Iterable[Device], at: dt.datetime) -> None:
        self._devices, self._at = list(devices), at
        self.terminals = fleet.terminals(at) if self._devices else {}
        self._days: dict[dt.date, Belonging] = {}
        self._numbers: dict[dt.date, numbers.Numbers] = {}
        for device in self._devices:
            self.days(device)

    def days(self, device: Device) -> list[Belonging]:
        """The days whose people belong on a terminal now, today last."""
        days = days_meant(self._at, self.terminals[device.serial].dialect.zone)
        return [self._days.get(day) or self._days.setdefault(day, Belonging(day)) for day in days]

    def numbers(self, on: dt.date) -> numbers.Numbers:
        """Whose numbers are on a day, of all who belong on any of these terminals and all who are on one."""
        if on not in self._numbers:
            employees = {key: one.number for day in self._days.values() for key, one in day.people.items()}
            pins = PersonOnDevice.objects.filter(device__in=self._devices).values_list("pin", flat=True).distinct()
            kept = Placement.objects.filter(device__in=self._devices).values_list("pin", flat=True).distinct()
            self._numbers[on] = numbers.known(employees, {*pins, *kept}, on)
        return self._numbers[on]


def scene(device: Device, known: Known, at: dt.datetime) -> Scene:
    """All that is known of one terminal's people now."""
    days = known.days(device)
    keeping = PeopleKeeping.objects.select_related("telling").filter(device=device).first()
    return Scene(
        device,
        known.terminals[device.serial].dialect,
        at,
        days,
        known.numbers(days[-1].on),
        keeping,
    )


@transaction.atomic
def place_one(device: Device, known: Known, most: int, at: dt.datetime) -> int:
    """One terminal; returns how many commands it was given, at most so many."""
    keeping = PeopleKeeping.objects.select_for_update().get(pk=device.pk)
    if not keeping.on:
        return 0
    take_whole(device.pk, at)
    seen = scene(device, known, at)
    made = seen.decide(most)
    zone = known.terminals[device.serial].dialect.zone
    night = nightly(device, zone, at)
    if seen.must_tell(last_night=night - DAY):
        made += [seen.ask()]
    PeopleKeeping.objects.filter(pk=device.pk).update(
        due_at=min([*seen.looks_again(), night, half_day(device, zone, at)])
    )
    return len(made)


def nightly(device: Device, zone: str, at: dt.datetime) -> dt.datetime:
    """When a terminal is asked whom it knows next."""
    local = at.astimezone(zoneinfo.ZoneInfo(zone))
    night = local.replace(hour=NIGHT, minute=device.pk % 60, second=0, microsecond=0)
    return night if night > local else night + DAY


def half_day(device: Device, zone: str, at: dt.datetime) -> dt.datetime:
    """Soon after the next midnight or noon there: then others belong."""
    local = at.astimezone(zoneinfo.ZoneInfo(zone))
    later = dt.timedelta(minutes=device.pk % SPREAD_MINUTES)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + later
    noon = midnight.replace(hour=NOON)
    return min(moment for moment in (midnight, noon, midnight + DAY) if moment > local)
