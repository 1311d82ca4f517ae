"""Questions about the organisation. Those that show people take `seen_by=` and answer within the asker's reach."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.utils.translation import gettext

from kaoqin.core import places
from kaoqin.core.arrays import any_of, server_cursor, text_array
from kaoqin.core.places import Point
from kaoqin.core.words import NotFound, Refusal
from kaoqin.org.leading import Leading
from kaoqin.org.models import Department, DepartmentHead, DepartmentVersion, Employee, LineManager, Posting, Site
from kaoqin.security.doors import require
from kaoqin.security.words import Actor, Reach, ScopeKind

RESTRICTED_AFTER = dt.timedelta(days=31)
"""So long after somebody's last day their lead still sees evidence of phones and visits: the last month is to be closed."""


@dataclass(frozen=True)
class Node:
    """A department in the tree of one day; `path` names it from the root, `depth` counts from 0."""

    id: int
    code: str
    name: str
    parent_id: int | None
    depth: int
    path: str


def tree(on: dt.date) -> list[Node]:
    """All departments that exist on a day, parents before children, siblings by code."""
    newest = DepartmentVersion.objects.filter(begins_on__lte=on).order_by("department_id", "-begins_on")
    rows = newest.distinct("department_id").values_list(
        "department_id", "department__code", "name", "parent_id", "closed"
    )
    open_rows = sorted((r for r in rows if not r[4]), key=lambda r: r[1])
    known = {r[0] for r in open_rows}
    children: dict[int | None, list[tuple[int, str, str, int | None, bool]]] = {}
    for row in open_rows:
        children.setdefault(row[3] if row[3] in known else None, []).append(row)
    return list(_walk(children, None, 0, ""))


def _walk(
    children: dict[int | None, list[tuple[int, str, str, int | None, bool]]], parent: int | None, depth: int, path: str
) -> Iterable[Node]:
    for key, code, name, above, _ in children.get(parent, []):
        here = f"{path}/{name}" if path else name
        yield Node(key, code, name, above, depth, here)
        yield from _walk(children, key, depth + 1, here)


def below(department_ids: Iterable[int], on: dt.date) -> set[int]:
    """The departments and all below them on a day."""
    found = set(department_ids)
    for node in tree(on):
        if node.parent_id in found:
            found.add(node.id)
    return found


def department_keys(on: dt.date) -> dict[str, list[int]]:
    """The departments of a day by all that people call them: code, name, path; a name may be of several."""
    found: dict[str, list[int]] = {}
    for node in tree(on):
        for name in {node.code, node.name, node.path}:
            found.setdefault(name, []).append(node.id)
    return found


def department_names(on: dt.date) -> dict[int, str]:
    """Each department's name on a day."""
    return {node.id: node.name for node in tree(on)}


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
    rows = Posting.objects.filter(posted(on), _employed_on("employee__", on)).order_by("employee_id")
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


def scope_choices(on: dt.date) -> list[tuple[str, str]]:
    """The departments and sites a grant can be scoped to."""
    departments = [
        (f"{ScopeKind.DEPARTMENT}:{n.id}", "\u3000" * n.depth + gettext("部门:{name}").format(name=n.name))
        for n in tree(on)
    ]
    return departments + [
        (f"{ScopeKind.SITE}:{s.pk}", gettext("地点:{name}").format(name=s.name)) for s in Site.objects.order_by("code")
    ]


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


def department(department_id: int) -> Department:
    found = Department.objects.filter(pk=department_id).first()
    if found is None:
        raise NotFound("org.no_department", gettext("没有这个部门。"))
    return found


def site(site_id: int) -> Site:
    found = Site.objects.filter(pk=site_id).first()
    if found is None:
        raise NotFound("org.no_site", gettext("没有这个地点。"))
    return found


def departments_among(ids: Iterable[int]) -> QuerySet[Department]:
    return Department.objects.filter(pk__in=list(ids))


def sites_among(ids: Iterable[int]) -> QuerySet[Site]:
    return Site.objects.filter(pk__in=list(ids)).order_by("code")


def sites_of(people: QuerySet[Employee], on: dt.date) -> QuerySet[Site]:
    """The sites where some people work on a day, by name."""
    there = Posting.objects.filter(posted(on), site=OuterRef("pk"), employee__in=people)
    return Site.objects.filter(Exists(there)).order_by("name")


def at_site(people: QuerySet[Employee], site_id: int, on: dt.date) -> QuerySet[Employee]:
    """Those of the people who work at a site on a day."""
    return people.filter(Exists(Posting.objects.filter(posted(on), employee=OuterRef("pk"), site=site_id)))


