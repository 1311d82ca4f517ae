"""Plans: whose they are, what is copied and imported, what was missed; what is told of it at night."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import make
from kaoqin.core.words import NotFound, Refusal
from kaoqin.field import customer_actions, plan_actions, plans_import, telling, visit_queries
from kaoqin.field.customer_actions import CustomerDetails
from kaoqin.field.models import PlanStop
from kaoqin.field.plan_actions import Stop
from kaoqin.notices.models import Notice
from kaoqin.org import lead_actions
from travelling import Traveller, customer, kind, stop

MONDAY = make.day("11-16")
TOLD = {"at": make.NOW, "today": make.TODAY}


def plan(by, employee, shop, date=make.TODAY, **told):
    return plan_actions.add_stops([Stop(employee.pk, date, shop.pk, **told)], by=by, **TOLD)


@pytest.mark.parametrize(
    ("who", "planned"), [("lin", True), ("wang", True), ("he", True), ("chen", False), ("zhao", False), ("sun", False)]
)
def test_oneself_the_manager_and_hr_plan(cast, who, planned):
    shop = customer(cast.lin, cast.chen, cast.zhao)
    if planned:
        assert plan(cast.by(who), cast.lin, shop) == 1
        return
    with pytest.raises(Refusal):
        plan(cast.by(who), cast.lin, shop)


def test_a_customer_one_may_not_see_cannot_be_planned(cast):
    with pytest.raises(NotFound):
        plan(cast.by("lin"), cast.lin, customer(cast.zhao))


def test_what_hr_plans_may_be_visited_by_who_owns_it_not(cast):
    shop = customer()
    plan(cast.by("he"), cast.lin, shop)
    assert Traveller(cast.by("lin")).check_in(shop, kind()).state == "counted"


def test_days_that_are_over_stay_as_they_were(cast):
    shop = customer(cast.lin)
    yesterday = make.TODAY - make.DAY
    with pytest.raises(Refusal, match="过去"):
        plan(cast.by("lin"), cast.lin, shop, yesterday)
    was = stop(cast.lin, yesterday, shop)
    for change in (plan_actions.drop_stop, plan_actions.raise_stop):
        with pytest.raises(Refusal, match="过去"):
            change(was.pk, by=cast.by("lin"), **TOLD)
    with pytest.raises(Refusal, match="一年以内"):
        plan(cast.by("lin"), cast.lin, shop, make.TODAY + 367 * make.DAY)


def test_stops_are_raised_dropped_and_planned_once(cast):
    shops = [customer(cast.lin, name=name) for name in "甲乙丙"]
    by = cast.by("lin")
    plan_actions.add_stops([Stop(cast.lin.pk, make.TODAY, one.pk) for one in shops], by=by, **TOLD)
    assert plan(by, cast.lin, shops[0], time=dt.time(9, 30)) == 0

    def names():
        return [(one.customer.name, one.time) for one in visit_queries.stops(cast.lin.pk, make.TODAY, make.TODAY)]

    last = PlanStop.objects.get(customer=shops[2])
    plan_actions.raise_stop(last.pk, by=by, **TOLD)
    assert names() == [("甲", dt.time(9, 30)), ("丙", None), ("乙", None)]
    plan_actions.drop_stop(PlanStop.objects.get(customer=shops[0]).pk, by=by, **TOLD)
    plan_actions.raise_stop(PlanStop.objects.get(customer=shops[2]).pk, by=by, **TOLD)
    assert names() == [("丙", None), ("乙", None)]
    with pytest.raises(NotFound):
        plan_actions.drop_stop(last.pk, by=cast.by("zhao"), **TOLD)


def test_a_day_holds_so_many_and_not_one_more(cast, monkeypatch):
    monkeypatch.setattr(plan_actions, "MOST_A_DAY", 1)
    plan(cast.by("lin"), cast.lin, customer(cast.lin))
    with pytest.raises(Refusal, match="最多"):
        plan(cast.by("lin"), cast.lin, customer(cast.lin))


def test_many_stops_ask_as_much_as_one(cast, django_assert_num_queries):
    shops = [customer(cast.lin) for _ in range(9)]
    stops = [Stop(cast.lin.pk, make.TODAY, shop.pk) for shop in shops]
    with CaptureQueriesContext(connection) as one:
        plan_actions.add_stops(stops[:1], by=cast.by("wang"), **TOLD)
    with django_assert_num_queries(len(one) + 1):
        again = Stop(cast.lin.pk, make.TODAY, shops[0].pk, dt.time(9))
        assert plan_actions.add_stops([again, *stops[1:], stops[1]], by=cast.by("wang"), **TOLD) == 8
    told = PlanStop.objects.order_by("place").values_list("customer", "place", "time")
    assert list(told) == [(shop.pk, n, dt.time(9) if n == 1 else None) for n, shop in enumerate(shops, 1)]


def test_last_week_is_copied_from_today_on_without_what_is_closed(cast):
    """Today is Friday: of the week before, Friday and Saturday are still to come."""
    shops = [customer(cast.lin, name=name) for name in "四五六关"]
    for shop, days in zip(shops, (3, 4, 5, 5), strict=True):
        stop(cast.lin, MONDAY - 7 * make.DAY + days * make.DAY, shop, dt.time(10))
    customer_actions.describe(shops[3], CustomerDetails(shops[3].code, "关"), True, by=make.ROOT, at=make.NOW)
    assert plan_actions.copy_week(cast.lin.pk, MONDAY, by=cast.by("wang"), **TOLD) == 2
    made = visit_queries.stops(cast.lin.pk, MONDAY, MONDAY + 6 * make.DAY)
    assert [(one.customer.name, one.date, one.time) for one in made] == [
        ("五", make.TODAY, dt.time(10)),
        ("六", make.TODAY + make.DAY, dt.time(10)),
    ]
    assert plan_actions.copy_week(cast.lin.pk, MONDAY, by=cast.by("wang"), **TOLD) == 0
    with pytest.raises(Refusal, match="没有可以复制"):
        plan_actions.copy_week(cast.chen.pk, MONDAY, by=cast.by("wang"), **TOLD)


def test_plans_come_from_a_table_within_reach(cast):
    shop = customer(cast.lin)
    row = {"number": "00012", "date": "2026-11-20", "code": shop.code, "time": "9:30"}
    wrong = [{**row, "number": "12"}, {**row, "code": "?"}, {**row, "date": "2026-11-19"}, {**row, "time": "25:00"}]
    faults = plans_import.check([row, *wrong], cast.by("wang"), make.TODAY)
    assert [(one.row, one.column) for one in faults] == [(1, "number"), (2, "code"), (3, "date"), (4, "time")]
    said = plans_import.take([row], cast.by("wang"), make.NOW, lambda done: None)
    assert (said, PlanStop.objects.get().time) == ("安排了 1 家拜访。", dt.time(9, 30))


def test_the_week_on_the_page(cast, enter, django_assert_max_num_queries):
    for n in range(8):
        stop(cast.lin, MONDAY + n % 7 * make.DAY, customer(cast.lin, name=f"第{n}家"))
    lin, wang = enter("lin"), enter
    with django_assert_max_num_queries(30):
        text = lin.get("/field/plans/").content.decode()
    assert text.count("未拜访") == 5
    shop = customer(cast.lin, name="新加的")
    told = {"date": "2026-11-20", "customer": f"{shop.code} · 新加的", "time": "14:00"}
    where = lin.post(f"/field/plans/{cast.lin.pk}/stops/", told)["Location"]
    assert "14:00" in lin.get(where).content.decode()
    assert lin.post(f"/field/plans/{cast.lin.pk}/stops/", {**told, "customer": "没有"}).status_code == 422
    assert lin.post(f"/field/plans/{cast.zhao.pk}/stops/", told).status_code == 403
    made = PlanStop.objects.get(customer=shop)
    lin.post(f"/field/stops/{made.pk}/raise/")
    lin.post(f"/field/stops/{made.pk}/drop/")
    lin.post(f"/field/plans/{cast.lin.pk}/copy/", {"week": "2026-11-23"})
    assert PlanStop.objects.filter(date__gte="2026-11-23").count() == 8
    assert "林小满" in wang("wang").get(f"/field/plans/?employee={cast.lin.pk}&week=x").content.decode()
    assert enter("wang").get(f"/field/plans/?employee={cast.zhao.pk}").status_code == 404
    assert "没有可以看的计划" in enter("sun").get("/field/plans/").content.decode()


@pytest.fixture
def yesterday(cast):
    """Lin planned two, visited one for four minutes of ten; Wang leads them."""
    lead_actions.state_heads([lead_actions.Heads(cast.sales, cast.wang, make.SINCE)], by=make.ROOT, at=make.NOW)
    met, missed = customer(cast.lin), customer(cast.lin, name="没去的店")
    date = make.TODAY - make.DAY
    for shop in (met, missed):
        stop(cast.lin, date, shop)
    lin = Traveller(cast.by("lin"), make.NOW - 2 * make.DAY)
    return lin.visit(met, kind(least_minutes=10), make.NOW - make.DAY, minutes=4)


def test_at_night_each_is_told_once_and_the_manager_in_one_digest(cast, yesterday):
    date = make.TODAY - make.DAY
    assert telling.tell_of(date, make.NOW) == 3
    assert telling.tell_of(date, make.NOW) == 0
    told = {(one.account.username, one.kind): one.title for one in Notice.objects.select_related("account")}
    assert told == {
        ("lin", "field.missed"): "11-19 有 1 家计划的拜访没有完成",
        ("lin", "field.short"): "「城南便利店」停留 4 分钟,少于 10 分钟",
        ("wang", "field.digest"): "11-19 团队拜访:1 人有未完成或过短的拜访",
    }
    assert "没去的店" in Notice.objects.get(kind="field.missed").body
    assert telling.tell_of(date - make.DAY, make.NOW) == 0


def test_many_missed_customers_are_counted(cast):
    for n in range(7):
        stop(cast.lin, make.TODAY - make.DAY, customer(cast.lin, name=f"店{n}"))
    telling.tell_of(make.TODAY - make.DAY, make.NOW)
    assert "店4 等 7 家" in Notice.objects.get().body


def test_the_night_itself(cast, yesterday, clock):
    Traveller(cast.by("lin")).check_in(customer(cast.lin), kind("另一种"))
    clock(make.NOW + 16 * dt.timedelta(hours=1))
    telling.tell_nightly(0)
    assert visit_queries.of_day(cast.lin.pk, make.TODAY)[0].ending == "midnight"


def test_the_page_of_ones_day_over_the_api(cast, enter):
    """Planned, near and done, by where one is; what it is asked with is forgotten."""
    from handset import point

    shop, near = customer(cast.lin, name="计划的店"), customer(cast.lin, name="附近的店")
    stop(cast.lin, shop=shop, time=dt.time(9))
    of, lin = kind(), Traveller(cast.by("lin"))

    def day(**asked):
        return enter("lin").post("/api/v1/field/day", asked, content_type="application/json").json()

    told = day(point=point(500))
    assert (told["sentence"], told["going"]) == ("今天计划 1 家,已拜访 0 家", None)
    assert [(one["name"], one["time"], one["distance"], one["verdict"]) for one in told["stops"]] == [
        ("计划的店", "09:00", "500 米", "outside")
    ]
    assert [one["name"] for one in told["near"]] == ["附近的店"]
    lin.check_in(shop, of)
    told = day()
    assert (told["going"]["name"], told["stops"][0]["said"]) == ("计划的店", "拜访中")
    lin.check_out(make.NOW + dt.timedelta(minutes=20))
    lin.check_in(near, of, make.NOW + dt.timedelta(minutes=30))
    told = day(search="附近")
    assert (told["stops"][0]["state"], [one["name"] for one in told["near"]]) == ("done", ["附近的店"])
    assert [(one["time"], one["said"]) for one in told["done"]] == [
        ("10:00–10:20", "20 分"),
        ("10:30", "拜访中 · 计划外"),
    ]
    assert enter("sun").post("/api/v1/field/day", {}, content_type="application/json").status_code == 409
