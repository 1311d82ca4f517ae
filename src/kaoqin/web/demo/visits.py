"""Field work of the demo: the sales people's customers, two kinds of visits with forms, plans, and the visits of the last
days: most as planned, some missed, short, elsewhere or never checked out of. Today is half done."""

import datetime as dt
import io
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from PIL import Image, ImageDraw

from kaoqin.core.places import Datum, Point
from kaoqin.core.time import as_instant, as_wall_clock
from kaoqin.field import customer_actions, kind_actions, photos, plan_actions, telling
from kaoqin.field.customer_actions import CustomerDetails, Where
from kaoqin.field.models import Customer, VisitKind
from kaoqin.field.plan_actions import Stop
from kaoqin.field.words import VISIT_IN, VISIT_OUT, Answer, Asked, KindTerms
from kaoqin.org.models import Employee
from kaoqin.web.demo.companies import BUILDER, Company
from kaoqin.web.demo.names import names
from kaoqin.web.demo.phones import DemoPhone

DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
ZONE = "Asia/Shanghai"
EACH, NOBODYS, DAYS, A_DAY = 10, 20, 8, 4
MIDDLE = Point(31.2285, 121.4782, Datum.GCJ02)
_AREAS = ("城南", "江湾", "虹东", "张桥", "徐泾", "七里", "杨浦东", "静安西", "长宁北", "新场", "北桥", "金汇")
_SORTS = ("便利店", "生活超市", "烟酒行", "粮油店", "母婴店", "文具店", "餐饮配送", "百货")
_SHELF = Asked("f2", "陈列情况", Answer.CHOICE, True, ("整齐", "一般", "缺货"))
STORE = KindTerms(
    10,
    fields=(Asked("f1", "库存(箱)", Answer.NUMBER, True), _SHELF, Asked("f3", "有竞品活动", Answer.YES_NO)),
)
OPENING = KindTerms(
    20, note_needed=True, fields=(Asked("f1", "下次联系", Answer.DATE), Asked("f2", "意向", Answer.TEXT))
)
_NOTES = ("补货 6 箱,周五到", "老板不在,和店员对了账", "谈妥堆头位置", "要新品价目表", "反馈包装破损两件")


@dataclass
class Round:
    """One person's day in the field: the phone, the customers planned, of which kind."""

    phone: DemoPhone
    stops: list[Customer]
    kind: VisitKind
    draw: random.Random


def fill_visits(
    company: Company, phones: list[DemoPhone], begins_on: dt.date, today: dt.date, now: dt.datetime
) -> None:
    """Customers of all sales people since the beginning; plans of the five with phones, and what came of them."""
    people = company.people["field"]
    owned = _customers(people, begins_on, now)
    store = kind_actions.new_kind("例行巡店", begins_on, STORE, by=BUILDER, at=now)
    kind_actions.new_kind("新客户开发", begins_on, OPENING, by=BUILDER, at=now)
    for number, (employee, phone) in enumerate(zip(people, phones, strict=False)):
        for date in [*_workdays(today), today]:
            draw = random.Random(f"{employee.number} {date}")  # noqa: S311
            stops = draw.sample(owned[employee.pk], A_DAY)
            _plan(employee, date, stops, now)
            _live(Round(phone, stops, store, draw), date, today, now)
        for ahead in range(1, 4):
            draw = random.Random(f"{employee.number} {today + ahead * DAY}")  # noqa: S311
            _plan(employee, today + ahead * DAY, draw.sample(owned[employee.pk], 2 + number % 3), now)
    telling.end_open(now)


def _workdays(today: dt.date) -> list[dt.date]:
    """The last days from Monday to Friday, without today."""
    days = [today - n * DAY for n in range(1, 2 * DAYS)]
    return sorted([day for day in days if day.weekday() < 5][:DAYS])


def _customers(people: list[Employee], begins_on: dt.date, now: dt.datetime) -> dict[int, list[Customer]]:
    draw, contacts = random.Random(31), names(31)  # noqa: S311
    owners = [who.pk for who in people for _ in range(EACH)] + [None] * NOBODYS
    told = [_details(draw, number, owner, next(contacts)) for number, owner in enumerate(owners, start=1)]
    customer_actions.keep_customers(told, by=BUILDER, at=now, today=begins_on)
    rows = {one.code: one for one in _all()}
    return {who.pk: [rows[one.code] for one in told if one.owners == (who.pk,)] for who in people}


