"""Questions about people: who works here, where, within whose reach. Those that show people take `seen_by=` and answer within the asker's reach."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext

from kaoqin.core.arrays import any_of, server_cursor
from kaoqin.core.words import NotFound
from kaoqin.org.models import Employee, Posting, Site
from kaoqin.org.place_queries import below, tree
from kaoqin.security.doors import require
from kaoqin.security.words import Actor, Reach

RESTRICTED_AFTER = dt.timedelta(days=31)
"""So long after somebody's last day their lead still sees evidence of phones and visits: the last month is to be closed."""


def head_counts(on: dt.date) -> dict[int, int]:
    """How many people are posted directly to each department on a day."""
    rows = Posting.objects.filter(posted(on)).filter(Q(employee__left_on__isnull=True) | Q(employee__left_on__gte=on))
    return dict(
        rows.values("department").annotate(count=Count("employee", distinct=True)).values_list("department", "count")
    )


def posted(on: dt.date) -> Q:
    """Postings that say where somebody belongs on a day: the one in force, a leaver's last, a newcomer's first."""
    in_force = Q(begins_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on))
    last = Q(ends_on=F("employee__left_on"), ends_on__lt=on)
    first = Q(begins_on=F("employee__hired_on"), begins_on__gt=on)
    return in_force | last | first


def within(reach: Reach, on: dt.date) -> QuerySet[Employee]:
    """The employees a reach covers on a day."""
    if reach.everyone:
        return Employee.objects.all()
    wanted = Q(pk=reach.employee_id) if reach.employee_id else Q(pk__in=())
    if reach.department_ids:
        there = Posting.objects.filter(
            posted(on), employee=OuterRef("pk"), department__in=below(reach.department_ids, on)
        )
        wanted |= Q(Exists(there))
    if reach.site_ids:
        wanted |= Q(Exists(Posting.objects.filter(posted(on), employee=OuterRef("pk"), site__in=reach.site_ids)))
    return Employee.objects.filter(wanted)


def unrestricted(reach: Reach, on: dt.date) -> QuerySet[Employee]:
    """The employees of whom a reach covers what may not be used any more once they have left (限制处理): evidence of phones,
    visits. When their last month is over, only whoever reaches everybody sees it still."""
    covered = within(reach, on)
    if reach.everyone:
        return covered
    return covered.filter(Q(left_on__isnull=True) | Q(left_on__gte=on - RESTRICTED_AFTER))


def people(code: str, *, seen_by: Actor, on: dt.date) -> QuerySet[Employee]:
    """The employees `seen_by` reaches with a permission on a day. Refuses whoever does not hold it."""
    return within(require(seen_by, code), on)


def person(employee_id: int, code: str, *, seen_by: Actor, on: dt.date) -> Employee:
    """One employee within reach; to everybody else there is no such person."""
    return _one(people(code, seen_by=seen_by, on=on), employee_id)


def unrestricted_person(employee_id: int, code: str, *, seen_by: Actor, on: dt.date) -> Employee:
    """As `person`, of the `unrestricted`."""
    return _one(unrestricted(require(seen_by, code), on), employee_id)


def _one(covered: QuerySet[Employee], employee_id: int) -> Employee:
    found = covered.filter(pk=employee_id).first()
    if found is None:
        raise NotFound("org.no_person", gettext("没有这名员工,或者不在您的管理范围内。"))
    return found


def in_departments(people: QuerySet[Employee], department_id: int, on: dt.date) -> QuerySet[Employee]:
    """Those of the people who belong to a department or one below it on a day."""
    there = Posting.objects.filter(posted(on), employee=OuterRef("pk"), department__in=below([department_id], on))
    return people.filter(Exists(there))


@dataclass(frozen=True, slots=True)
class Placed:
    """Somebody at work on a day: who, in which department, at which site."""

    employee_id: int
    number: str
    name: str
    department_id: int
    site_id: int


def placed(on: dt.date, employee_ids: Iterable[int] | None = None) -> list[Placed]:
    """Everybody employed and posted on a day, or those of some employees; one question."""
    rows = Posting.objects.filter(posted(on), employed_on("employee__", on)).order_by("employee_id")
    if employee_ids is not None:
        rows = rows.filter(any_of("employee_id", employee_ids))
    fields = ("employee_id", "employee__number", "employee__name", "department_id", "site_id")
    return [Placed(*row) for row in rows.values_list(*fields)]