def site_positions() -> dict[int, Point]:
    """Where the sites are that say so, in WGS-84, whatever datum their positions were told in. One question."""
    rows = Site.objects.exclude(datum="").values_list("pk", "latitude", "longitude", "datum")
    return {
        key: Point(float(north), float(east), places.Datum(datum)).to(places.Datum.WGS84)
        for key, north, east, datum in rows
        if north is not None and east is not None
    }


def site_choices() -> list[tuple[str, str]]:
    """Every site by its code, for a form: (id, name)."""
    return [(str(site.pk), site.name) for site in Site.objects.order_by("code")]


def by_number(number: str) -> Employee:
    """The employee with exactly this number (leading zeros count)."""
    found = Employee.objects.filter(number=number).first()
    if found is None:
        raise Refusal("org.unknown_number", gettext("没有工号为 {number} 的员工。").format(number=number))
    return found


def ids_by_number(numbers: Iterable[str]) -> dict[str, int]:
    """Employee ids by exactly these numbers. They are joined: once a plan is kept for any array, `= ANY` compares every
    employee with every number."""
    question = "SELECT number, id FROM org_employee JOIN unnest(%s::text[]) AS asked(number) USING (number)"
    with server_cursor() as cursor:
        cursor.execute(question, [text_array(numbers)])
        return dict(cursor.fetchall())


def by_numbers(numbers: Iterable[str]) -> dict[str, Employee]:
    """The employees with exactly these numbers; numbers nobody has are left out."""
    return {employee.number: employee for employee in Employee.objects.filter(number__in=list(numbers))}


def resembling(numbers: Iterable[str], names: Iterable[str]) -> QuerySet[Employee]:
    """Employees who may be meant: with one of the numbers but for leading zeros, or with one of the names."""
    bare = [number.lstrip("0") for number in numbers]
    rows = Employee.objects.annotate(bare=Func(F("number"), Value("0"), function="ltrim", output_field=TextField()))
    return rows.filter(Q(bare__in=bare) | Q(name__in=[name for name in names if name])).order_by("number")


def ids_containing(asked: str) -> list[int]:
    """Ids of the employees whose number or name contains a text, in any case."""
    found = Employee.objects.filter(Q(number__icontains=asked) | Q(name__icontains=asked))
    return list(found.values_list("pk", flat=True))


def employment(employee_ids: Iterable[int]) -> list[tuple[int, dt.date, dt.date | None]]:
    """(employee id, hired on, last day employed or None), by id."""
    rows = Employee.objects.filter(any_of("pk", employee_ids)).order_by("pk")
    return list(rows.values_list("pk", "hired_on", "left_on"))


def employed_ids(first: dt.date, last: dt.date) -> list[int]:
    """Everybody employed on at least one day from first to last, by id."""
    return list(employed(Employee.objects.order_by("pk"), first, last).values_list("pk", flat=True))


def department_choices(code: str, *, seen_by: Actor, on: dt.date) -> list[tuple[str, str]]:
    """The departments an actor reaches with a permission, indented as a tree, for a filter."""
    reach = require(seen_by, code)
    reached = below(reach.department_ids, on)
    nodes = [node for node in tree(on) if reach.everyone or reach.site_ids or node.id in reached]
    return [(str(node.id), f"{'　' * node.depth}{node.name}") for node in nodes]


def by_ids(ids: Iterable[int]) -> QuerySet[Employee]:
    """Employees by id; the caller has asked within whose reach they are."""
    return Employee.objects.filter(pk__in=list(ids))


def hold(employee_ids: Iterable[int], on: dt.date) -> list[int]:
    """Those of these people who have not left before a day, by id. All of them are held: whoever else holds one waits
    until the caller's transaction ends."""
    rows = by_ids(employee_ids).order_by("pk").select_for_update(no_key=True)
    return [employee.pk for employee in rows if employee.left_on is None or employee.left_on >= on]


def reached_by_numbers(numbers: Iterable[str], code: str, *, seen_by: Actor, on: dt.date) -> list[int]:
    """Employee ids in the order of the numbers. Refuses numbers that are unknown or out of reach, naming them."""
    wanted = list(dict.fromkeys(numbers))
    found = dict(people(code, seen_by=seen_by, on=on).filter(number__in=wanted).values_list("number", "pk"))
    missing = [number for number in wanted if number not in found]
    if missing:
        said = "、".join(missing[:10])
        raise Refusal(
            "org.unknown_number", gettext("没有工号 {numbers},或者不在您的管理范围内。").format(numbers=said), "numbers"
        )
    return [found[number] for number in wanted]