def _all() -> QuerySet[Customer]:
    return Customer.objects.order_by("code")


def _details(draw: random.Random, number: int, owner: int | None, contact: str) -> CustomerDetails:
    area = draw.choice(_AREAS)
    road = f"上海市{area}路 {draw.randrange(1, 900)} 号(虚构)"
    phone = f"1990000{number:04d}"
    sure = draw.random()
    spot = Where(
        round(MIDDLE.latitude + draw.gauss(0, 0.04), 6),
        round(MIDDLE.longitude + draw.gauss(0, 0.05), 6),
        Datum.GCJ02,
        exact=sure > 0.12,
    )
    name = f"{area}{draw.choice(_SORTS)}{'' if number % 3 else '总店'}"
    owners = (owner,) if owner else ()
    return CustomerDetails(f"KH{number:04d}", name, road, contact, phone, spot if sure > 0.05 else None, owners)


def _plan(employee: Employee, date: dt.date, stops: list[Customer], now: dt.datetime) -> None:
    times = (dt.time(9, 30), None, dt.time(14), None)
    told = [Stop(employee.pk, date, one.pk, time) for one, time in zip(stops, times, strict=False)]
    plan_actions.add_stops(told, by=BUILDER, at=now, today=date)


def _live(day: Round, date: dt.date, today: dt.date, now: dt.datetime) -> None:
    if date < today:
        begin = as_instant(dt.datetime.combine(date, dt.time(9, 20)), ZONE)
        moments = [begin + (95 * n + day.draw.randrange(0, 30)) * MINUTE for n in range(A_DAY)]
        for stop, at in zip(day.stops, moments, strict=True):
            if day.draw.random() > 0.1:
                _visit(day, stop, at)
        return
    for stop, at in _so_far(day.stops, now):
        _visit(day, stop, at, honest=True)


def _so_far(stops: list[Customer], now: dt.datetime) -> Iterator[tuple[Customer, dt.datetime]]:
    """The first half of today's plan, as far as the day is old enough."""
    for back, stop in zip((150, 70), stops, strict=False):
        at = now - back * MINUTE
        if as_wall_clock(at, ZONE).date() == as_wall_clock(now, ZONE).date():
            yield stop, at


def _visit(day: Round, stop: Customer, at: dt.datetime, honest: bool = False) -> None:
    draw = day.draw
    odd = 1.0 if honest else draw.random()
    here = Point(stop.north, stop.east) if stop.north is not None and stop.east is not None else MIDDLE
    south_m = 700 if odd < 0.07 else draw.randrange(-40, 40)
    key = day.phone.tell(VISIT_IN, {"customer": stop.pk, "kind": day.kind.pk}, at, here, south_m)
    if 0.07 < odd < 0.16:
        return  # forgotten to check out
    stay = 6 if 0.16 < odd < 0.25 else draw.randrange(14, 50)
    answers: dict[str, object] = {"f1": draw.randrange(0, 60), "f3": draw.random() < 0.3}
    if odd > 0.3:
        answers["f2"] = draw.choice(_SHELF.choices)
    about = {"visit": key, "answers": answers, "photos": _photos(day, stop, at)}
    day.phone.tell(VISIT_OUT, about, at + stay * MINUTE, here, south_m, draw.choice(_NOTES))


def _photos(day: Round, stop: Customer, at: dt.datetime) -> list[str]:
    """A photo of the shelf with every third visit."""
    if day.draw.random() > 0.34:
        return []
    key = uuid.UUID(int=day.draw.getrandbits(128), version=4)
    photos.keep_photo(key, _shelf(day.draw), by=day.phone.by, at=at)
    return [str(key)]


def _shelf(draw: random.Random) -> bytes:
    """A drawn shelf, so that a page with photos is seen as one."""
    image = Image.new("RGB", (480, 480), "#efe7da")
    pen = ImageDraw.Draw(image)
    for row in range(4):
        floor = 110 + row * 115
        for column in range(8):
            tall = draw.randrange(40, 85)
            colour = draw.choice(("#2f6f8f", "#c8553d", "#588b4a", "#e0a63a", "#7a5c91"))
            pen.rectangle((20 + column * 56, floor - tall, 64 + column * 56, floor), fill=colour)
        pen.rectangle((8, floor, 472, floor + 10), fill="#6b4f3a")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()