def with_posting(people: QuerySet[Employee], on: dt.date) -> QuerySet[Employee]:
    """The people with `department_id`, `site_id`, `site_name` and `title` of the day, in the same query."""
    here = Posting.objects.filter(posted(on), employee=OuterRef("pk")).order_by("-begins_on")
    return people.annotate(
        department_id=Subquery(here.values("department_id")[:1]),
        site_id=Subquery(here.values("site_id")[:1]),
        site_name=Subquery(here.values("site__name")[:1]),
        title=Subquery(here.values("title")[:1]),
    )


def department_of_each(employee_ids: Iterable[int], on: dt.date) -> dict[int, int]:
    """The department some employees belong to on a day, by id; of leavers their last. One question."""
    rows = Posting.objects.filter(posted(on), any_of("employee_id", employee_ids))
    return dict(rows.values_list("employee_id", "department_id"))


def employed(people: QuerySet[Employee], first: dt.date, last: dt.date) -> QuerySet[Employee]:
    """Those employed on at least one day from first to last."""
    return people.filter(hired_on__lte=last).filter(Q(left_on__isnull=True) | Q(left_on__gte=first))


def employee_of(account_id: int) -> int | None:
    """The employee an account belongs to."""
    return Employee.objects.filter(account_id=account_id).values_list("pk", flat=True).first()


def employees_of(account_ids: Iterable[int]) -> dict[int, Employee]:
    """The employee each account belongs to, by account; the caller has asked whom it may see."""
    rows = Employee.objects.filter(any_of("account_id", account_ids))
    return {employee.account_id: employee for employee in rows if employee.account_id}


def everybody(on: dt.date) -> QuerySet[Employee]:
    """Everybody employed on a day; the caller asks whom of them somebody may see."""
    return employed(Employee.objects.all(), on, on)


@dataclass(frozen=True)
class Whereabouts:
    """Where somebody belongs on a day: the department and all above it, and the site."""

    department_ids: frozenset[int]
    site_id: int


def where(employee_id: int, on: dt.date) -> Whereabouts | None:
    """Where an employee belongs on a day; None where nobody knows."""
    here = Posting.objects.filter(posted(on), employee=employee_id).order_by("-begins_on").first()
    if here is None:
        return None
    above = {node.id: node.parent_id for node in tree(on)}
    found: set[int] = set()
    key: int | None = here.department_id
    while key is not None and key not in found:
        found.add(key)
        key = above.get(key)
    return Whereabouts(frozenset(found), here.site_id)


def belonging(
    people: QuerySet[Employee], department_ids: Iterable[int], site_ids: Iterable[int], on: dt.date
) -> QuerySet[Employee]:
    """Those of the people who belong to one of the departments, or one below, or to one of the sites, on a day."""
    there = Q(department__in=below(department_ids, on)) | Q(site__in=list(site_ids))
    return people.filter(Exists(Posting.objects.filter(posted(on), there, employee=OuterRef("pk"))))


def zones(employee_ids: Iterable[int], on: dt.date) -> dict[int, str]:
    """The time zone of each employee's site on a day."""
    rows = Posting.objects.filter(any_of("employee_id", employee_ids), posted(on)).order_by("begins_on")
    return dict(rows.values_list("employee_id", "site__timezone"))


def zone_of(employee_id: int, on: dt.date) -> str:
    """The time zone of one employee's site on a day; China's where nobody says where they work."""
    return zones([employee_id], on).get(employee_id, "Asia/Shanghai")


def zone_changes(employee_ids: Iterable[int], first: dt.date, last: dt.date) -> dict[int, list[dt.date]]:
    """The days after `first`, to `last`, on which somebody's site is in another time zone than the day before."""
    moved = Posting.objects.filter(any_of("employee_id", employee_ids), begins_on__gt=first, begins_on__lte=last)
    rows = Posting.objects.filter(employee__in=moved.values("employee")).order_by("employee", "begins_on")
    found: dict[int, list[dt.date]] = {}
    before: dict[int, str] = {}
    for employee_id, begins_on, zone in rows.values_list("employee", "begins_on", "site__timezone"):
        if before.get(employee_id, zone) != zone and first < begins_on <= last:
            found.setdefault(employee_id, []).append(begins_on)
        before[employee_id] = zone
    return found


