"""Templates of people who agreed: taken out of uploads before these are masked, sealed, and gone when the consent ends.

Nothing is taken unless a person has switched it on for the terminal and the consent of the person is in force. Both are
asked for in the transaction that keeps the template, and held: whoever withdraws or switches off at the same moment waits
for it, and then deletes it too.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from kaoqin.consent import queries as consent
from kaoqin.consent.words import Trait
from kaoqin.core.sealed import seal
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.devices import fleet, numbers, queue
from kaoqin.devices.models import BiometricTemplate, Command, Device, PersonOnDevice, TemplateRemoval
from kaoqin.devices.protocols import TEMPLATES
from kaoqin.devices.wire import RemoveTemplate, Template, Terminal
from kaoqin.devices.words import CommandState, DeviceState, Wish
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.audit import record_all
from kaoqin.security.words import Actor

LONGEST = 1_000_000
"""Characters of one template or picture that are kept; a face is a few thousand, a picture below 200,000."""
_UPDATED = ("employee", "trait", "version", "details", "size", "sealed", "taken_at")
Pair = tuple[int, Trait]


def take(terminal: Terminal, kind: str, body: bytes, at: dt.datetime) -> None:
    """Keep what an unpacked body holds of people who agreed, sealed; all else in it is left to the mask."""
    reads = TEMPLATES.get(terminal.dialect.protocol)
    if reads is None or not terminal.dialect.keeps_templates:
        return
    found = [one for one in reads.read(kind, body) if one.size <= LONGEST]
    facts = _facts_if_kept(terminal) if found else None
    if facts is not None:
        versions = {one.form: reads.version(one.form, facts) for one in found}
        _keep(terminal, found, versions, at)


def _facts_if_kept(terminal: Terminal) -> Mapping[str, str] | None:
    """What the terminal tells of itself, if its templates are kept still; nobody switches that off meanwhile."""
    found = Device.objects.select_for_update(no_key=True).filter(pk=terminal.id, keeps_templates=True).first()
    return found.facts if found else None


def _keep(terminal: Terminal, found: Collection[Template], versions: Mapping[str, str], at: dt.datetime) -> None:
    today = timezone.localdate(at)
    whose = numbers.known({}, {one.pin for one in found}, today)
    owners = {one.pin: whose.employee(one.pin, terminal.serial) for one in found}
    agreed = consent.hold_in_force({owner for owner in owners.values() if owner}, today)
    rows = {
        (one.pin, one.form, one.number, one.part): _row(terminal, one, owner, versions[one.form], at)
        for one in found
        if (owner := owners[one.pin]) and (owner, one.trait) in agreed
    }
    BiometricTemplate.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["device", "pin", "form", "number", "part"],
        update_fields=_UPDATED,
    )


def _row(terminal: Terminal, one: Template, owner: int, version: str, at: dt.datetime) -> BiometricTemplate:
    return BiometricTemplate(
        employee_id=owner,
        device_id=terminal.id,
        pin=one.pin,
        trait=one.trait,
        form=one.form,
        number=one.number,
        part=one.part,
        version=one.version or version[:20],
        details=dict(one.details),
        size=one.size,
        sealed=seal(one.data),
        taken_at=at,
    )


def without_secret(row: BiometricTemplate) -> Template:
    """A kept template, all but the secret: enough to word a command."""
    told = (row.pin, Trait(row.trait), row.form, row.number, row.part, row.version, row.details, row.size)
    return Template(*told)


def delete(rows: QuerySet[BiometricTemplate], at: dt.datetime) -> int:
    """For good; what was to be sent of them is not sent any more."""
    ids = list(rows.values_list("pk", flat=True))
    open_ones = Command.objects.filter(template__in=ids, state__in=[CommandState.WAITING, CommandState.SENT])
    open_ones.update(state=CommandState.FAILED, ended_at=at)
    BiometricTemplate.objects.filter(pk__in=ids).delete()
    return len(ids)


@dataclass(frozen=True)
class Place:
    """That a terminal may hold templates of somebody, under this number."""

    terminal: Terminal
    facts: Mapping[str, str]
    employee_id: int
    pin: str


def on_consent_ended(pairs: Collection[Pair], by: Actor, at: dt.datetime) -> None:
    """What was kept on the strength of these consents is deleted, here and on every terminal that may hold it; in the
    transaction in which they end."""
    counts = _counts(pairs)
    delete(_of(pairs), at)
    employees = {one.pk: one for one in org.with_posting(org.by_ids({key for key, _ in pairs}), timezone.localdate(at))}
    places: dict[int, list[Place]] = defaultdict(list)
    for place in _places(employees, at):
        places[place.employee_id].append(place)
    told = {pair: remove_everywhere(pair, places[pair[0]], by, at) for pair in pairs}
    deeds = (
        (employees[pair[0]], _said(employees[pair[0]], pair[1], counts[pair], told[pair]), {"templates": counts[pair]})
        for pair in pairs
        if counts[pair] or told[pair]
    )
    record_all(by, "devices.delete_templates", deeds, at=at)


def _of(pairs: Iterable[Pair]) -> QuerySet[BiometricTemplate]:
    by_trait: dict[Trait, set[int]] = defaultdict(set)
    for employee_id, trait in pairs:
        by_trait[trait].add(employee_id)
    wanted = Q(pk__in=())
    for trait, ids in by_trait.items():
        wanted |= Q(trait=trait, employee__in=ids)
    return BiometricTemplate.objects.filter(wanted)


def _counts(pairs: Iterable[Pair]) -> Counter[Pair]:
    rows = _of(pairs).order_by().values_list("employee", "trait").annotate(Count("pk"))
    return Counter({(employee_id, Trait(trait)): count for employee_id, trait, count in rows})


def _said(employee: Employee, trait: Trait, count: int, terminals: int) -> Sentence:
    return Sentence(
        "删除 {name}({number})的{trait}模板 {count} 份,并要求 {terminals} 台考勤机删除",
        name=employee.name,
        number=employee.number,
        trait=trait.label,
        count=count,
        terminals=terminals,
    )


def _places(employees: Mapping[int, Employee], at: dt.datetime) -> Iterator[Place]:
    """Where these people may be known: terminals that told so, those that were sent a template of theirs, and those at
    their site that never told whom they know."""
    terminals = {one.id: one for one in fleet.terminals(at, state=DeviceState.APPROVED).values()}
    devices = list(Device.objects.filter(pk__in=terminals))
    known = _numbers(employees, timezone.localdate(at))
    pins = {pin for whose in known.values() for device in devices for pin in whose(device.serial)}
    told = set(PersonOnDevice.objects.filter(pin__in=pins).values_list("device", "pin"))
    told |= set(Command.objects.filter(wish=Wish.PUT_TEMPLATE, target__in=pins).values_list("device", "target"))
    talkative = set(PersonOnDevice.objects.order_by().values_list("device", flat=True).distinct())
    for device in devices:
        for key, whose in known.items():
            here = device.pk not in talkative and device.site_id == getattr(employees[key], "site_id", None)
            for pin in whose(device.serial):
                if here or (device.pk, pin) in told:
                    yield Place(terminals[device.pk], device.facts, key, pin)


def _numbers(employees: Mapping[int, Employee], today: dt.date) -> dict[int, Callable[[str], Collection[str]]]:
    """By person what their numbers are on a terminal: today, or on their last day, for a number may be another's since."""
    days: dict[dt.date, dict[int, str]] = defaultdict(dict)
    for key, one in employees.items():
        days[min(one.left_on or today, today)][key] = one.number
    found: dict[int, Callable[[str], Collection[str]]] = {}
    for day, group in days.items():
        whose = numbers.known(group, (), day)
        found |= {key: partial(whose.numbers, key) for key in group}
    return found


def remove_everywhere(pair: Pair, places: Iterable[Place], by: Actor, at: dt.datetime) -> int:
    """Terminals are to forget a trait of somebody; one that has no word for it is listed, for a person to do it there.
    Returns how many terminals."""
    devices = set()
    for place in places:
        devices.add(place.terminal.id)
        for form in _forms(place, pair[1]):
            TemplateRemoval.objects.create(
                device_id=place.terminal.id,
                employee_id=pair[0],
                pin=place.pin,
                trait=pair[1],
                command=_removal(place, form, by, at),
                asked_at=at,
            )
    return len(devices)


def _forms(place: Place, trait: Trait) -> Collection[str]:
    reads = TEMPLATES.get(place.terminal.dialect.protocol)
    return reads.forms(trait, place.facts) if reads else (str(trait),)


def _removal(place: Place, form: str, by: Actor, at: dt.datetime) -> Command | None:
    try:
        made = queue.worded(
            place.terminal, RemoveTemplate(place.pin, form), at, target=place.pin, asked_by=by.account_id
        )
    except Refusal:
        return None
    made.save()
    return made
