"""What somebody is entitled to, and why. Pure: facts, rules and law in; lots and sentences out.

Annual leave: 职工带薪年休假条例 arts 2–5 and 企业职工带薪年休假实施办法 arts 3–12. A year's days are always divided by 365.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from kaoqin.core.sentences import Sentence
from kaoqin.core.years import add_months, add_years, whole_months
from kaoqin.leave.words import Crossing, Entitlement, Parameter, Rounding, Rules, Source

DAY = dt.timedelta(days=1)
YEAR_DAYS = 365
TIERS = ((240, 15, 4), (120, 10, 3), (0, 5, 2))
"""Months of work from which, days of annual leave a year, months of sick leave that cost them."""
PERSONAL_DAYS = 20
"""Days of paid personal leave in a year that cost the annual leave."""
PARENTAL_YEARS = 3


def number(days: Fraction | Decimal) -> int | float:
    """A number of days for a table: whole where it is whole."""
    return int(days) if days == int(days) else round(float(days), 3)


Law = Callable[[str, str, dt.date], Decimal | None]
"""The value of a parameter in a region on a day; None where the law gives nothing."""


@dataclass(frozen=True)
class Child:
    """A child expected, born or lost."""

    key: int
    expected_on: dt.date | None
    born_on: dt.date | None
    babies: int
    difficult: bool
    lost_on: dt.date | None
    after_four_months: bool


@dataclass(frozen=True)
class Person:
    """What an entitlement is reckoned from; the region is where the person works."""

    hired_on: dt.date
    left_on: dt.date | None = None
    region: str = ""
    gender: str = ""
    worked_since: dt.date | None = None
    married_on: dt.date | None = None
    only_child: bool = False
    children: tuple[Child, ...] = ()


@dataclass(frozen=True)
class Past:
    """What was taken in a year: months of sick leave, days of paid personal leave, days of this kind itself."""

    sick_months: Fraction = Fraction(0)
    personal_days: Fraction = Fraction(0)
    used_days: Fraction = Fraction(0)


NOTHING = Past()


@dataclass(frozen=True)
class Due:
    """A lot that should have been granted by now: which, how many minutes, usable from when to when, and why so many."""

    series: str
    minutes: int
    begins_on: dt.date
    ends_on: dt.date | None
    steps: tuple[Sentence, ...]


def plain(days: Fraction | Decimal | float) -> str:
    """A number of days as people write it: 4, 4.5, 4.479."""
    return f"{float(days):.3f}".rstrip("0").rstrip(".")


def due(person: Person, rules: Rules, law: Law, on: dt.date, past: Callable[[int], Past]) -> list[Due]:
    """All lots of a kind that somebody should have by a day, of the year of that day."""
    gone = person.left_on is not None and person.left_on.year < on.year
    if person.hired_on > on or gone or rules.closed or (rules.gender and rules.gender != person.gender):
        return []
    if rules.entitlement == Entitlement.ANNUAL:
        return [_annual(person, rules, on, past)]
    return list(_RULES[rules.entitlement](person, rules, law, on))


def _annual(person: Person, rules: Rules, on: dt.date, past: Callable[[int], Past]) -> Due:
    year, since = on.year, person.worked_since or person.hired_on
    steps = [_say_since(person, since)]
    first = max(dt.date(year, 1, 1), person.hired_on, add_months(since, rules.service_months))
    ends_on = _year_end(year, rules)
    if first.year > year:
        steps.append(Sentence("{year} 年内工作不满 12 个月,还没有年假", year=year))
        return Due(str(year), 0, dt.date(year, 1, 1), ends_on, tuple(steps))
    lost = _lost(since, year, past)
    if lost:
        return Due(str(year), 0, first, ends_on, (*steps, lost))
    days, why = _share(since, first, dt.date(year, 12, 31), rules)
    steps += why
    minutes = _whole(_accrued(days, first, on, rules, steps), rules)
    if person.left_on and person.left_on.year == year:
        minutes, gone = _leaver(person.left_on, since, first, rules, past(year).used_days)
        steps.append(gone)
    elif first > dt.date(year, 1, 1) or plain(days) != plain(Fraction(minutes, rules.day_minutes)):
        steps.append(Sentence("不足的部分舍去 → {days} 天", days=plain(Fraction(minutes, rules.day_minutes))))
    return Due(str(year), minutes, first, ends_on, tuple(steps))


def _say_since(person: Person, since: dt.date) -> Sentence:
    if person.worked_since is None:
        return Sentence("没有登记参加工作日期,暂按入职日 {since} 起算工龄", since=since)
    return Sentence("自 {since} 参加工作", since=since)


def _tier(since: dt.date, on: dt.date) -> tuple[int, int]:
    """(days of annual leave a year, months of sick leave that cost them) by months of work on a day."""
    months = whole_months(since, on)
    return next((days, sick) for least, days, sick in TIERS if months >= least)


def _share(since: dt.date, first: dt.date, last: dt.date, rules: Rules) -> tuple[Fraction, list[Sentence]]:
    """Days from first to last of a year, cut where 10 or 20 years are completed, each part ÷ 365."""
    higher, _ = _tier(since, last)
    lower, _ = _tier(since, first)
    years = whole_months(since, last) // 12
    if lower == higher or rules.crossing == Crossing.WHOLE_YEAR:
        steps = [Sentence("到 {day} 累计工龄 {years} 年 → 全年 {days} 天", day=last, years=years, days=higher)]
        parts = [(first, last, higher)]
    else:
        turn = add_years(since, 10 if higher == 10 else 20)
        parts = [(first, turn - DAY, lower), (turn, last, higher)]
        steps = [
            Sentence(
                "{day} 累计工龄满 {years} 年,之前按 {lower} 天、之后按 {higher} 天分段",
                day=turn,
                years=10 if higher == 10 else 20,
                lower=lower,
                higher=higher,
            )
        ]
    if len(parts) == 1 and (last - first).days + 1 >= YEAR_DAYS:
        return Fraction(higher), steps
    days = sum((Fraction(((b - a).days + 1) * tier, YEAR_DAYS) for a, b, tier in parts), Fraction(0))
    for a, b, tier in parts:
        count = (b - a).days + 1
        steps.append(
            Sentence(
                "{first} 至 {last} 共 {count} 天:{count} ÷ 365 × {tier} = {share} 天",
                first=a,
                last=b,
                count=count,
                tier=tier,
                share=plain(Fraction(count * tier, YEAR_DAYS)),
            )
        )
    return min(days, Fraction(higher)), steps


def _leaver(left_on: dt.date, since: dt.date, first: dt.date, rules: Rules, used: Fraction) -> tuple[int, Sentence]:
    """Whoever leaves has what the days until then give, less what was taken, in whole days, never less than nothing."""
    share = Fraction(0)
    if left_on >= first:
        share, _ = _share(since, first, left_on, rules)
    left = max(_whole(share - used, rules), 0)
    said = Sentence(
        "{left_on} 离职,当年已过 {count} 天,折算 {share} 天,减已休 {used} 天 → 还剩 {left} 天",
        left_on=left_on,
        count=max((left_on - first).days + 1, 0),
        share=plain(share),
        used=plain(used),
        left=plain(Fraction(left, rules.day_minutes)),
    )
    return int(used * rules.day_minutes) + left, said


def _whole(days: Fraction, rules: Rules) -> int:
    """Days as minutes, rounded as the kind says; always down."""
    unit = {Rounding.FLOOR_DAY: rules.day_minutes, Rounding.FLOOR_HALF: rules.day_minutes // 2}.get(
        Rounding(rules.rounding), 1
    )
    return int(days * rules.day_minutes // unit) * unit


def _accrued(days: Fraction, first: dt.date, on: dt.date, rules: Rules, steps: list[Sentence]) -> Fraction:
    """What of a year's days is there by a day: all, or for a kind that accrues the months begun."""
    if rules.source != Source.ACCRUAL:
        return days
    months, begun = 13 - first.month, max(on.month - first.month + 1, 0)
    steps.append(Sentence("按月累积:{months} 个月中到 {on} 已有 {begun} 个月", months=months, on=on, begun=begun))
    return days * begun / months


