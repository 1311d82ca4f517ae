"""Questions about whom a number or a name means."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.utils.translation import gettext

from kaoqin.core.arrays import server_cursor, text_array
from kaoqin.core.words import Refusal
from kaoqin.org.models import Employee
from kaoqin.org.queries import employed, people
from kaoqin.security.words import Actor


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
