"""What it costs to take a punch by phone when it is weighed by sixty days of two hundred people, in a real database.

Run as `python -m benchmarks.weighing [--explain]`. At most 30 ms a punch in all is the goal: signature, place, weighing, ledger.
"""

import argparse
import datetime as dt
import time
import uuid
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from benchmarks.database import empty, start
from benchmarks.punching_company import Company, Seen

PEOPLE_MEASURED = 100
ADDRESS = "203.0.113.9"
SINCE = dt.date(2026, 1, 1)


def main(told: list[str] | None = None) -> None:
    """Print milliseconds a punch; with `--explain` the plan of each question, too."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--explain", action="store_true")
    explain = parser.parse_args(told).explain
    start()
    empty()
    company = Company(1)
    seen = company.punches()
    phones = _settle_in(company, seen)
    _remember(seen, phones)
    worked = time.process_time()
    taken, asked = _measure(company, seen[-1].at, phones)
    worked = (time.process_time() - worked) * 1000 / len(taken)
    print(f"weighing: {len(seen):,} punches of {len(phones)} people before; {PEOPLE_MEASURED} more: ", end="")
    print(
        f"median {median(taken):.1f} ms, longest {max(taken):.1f} ms a punch, {worked:.1f} ms of it our own work; {asked} questions each"
    )
    if explain:
        _explain()


def _settle_in(company: Company, seen: Sequence[Seen]) -> dict[int, Any]:
    """Sites with places and Wi-Fi, people with a phone each; by their number."""
    from kaoqin.org.models import Department, DepartmentVersion, Employee, Posting, Site
    from kaoqin.phones.models import OfficeNetwork, Place
    from kaoqin.web.demo.phones import DemoPhone

    department = Department.objects.create(code="B")
    DepartmentVersion.objects.create(department=department, begins_on=SINCE, name="B")
    sites = [Site.objects.create(code=f"S{n}", name=f"S{n}") for n in range(3)]
    for site, middle in zip(sites, company.sites, strict=True):
        told = {"datum": "wgs84", "corners": [[float(one) for one in middle]], "radius_m": 150, "begins_on": SINCE}
        Place.objects.create(name=site.name, site=site, **told)
        OfficeNetwork.objects.create(site=site, name=site.name, addresses=f"198.51.100.{site.pk}", begins_on=SINCE)
    people = [
        Employee.objects.create(number=f"{n.number:05d}", name=f"B{n.number}", hired_on=SINCE) for n in company.people
    ]
    Posting.objects.bulk_create(
        Posting(employee=one, department=department, site=sites[here.site], title="", begins_on=SINCE)
        for one, here in zip(people, company.people, strict=True)
    )
    return {
        here.number: DemoPhone(one, "phone", seen[0].at, ADDRESS)
        for one, here in zip(people, company.people, strict=True)
    }


def _remember(seen: Sequence[Seen], phones: dict[int, Any]) -> None:
    """What was punched before, as it is kept."""
    from django.db import connection

    from kaoqin.phones.models import Place, Record

    spots = {f"site-{n}": f"place-{place.pk}" for n, place in enumerate(Place.objects.order_by("pk"))}
    Record.objects.bulk_create(
        (_kept(number, one, phones[one.employee], spots) for number, one in enumerate(seen, 1)), batch_size=2_000
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _kept(number: int, one: Seen, phone: Any, spots: dict[str, str]) -> Any:
    from kaoqin.phones.models import Record

    return Record(
        phone=phone.phone,
        employee_id=phone.by.employee_id,
        key=uuid.UUID(int=number),
        counter=number - 1_000_000,
        digest=f"{number:064d}",
        payload="x" * 600,
        signature="x" * 86,
        address=ADDRESS,
        received_at=one.at,
        device_time=one.at,
        zone=one.zone,
        at=one.at,
        state="counted",
        verdict="inside",
        latitude=one.latitude,
        longitude=one.longitude,
        accuracy_m=one.accuracy_m,
        device=phone.device,
        spot=spots.get(one.place, one.place),
        network=one.network,
        stations=list(one.stations),
        score=0.001,
        made_up=0.0005,
        other_hand=0.0005,
    )


def _measure(company: Company, last: dt.datetime, phones: dict[int, Any]) -> tuple[list[float], int]:
    """Milliseconds of each of so many punches of the next morning, and how many questions one of them asks."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from kaoqin.core.places import Point

    def press(number: int) -> None:
        north, east = company.sites[company.people[number].site]
        where = Point(float(north), float(east))
        at = last.replace(hour=8, minute=0) + dt.timedelta(days=1, seconds=5 * number)
        wifi = [f"02:00:00:00:00:{n:02x}" for n in range(4)]
        phones[number].press(at, where, 31.7, accuracy_m=17.3, wifi=wifi, provider="gps", mock=False)

    press(PEOPLE_MEASURED)
    taken = [_milliseconds(lambda n=number: press(n)) for number in range(PEOPLE_MEASURED)]  # type: ignore[misc]
    with CaptureQueriesContext(connection) as asked:
        press(PEOPLE_MEASURED + 1)
    return taken, len(asked)


def _milliseconds(what: Callable[[], None]) -> float:
    begun = time.perf_counter()
    what()
    return (time.perf_counter() - begun) * 1000


def _explain() -> None:
    """The plans of the questions of `remembering` for the last record."""
    from django.db import connection

    from kaoqin.core.arrays import array_of
    from kaoqin.phones import remembering
    from kaoqin.phones.models import Record
    from kaoqin.phones.past import TOGETHER

    row = Record.objects.exclude(spot="").latest("at")
    ids = Record.objects.filter(employee=row.employee).values_list("pk", flat=True)[:120]
    values: dict[str, Any] = {
        "spot": row.spot,
        "at": row.at,
        "since": row.at - remembering.SPAN,
        "employee": row.employee_id,
    }
    values |= {
        "device": row.device,
        "together": TOGETHER,
        "networks": 5_000,
        "stations": 1_000,
        "ids": array_of(ids),
    }
    with connection.cursor() as cursor:
        for name in ("COMPANIONS", "USES", "NOW_WITH", "NETWORKS", "STATIONS"):
            cursor.execute("EXPLAIN ANALYZE " + getattr(remembering, name), values)
            print(f"\n{name}", *(line for (line,) in cursor.fetchall()), sep="\n")
    own = Record.objects.filter(employee=row.employee, at__lt=row.at).order_by("-at", "-pk")[:120]
    print("\nown", own.explain(analyze=True), sep="\n")


if __name__ == "__main__":
    main()