def _lost(since: dt.date, year: int, past: Callable[[int], Past]) -> Sentence | None:
    """Why the year has no annual leave: too long ill or away this year, or last year after it was taken."""
    this, before = past(year), past(year - 1)
    if _too_much(since, year, this) and not this.used_days:
        return Sentence(
            "{year} 年病假累计 {months} 个月、带薪事假 {days} 天,按规定不享受当年年假",
            year=year,
            months=plain(this.sick_months),
            days=plain(this.personal_days),
        )
    if _too_much(since, year - 1, before) and before.used_days:
        return Sentence(
            "{year} 年已休年假,又病假累计 {months} 个月、带薪事假 {days} 天,按规定不享受下一年年假",
            year=year - 1,
            months=plain(before.sick_months),
            days=plain(before.personal_days),
        )
    return None


def _too_much(since: dt.date, year: int, past: Past) -> bool:
    _, sick_months = _tier(since, dt.date(year, 12, 31))
    return past.sick_months >= sick_months or past.personal_days >= PERSONAL_DAYS


def _year_end(year: int, rules: Rules) -> dt.date:
    """The last day of a year's lot: valid for so many months from 1 January."""
    return add_months(dt.date(year, 1, 1), rules.valid_months) - DAY


def _fixed(person: Person, rules: Rules, law: Law, on: dt.date) -> Iterator[Due]:
    yield from _yearly(person, rules, on, Fraction(rules.entitled_days))