def sites_of(people: QuerySet[Employee], on: dt.date) -> QuerySet[Site]:
    """The sites where some people work on a day, by name."""
    there = Posting.objects.filter(posted(on), site=OuterRef("pk"), employee__in=people)
    return Site.objects.filter(Exists(there)).order_by("name")


def at_site(people: QuerySet[Employee], site_id: int, on: dt.date) -> QuerySet[Employee]:
    """Those of the people who work at a site on a day."""
    return people.filter(Exists(Posting.objects.filter(posted(on), employee=OuterRef("pk"), site=site_id)))


def employment(employee_ids: Iterable[int]) -> list[tuple[int, dt.date, dt.date | None]]:
    """(employee id, hired on, last day employed or None), by id."""
    rows = Employee.objects.filter(any_of("pk", employee_ids)).order_by("pk")
    return list(rows.values_list("pk", "hired_on", "left_on"))


def employed_ids(first: dt.date, last: dt.date) -> list[int]:
    """Everybody employed on at least one day from first to last, by id."""
    return list(employed(Employee.objects.order_by("pk"), first, last).values_list("pk", flat=True))


def by_ids(ids: Iterable[int]) -> QuerySet[Employee]:
    """Employees by id; the caller has asked within whose reach they are."""
    return Employee.objects.filter(pk__in=list(ids))


def hold(employee_ids: Iterable[int], on: dt.date) -> list[int]:
    """Those of these people who have not left before a day, by id. All of them are held: whoever else holds one waits
    until the caller's transaction ends."""
    rows = by_ids(employee_ids).order_by("pk").select_for_update(no_key=True)
    return [employee.pk for employee in rows if employee.left_on is None or employee.left_on >= on]


def employed_on(path: str, on: dt.date) -> Q:
    """Employed on a day, through the path of a lookup."""
    return Q(**{f"{path}hired_on__lte": on}) & (
        Q(**{f"{path}left_on__isnull": True}) | Q(**{f"{path}left_on__gte": on})
    )


@dataclass(frozen=True)
class Posted:
    """Where an employee is on a day: the site (one or none), and the department with all above it, the nearest first."""

    site_ids: tuple[int, ...] = ()
    departments: tuple[int, ...] = ()


_WHERE_POSTED = """
WITH RECURSIVE here AS (
 SELECT posting.site_id, posting.department_id FROM org_posting posting JOIN org_employee who ON who.id = posting.employee_id
 WHERE posting.employee_id = %(employee)s AND (
  (posting.begins_on <= %(on)s AND (posting.ends_on IS NULL OR posting.ends_on >= %(on)s))
  OR (posting.ends_on = who.left_on AND posting.ends_on < %(on)s)
  OR (posting.begins_on = who.hired_on AND posting.begins_on > %(on)s))
 ORDER BY posting.begins_on DESC LIMIT 1
), up(department_id, step) AS (
 SELECT department_id, 0 FROM here
 UNION ALL
 SELECT version.parent_id, step + 1 FROM up, LATERAL (
  SELECT parent_id, closed FROM org_departmentversion
  WHERE department_id = up.department_id AND begins_on <= %(on)s ORDER BY begins_on DESC LIMIT 1
 ) version WHERE NOT version.closed AND version.parent_id IS NOT NULL
)
SELECT here.site_id, up.department_id FROM here, up ORDER BY step
"""
"""As `posted` says; asked with every punch, and so in one question that the database plans once."""


def where_posted(employee_id: int, on: dt.date) -> Posted:
    """Where an employee is on a day; above a department that is closed there is nothing."""
    with server_cursor() as cursor:
        cursor.execute(_WHERE_POSTED, {"on": on, "employee": employee_id})
        rows = cursor.fetchall()
    site_id = rows[0][0] if rows else None
    return Posted((site_id,) if site_id else (), tuple(key for _, key in rows))


def site_ids_of(employee_id: int, on: dt.date) -> list[int]:
    """The site an employee works at on a day, as a list that may be empty."""
    rows = Posting.objects.filter(posted(on), employee=employee_id).order_by("-begins_on")
    return list(rows.values_list("site_id", flat=True)[:1])


def accounts_of(employee_ids: Iterable[int]) -> dict[int, int]:
    """The account of each employee who has one that is open."""
    rows = Employee.objects.filter(any_of("pk", employee_ids), account__is_active=True)
    return {key: account for key, account in rows.values_list("pk", "account_id") if account}
