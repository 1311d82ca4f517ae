"""What may have changed who belongs on terminals: noted where it happens, looked at once a minute."""

from collections.abc import Collection
from dataclasses import dataclass

from kaoqin.core.arrays import any_of
from kaoqin.devices.models import Device, PeopleMark
from kaoqin.org.models import Site

AT_ONCE = 5_000


def mark_device(device_id: int) -> None:
    """This terminal told something of its people or its commands, or a person changed what is wanted of it."""
    PeopleMark.objects.create(device_id=device_id)


def mark_people(employee_ids: Collection[int], **_: object) -> None:
    """These people were hired, moved, renamed, got another number, or left."""
    PeopleMark.objects.bulk_create([PeopleMark(employee_id=key) for key in employee_ids], batch_size=AT_ONCE)


def mark_site(site: Site) -> None:
    """A rule for all terminals of a site changed."""
    ids = Device.objects.filter(site=site).values_list("pk", flat=True)
    PeopleMark.objects.bulk_create([PeopleMark(device_id=key) for key in ids])


@dataclass(frozen=True)
class Marked:
    """Terminals and people that something was noted of."""

    device_ids: frozenset[int]
    employee_ids: frozenset[int]


def take_marks() -> Marked:
    """All notes, taken away."""
    rows = list(PeopleMark.objects.values_list("pk", "device_id", "employee_id"))
    PeopleMark.objects.filter(any_of("pk", [row[0] for row in rows])).delete()
    return Marked(frozenset(row[1] for row in rows if row[1]), frozenset(row[2] for row in rows if row[2]))