def _only_child(person: Person, rules: Rules, law: Law, on: dt.date) -> Iterator[Due]:
    days = law(person.region, Parameter.ONLY_CHILD_DAYS, on)
    if person.only_child and days:
        yield from _yearly(person, rules, on, Fraction(days))


def _yearly(person: Person, rules: Rules, on: dt.date, days: Fraction) -> Iterator[Due]:
    """So many days a year; a part of the year gives a part of the days where the kind says so."""
    year = on.year
    first = max(dt.date(year, 1, 1), person.hired_on, add_months(person.hired_on, rules.service_months))
    last = min(dt.date(year, 12, 31), person.left_on or dt.date.max)
    if not days or first.year > year or last < first:
        return
    steps = [Sentence("全年 {days} 天", days=plain(days))]
    count = (last - first).days + 1
    if rules.prorata and count < YEAR_DAYS:
        share = days * count / YEAR_DAYS
        told = {"first": first, "last": last, "count": count, "tier": plain(days), "share": plain(share)}
        steps.append(Sentence("{first} 至 {last} 共 {count} 天:{count} ÷ 365 × {tier} = {share} 天", **told))
        days = share
    minutes = _whole(_accrued(days, first, on, rules, steps), rules)
    yield Due(str(year), minutes, first, _year_end(year, rules), tuple(steps))


def _marriage(person: Person, rules: Rules, law: Law, on: dt.date) -> Iterator[Due]:
    if person.married_on is None or person.married_on < person.hired_on:
        return
    days = law(person.region, Parameter.MARRIAGE_DAYS, person.married_on)
    said = Sentence("{day} 登记结婚", day=person.married_on)
    yield from _event(f"marriage:{person.married_on}", days, person.married_on, on, rules, said)


def _event(
    series: str, days: Decimal | None, begins_on: dt.date, on: dt.date, rules: Rules, *said: Sentence
) -> Iterator[Due]:
    """A lot that something that happened gives, usable for the kind's months; nothing once they are over."""
    ends_on = add_months(begins_on, rules.valid_months) - DAY
    if days and ends_on >= on:
        steps = (*said, Sentence("当地规定 {days} 天", days=plain(days)))
        yield Due(series, int(days * rules.day_minutes), begins_on, ends_on, steps)


