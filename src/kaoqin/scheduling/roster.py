"""The roster: strokes on the board, rotations rolled out, fixed weeks laid down; overlap refused by the database."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext

from kaoqin.core.outcomes import tell
from kaoqin.core.sentences import Sentence
from kaoqin.core.time import store_wall_clock
from kaoqin.core.words import NotAllowed, NotFound, Refusal, say_clock
from kaoqin.org import queries as org
from kaoqin.scheduling import queries
from kaoqin.scheduling.models import Group, GroupPlan, Membership, Pattern, RosterChange, RosterDay, Shift
from kaoqin.scheduling.words import PLAN, Cell, Day, DayKind, GroupMode, PlanSource
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
AHEAD = 62 * DAY
CHUNK = 20_000
_WRITE = """
INSERT INTO scheduling_rosterday (employee_id, date, shift_id, planned, source)
SELECT e, d, NULLIF(s, 0), p::tstzmultirange, %s
FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::text[]) AS cell(e, d, s, p)
ON CONFLICT (employee_id, date) DO UPDATE
SET shift_id = excluded.shift_id, planned = excluded.planned, source = excluded.source
WHERE (scheduling_rosterday.shift_id, scheduling_rosterday.planned, scheduling_rosterday.source)
      IS DISTINCT FROM (excluded.shift_id, excluded.planned, excluded.source)
"""


def stretches_of(date: dt.date, shift: queries.DatedShift) -> str | None:
    """The wall clock of a timed shift's segments on a date, as the database reads them; None for a free shift."""
    plan = shift.on(date)
    if plan.free:
        return None
    midnight = dt.datetime.combine(date, dt.time())
    spans = (
        f"[{midnight + segment.start * MINUTE}+00,{midnight + segment.end * MINUTE}+00)" for segment in plan.segments
    )
    return f"{{{','.join(spans)}}}"


def _write(cells: Sequence[Cell], source: PlanSource) -> None:
    """Insert or replace the cells, then have the database look for overlaps; a Refusal names one."""
    wanted = {c.shift_id for c in cells if c.shift_id}
    shifts = queries.shifts(wanted)
    if wanted - set(shifts):
        raise NotFound("scheduling.no_shift", gettext("没有这个班次。"))
    planned = {
        (shift, date): stretches_of(date, shifts[shift])
        for shift, date in {(c.shift_id, c.date) for c in cells}
        if shift
    }
    with connection.cursor() as cursor:
        for begin in range(0, len(cells), CHUNK):
            part = cells[begin : begin + CHUNK]
            cursor.execute(
                _WRITE,
                [
                    source,
                    [c.employee_id for c in part],
                    [c.date for c in part],
                    [c.shift_id or 0 for c in part],
                    [planned.get((c.shift_id or 0, c.date)) for c in part],
                ],
            )


