"""Questions about what people belong to: departments, which are a tree with dates, and sites."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext

from kaoqin.core import places
from kaoqin.core.places import Point
from kaoqin.core.words import NotFound
from kaoqin.org.models import Department, DepartmentVersion, Site
from kaoqin.security.doors import require
from kaoqin.security.words import Actor, ScopeKind


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


def department_choices(code: str, *, seen_by: Actor, on: dt.date) -> list[tuple[str, str]]:
    """The departments an actor reaches with a permission, indented as a tree, for a filter."""
    reach = require(seen_by, code)
    reached = below(reach.department_ids, on)
    nodes = [node for node in tree(on) if reach.everyone or reach.site_ids or node.id in reached]
    return [(str(node.id), f"{'　' * node.depth}{node.name}") for node in nodes]


def scope_choices(on: dt.date) -> list[tuple[str, str]]:
    """The departments and sites a grant can be scoped to."""
    departments = [
        (f"{ScopeKind.DEPARTMENT}:{n.id}", "\u3000" * n.depth + gettext("部门:{name}").format(name=n.name))
        for n in tree(on)
    ]
    return departments + [
        (f"{ScopeKind.SITE}:{s.pk}", gettext("地点:{name}").format(name=s.name)) for s in Site.objects.order_by("code")
    ]