def _maternity(person: Person, rules: Rules, law: Law, on: dt.date) -> Iterator[Due]:
    for nth, child in enumerate(person.children, start=1):
        if child.lost_on:
            name = Parameter.LOSS_LATE_DAYS if child.after_four_months else Parameter.LOSS_EARLY_DAYS
            days = law(person.region, name, child.lost_on)
            said = Sentence("{day} 流产", day=child.lost_on)
            yield from _event(f"birth:{child.key}", days, child.lost_on, on, rules, said)
            continue
        begins_on, total, steps = maternity(person.region, child, nth, law)
        ends_on = add_months(begins_on, rules.valid_months) - DAY
        if begins_on >= person.hired_on - 365 * DAY and ends_on >= on:
            yield Due(f"birth:{child.key}", total * rules.day_minutes, begins_on, ends_on, steps)


def maternity(region: str, child: Child, nth: int, law: Law) -> tuple[dt.date, int, tuple[Sentence, ...]]:
    """When maternity leave may begin, how many calendar days it lasts, and why; `nth` child of the mother."""
    told = child.born_on or child.expected_on
    if told is None:
        raise ValueError(child)
    early = (child.expected_on or told) - int(law(region, Parameter.BEFORE_BIRTH_DAYS, told) or 0) * DAY
    begins_on = min(early, child.born_on or early)
    base = law(region, Parameter.MATERNITY_DAYS, told) or Decimal(0)
    later = law(region, Parameter.MATERNITY_LATER_DAYS, told) if nth > 1 else None
    steps = [Sentence("当地产假 {days} 天", days=plain(later or base))]
    total = int(later or base)
    difficult = int(law(region, Parameter.DIFFICULT_DAYS, told) or 0) * child.difficult
    babies = int(law(region, Parameter.EXTRA_BABY_DAYS, told) or 0) * (child.babies - 1)
    steps += [Sentence("难产另加 {days} 天", days=difficult)] if difficult else []
    steps += [Sentence("多胞胎另加 {days} 天", days=babies)] if babies else []
    total += difficult + babies
    months = int(law(region, Parameter.MATERNITY_MONTHS, told) or 0)
    if months:
        over = begins_on + total * DAY
        extra = (add_months(over, months) - over).days
        total += extra
        steps.append(Sentence("另加 {months} 个月,即 {days} 天", months=months, days=extra))
    return begins_on, total, tuple(steps)


def _paternity(person: Person, rules: Rules, law: Law, on: dt.date) -> Iterator[Due]:
    for child in person.children:
        if child.born_on is None or child.born_on < person.hired_on:
            continue
        days = law(person.region, Parameter.PATERNITY_DAYS, child.born_on)
        months = int(law(person.region, Parameter.PATERNITY_MONTHS, child.born_on) or 0)
        if months and not days:
            days = Decimal((add_months(child.born_on, months) - child.born_on).days)
        said = Sentence("{day} 子女出生", day=child.born_on)
        yield from _event(f"birth:{child.key}", days, child.born_on, on, rules, said)


def _parental(person: Person, rules: Rules, law: Law, on: dt.date) -> Iterator[Due]:
    """Each year of the child's life has its own days; what is left does not go over into the next."""
    for child in person.children:
        if child.born_on is None:
            continue
        for year in range(PARENTAL_YEARS):
            begins_on, turns = add_years(child.born_on, year), add_years(child.born_on, year + 1)
            days = law(person.region, Parameter.PARENTAL_DAYS, begins_on)
            if days and begins_on <= on < turns:
                told = {"day": child.born_on, "year": year + 1, "days": plain(days)}
                said = Sentence("{day} 出生的子女,第 {year} 年:每年 {days} 天", **told)
                minutes = int(days * rules.day_minutes) * child.babies
                yield Due(f"birth:{child.key}:{year + 1}", minutes, begins_on, turns - DAY, (said,))


def _nothing(person: Person, rules: Rules, law: Law, on: dt.date) -> Iterator[Due]:
    return iter(())


_RULES: dict[str, Callable[[Person, Rules, Law, dt.date], Iterator[Due]]] = {
    Entitlement.BY_HAND: _nothing,
    Entitlement.FIXED: _fixed,
    Entitlement.MARRIAGE: _marriage,
    Entitlement.MATERNITY: _maternity,
    Entitlement.PATERNITY: _paternity,
    Entitlement.PARENTAL: _parental,
    Entitlement.ONLY_CHILD: _only_child,
}