def _refuse_overlap(employee_ids: Iterable[int], first: dt.date, last: dt.date) -> None:
    """Make the deferred constraint speak now, and say whose plans overlap."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS roster_plans_do_not_overlap IMMEDIATE")
            cursor.execute("SET CONSTRAINTS roster_plans_do_not_overlap DEFERRED")
    except IntegrityError as overlap:
        raise Refusal("scheduling.plans_overlap", _name_overlap(list(employee_ids), first, last)) from overlap


def _name_overlap(employee_ids: list[int], first: dt.date, last: dt.date) -> str:
    rows = RosterDay.objects.filter(
        employee__in=employee_ids, date__range=(first - 2 * DAY, last + 2 * DAY), planned__isnull=False
    ).select_related("employee", "shift")
    stretches = sorted(
        ((row.employee_id, span.lower, span.upper, row) for row in rows for span in row.planned),
        key=lambda told: told[:3],
    )
    for (who, _, until, before), (whose, begins, _, row) in pairwise(stretches):
        if who == whose and until > begins:
            return gettext(
                "{name} {date} 的「{code}」({until} 结束)与 {other_date} 的「{other}」时间重叠,未保存。"
            ).format(
                name=row.employee.name,
                date=before.date,
                code=_code(before),
                until=_until(before),
                other_date=row.date,
                other=_code(row),
            )
    return gettext("有重叠的班次,未保存。")


def _code(row: RosterDay) -> str:
    return row.shift.code if row.shift else gettext("休")


def _until(row: RosterDay) -> str:
    midnight = store_wall_clock(dt.datetime.combine(row.date, dt.time()))
    return say_clock(int((row.planned.upper - midnight).total_seconds() // 60))


def _put(
    cells: Sequence[Cell], source: PlanSource, title: Sentence, by: Actor, at: dt.datetime, whose: int | None
) -> int:
    """Write cells, remember what stood there and whose stroke it was (an account; nobody's is never undone on the board),
    tell who must settle again. Returns the number of the change."""
    people, first, last = {c.employee_id for c in cells}, min(c.date for c in cells), max(c.date for c in cells)
    stood = queries.roster(people, first, last)
    before = [_remember(c, stood.get((c.employee_id, c.date))) for c in cells]
    _write(cells, source)
    _refuse_overlap(people, first, last)
    change = RosterChange.objects.create(account_id=whose, at=at, title=title.in_chinese()[:100], before=before)
    record(by, "scheduling.roster", change, title, at=at)
    tell("plans.changed", employee_ids=sorted(people), first=first, last=last)
    return change.pk


def _remember(cell: Cell, row: RosterDay | None) -> list[object]:
    """[employee, date, shift or null, source]; without a source there was no row."""
    key: list[object] = [cell.employee_id, cell.date.isoformat()]
    return [*key, row.shift_id, row.source] if row else [*key, None, ""]


def require_people(by: Actor, employee_ids: Iterable[int], today: dt.date) -> None:
    """Refuse unless `by` may plan all of these people."""
    reach = require(by, PLAN)
    wanted = set(employee_ids)
    if org.within(reach, today).filter(pk__in=wanted).count() != len(wanted):
        raise NotAllowed("scheduling.out_of_reach", gettext("其中有人不存在,或者不在您的管理范围内。"))


@transaction.atomic
def paint(
    cells: Sequence[Cell],
    *,
    by: Actor,
    at: dt.datetime,
    today: dt.date,
    source: PlanSource = PlanSource.MANUAL,
    title: Sentence | None = None,
) -> int | None:
    """Set cells of the board; returns the number of the change for undo. Refuses overlaps, leaving all as it was.

    Of two cells for the same day the later one holds.
    """
    cells = list({(c.employee_id, c.date): c for c in cells}.values())
    require_people(by, {c.employee_id for c in cells}, today)
    if not cells:
        return None
    people = len({c.employee_id for c in cells})
    said = title or Sentence("排班:{people} 人 {count} 格", people=people, count=len(cells))
    return _put(cells, source, said, by, at, by.account_id)


@transaction.atomic
def agree(cells: Sequence[Cell], title: Sentence, *, by: Actor, at: dt.datetime) -> int:
    """Set cells that were agreed on by a request: whoever decided it was asked what they may there. Refuses overlaps.

    It is taken back in its request, not on the board of whoever clicked last.
    """
    return _put(cells, PlanSource.MANUAL, title, by, at, None)


@transaction.atomic
def undo(change_id: int, *, by: Actor, at: dt.datetime, today: dt.date) -> None:
    """Put back what stood before a stroke of one's own; a stroke is undone once. Refuses where something else was planned
    on one of its cells since: that would be lost without a word."""
    change = RosterChange.objects.select_for_update().filter(pk=change_id, account_id=by.account_id).first()
    if change is None or change.undone_at:
        raise NotFound("scheduling.no_change", gettext("没有可以撤销的操作。"))
    require_people(by, {row[0] for row in change.before}, today)
    _refuse_changed_since(change)
    rows = [(Cell(e, dt.date.fromisoformat(d), s), source) for e, d, s, source in change.before]
    for cell in [cell for cell, source in rows if not source]:
        RosterDay.objects.filter(employee_id=cell.employee_id, date=cell.date).delete()
    for source in {source for _, source in rows if source}:
        _write([cell for cell, its in rows if its == source], PlanSource(source))
    people, dates = {c.employee_id for c, _ in rows}, [c.date for c, _ in rows]
    _refuse_overlap(people, min(dates), max(dates))
    change.undone_at = at
    change.save(update_fields=["undone_at"])
    record(by, "scheduling.undo", change, Sentence("撤销排班变更 {number}", number=change.pk), at=at)
    tell("plans.changed", employee_ids=sorted(people), first=min(dates), last=max(dates))


def _refuse_changed_since(change: RosterChange) -> None:
    cells = {(row[0], row[1]) for row in change.before}
    for later in RosterChange.objects.filter(pk__gt=change.pk, undone_at=None).order_by("pk").iterator():
        if any((row[0], row[1]) in cells for row in later.before):
            said = gettext("之后又有「{title}」改过其中的格子,不能撤销;请直接改排班。").format(title=later.title)
            raise Refusal("scheduling.changed_since", said)


@transaction.atomic
def roll_out(
    pattern: Pattern,
    positions: Mapping[int, int],
    first: dt.date,
    last: dt.date,
    *,
    by: Actor,
    at: dt.datetime,
    today: dt.date,
) -> int | None:
    """Lay a rotation over a range; `positions` says on which day of the rotation each employee stands on `first`."""
    require_people(by, positions, today)
    days = [day.shift_id for day in pattern.days.order_by("position")]
    if last < first or (last - first).days > 400:
        raise Refusal("scheduling.range", gettext("日期范围须从早到晚,且不超过 400 天。"), "last")
    cells = [
        Cell(employee, first + n * DAY, days[(start + n) % len(days)])
        for employee, start in positions.items()
        for n in range((last - first).days + 1)
    ]
    return (
        _put(
            cells,
            PlanSource.PATTERN,
            Sentence(
                "轮班「{name}」{count} 人 {first} 至 {last}",
                name=pattern.name,
                count=len(positions),
                first=first,
                last=last,
            ),
            by,
            at,
            by.account_id,
        )
        if cells
        else None
    )


@transaction.atomic
def copy_days(
    employee_ids: Sequence[int],
    first: dt.date,
    last: dt.date,
    to: dt.date,
    *,
    by: Actor,
    at: dt.datetime,
    today: dt.date,
) -> int | None:
    """Copy the days first to last of people onto as many days from `to` on; days without a row copy nothing."""
    if last < first or (last - first).days > 92:
        raise Refusal("scheduling.range", gettext("复制的日期范围须从早到晚,且不超过 93 天。"))
    rows = queries.roster(employee_ids, first, last)
    cells = [Cell(row.employee_id, row.date + (to - first), row.shift_id) for row in rows.values()]
    return paint(
        cells,
        by=by,
        at=at,
        today=today,
        title=Sentence("复制 {first} 至 {last} 的排班到 {to}", first=first, last=last, to=to),
    )


def replan(shift: Shift, first: dt.date) -> None:
    """Place the planned spans of a shift anew from a day on, after its times changed."""
    dated = queries.shift(shift.pk)
    rows = RosterDay.objects.filter(shift=shift, date__gte=first)
    people = set(rows.values_list("employee_id", flat=True))
    for number, begins in enumerate(dated.begins):
        ends = dated.begins[number + 1] if number + 1 < len(dated.begins) else dt.date.max
        touched = rows.filter(date__gte=begins, date__lt=ends)
        _place(touched.values_list("pk", flat=True), stretches_of(begins, dated), begins)
    if people:
        _refuse_overlap(people, first, rows.order_by("-date").values_list("date", flat=True)[0])


_PLACE = """
UPDATE scheduling_rosterday SET planned = (
    SELECT range_agg(tstzrange(lower(s) + later, upper(s) + later, '[)')) FROM unnest(%s::tstzmultirange) AS s,
    LATERAL (SELECT (date - %s) * interval '1 day' AS later) AS days)
WHERE id = ANY(%s)
"""


def _place(keys: Iterable[int], stretches: str | None, day: dt.date) -> None:
    """Place rows as a shift that has these stretches on a day."""
    ids = list(keys)
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_PLACE, [stretches, day, ids])


@transaction.atomic
def lay_weeks(
    first: dt.date, last: dt.date, *, groups: Iterable[Group] | None = None, only: set[int] | None = None
) -> int:
    """Lay the fixed weeks of groups down as roster rows, from first to last. Returns how many rows were laid.

    Rows people or rotations have set stay; rows laid before are laid again as the group and the calendar say now.
    In years the calendar does not know nothing is laid: settling such a day is refused, with the reason.
    Runs every night for the days ahead, and whenever a group, a membership or a calendar changes.
    """
    laid = 0
    for group in Group.objects.all() if groups is None else groups:
        cells = [c for c in _week_cells(group, first, last) if only is None or c.employee_id in only]
        kept = RosterDay.objects.filter(employee__in={c.employee_id for c in cells}, date__range=(first, last))
        by_hand = set(kept.exclude(source=PlanSource.GROUP).values_list("employee_id", "date"))
        cells = [c for c in cells if (c.employee_id, c.date) not in by_hand]
        if cells:
            _write(cells, PlanSource.GROUP)
            _refuse_overlap({c.employee_id for c in cells}, first, last)
            laid += len(cells)
    return laid


def lay_again(employee_ids: Iterable[int], first: dt.date, today: dt.date) -> None:
    """Fixed weeks from a day on, after a group, a membership or a calendar changed: what was laid before goes."""
    people, last = set(employee_ids), max(today, first) + AHEAD
    RosterDay.objects.filter(employee__in=people, date__gte=first, source=PlanSource.GROUP).delete()
    rows = Membership.objects.filter(queries.overlapping(first, last), employee__in=people)
    lay_weeks(first, last, groups=Group.objects.filter(pk__in=rows.values("group")), only=people)
    if people:
        tell("plans.changed", employee_ids=sorted(people), first=first, last=last)


def _week_cells(group: Group, first: dt.date, last: dt.date) -> list[Cell]:
    plans = list(
        group.plans.filter(begins_on__lte=last)
        .select_related("calendar")
        .prefetch_related("weekdays")
        .order_by("begins_on")
    )
    weeks = {plan.pk: {w.weekday: w.shift_id for w in plan.weekdays.all()} for plan in plans}
    timed = [plan for plan in plans if plan.mode != GroupMode.ROSTER]
    kinds = {plan.pk: queries.days_of_known_years(plan.calendar, first, last) for plan in timed}
    cells = []
    rows = Membership.objects.filter(queries.overlapping(first, last), group=group).select_related("employee")
    for row in rows:
        begin = max(first, row.begins_on, row.employee.hired_on)
        end = min(d for d in (last, row.ends_on, row.employee.left_on) if d)
        for n in range((end - begin).days + 1):
            date = begin + n * DAY
            plan = next((p for p in reversed(plans) if p.begins_on <= date), None)
            if plan in timed and date in kinds[plan.pk]:
                cells.append(Cell(row.employee_id, date, week_shift(plan, weeks[plan.pk], kinds[plan.pk][date])))
    return cells


def week_shift(plan: GroupPlan, week: Mapping[int, int], day: Day) -> int | None:
    """The shift of a date in a fixed week.

    A group that follows the calendar rests on statutory days and swapped rest days; on an adjusted workday (补班) that
    its week has no shift for, it works the shift of the first working weekday.
    """
    usual = week.get(day.date.weekday())
    if not plan.follows_calendar:
        return usual
    if day.kind == DayKind.STATUTORY or (day.kind == DayKind.REST and day.adjusted):
        return None
    if day.kind == DayKind.WORKDAY and day.adjusted and usual is None:
        return week[min(week)]
    return usual


def lay_all_weeks(today: dt.date) -> int:
    """The nightly run: fixed weeks stand 62 days ahead."""
    return lay_weeks(today, today + AHEAD)