def leading(on: dt.date) -> Leading:
    """Who leads whom on a day: the tree and its heads are read now, people as they are asked for."""
    heads = DepartmentHead.objects.filter(posted(on), _employed_on("employee__", on))
    above = {node.id: node.parent_id for node in tree(on)}
    return Leading(above, dict(heads.values_list("department_id", "employee_id")), lambda key: _own_place(key, on))


def line_managers(employee_ids: Iterable[int], on: dt.date) -> dict[int, int]:
    """The line manager of each of some people who has one: a handful of questions for any number of them."""
    ids = list(employee_ids)
    here = any_of("employee_id", ids)
    postings = Posting.objects.filter(posted(on), here).order_by("begins_on")
    departments = dict(postings.values_list("employee_id", "department_id"))
    own = LineManager.objects.filter(posted(on), _employed_on("manager__", on), here)
    managers = dict(own.values_list("employee_id", "manager_id"))
    lines = replace(leading(on), place_of=lambda key: (departments.get(key), managers.get(key)))
    return {key: found for key in ids if (found := lines.manager(key))}


def _employed_on(path: str, on: dt.date) -> Q:
    """Employed on a day, through the path of a lookup."""
    return Q(**{f"{path}hired_on__lte": on}) & (
        Q(**{f"{path}left_on__isnull": True}) | Q(**{f"{path}left_on__gte": on})
    )


def _own_place(employee_id: int, on: dt.date) -> tuple[int | None, int | None]:
    """(department, own line manager where there is one who has not left) of an employee on a day."""
    where = Posting.objects.filter(posted(on), employee=employee_id).order_by("-begins_on")
    own = LineManager.objects.filter(posted(on), _employed_on("manager__", on), employee=employee_id)
    return where.values_list("department_id", flat=True).first(), own.values_list("manager_id", flat=True).first()


def line_manager(employee_id: int, on: dt.date, levels: int = 1) -> Employee | None:
    """The line manager `levels` up on a day: one's own, else the head of the department or of one above.

    Oneself and people who have left are passed over; where a circle would begin nobody is above.
    """
    return Employee.objects.filter(pk=leading(on).manager(employee_id, levels) or 0).first()


def department_head(employee_id: int, on: dt.date) -> Employee | None:
    """The head of an employee's department on a day, or of the next one above that has another head than oneself."""
    return Employee.objects.filter(pk=leading(on).head(employee_id) or 0).first()


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


def heads(on: dt.date) -> dict[int, Employee]:
    """Who heads each department on a day, those who have left too: HR must see that somebody is missing."""
    rows = DepartmentHead.objects.filter(posted(on)).select_related("employee")
    return {row.department_id: row.employee for row in rows}


def heads_of(department: Department) -> QuerySet[DepartmentHead]:
    """Everybody who ever headed a department or will, the latest first."""
    return department.heads.select_related("employee").order_by("-begins_on")


def line_managers_of(employee: Employee) -> QuerySet[LineManager]:
    """All own line managers of somebody, the latest first; the caller has asked whether the person may be seen."""
    return employee.line_managers.select_related("manager").order_by("-begins_on")


def meant(texts: Iterable[str], on: dt.date) -> list[Employee]:
    """Those who are meant by a number or by a name only one employed person has. Refuses the rest, naming it."""
    found = [_meant(text, on) for text in dict.fromkeys(texts)]
    return list({employee.pk: employee for employee in found}.values())


def _meant(text: str, on: dt.date) -> Employee:
    rows = employed(Employee.objects.filter(Q(number=text) | Q(name=text)), on, on)[:3]
    exact = [row for row in rows if row.number == text] or list(rows)
    if not exact:
        raise Refusal("org.nobody_meant", gettext("没有在职的“{text}”,请写完整的姓名或工号。").format(text=text))
    if len(exact) > 1:
        raise Refusal("org.many_meant", gettext("有几位“{text}”,请写工号。").format(text=text))
    return exact[0]


def colleagues(employee_id: int, on: dt.date, most: int = 60) -> list[Employee]:
    """People of the same department on a day, oneself not, by number; no more than `most`."""
    where, _ = _own_place(employee_id, on)
    there = Posting.objects.filter(posted(on), employee=OuterRef("pk"), department=where)
    rows = employed(Employee.objects.filter(Exists(there)).exclude(pk=employee_id), on, on)
    return list(rows.order_by("number")[:most])


def accounts_of(employee_ids: Iterable[int]) -> dict[int, int]:
    """The account of each employee who has one that is open."""
    rows = Employee.objects.filter(any_of("pk", employee_ids), account__is_active=True)
    return {key: account for key, account in rows.values_list("pk", "account_id") if account}
