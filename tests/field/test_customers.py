"""Customers: who sees them, whose they are, where they are, and how they come from a table."""

import pytest

import make
from kaoqin.core.places import Datum, Point
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.field import customer_actions as actions
from kaoqin.field import customers_import, queries
from kaoqin.field.customer_actions import CustomerDetails, Where
from kaoqin.field.models import Customer, Ownership
from kaoqin.security.models import AuditEntry
from travelling import customer, where

TOLD = {"by": make.ROOT, "at": make.NOW}


@pytest.fixture
def three(cast):
    """One of Lin's, one of Zhao's, one of nobody's."""
    return customer(cast.lin, name="林的"), customer(cast.zhao, name="赵的"), customer(name="没人的")


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("lin", ["林的"]),
        ("zhao", ["赵的"]),
        ("wang", ["林的"]),
        ("he", ["林的", "赵的", "没人的"]),
        ("chen", []),
        ("sun", []),
        ("outsider", []),
    ],
)
def test_owners_their_managers_and_hr_see_customers(cast, three, who, seen):
    assert [one.name for one in queries.customers(seen_by=cast.by(who), on=make.TODAY)] == seen


def test_an_owner_is_one_from_the_first_to_the_last_day(cast):
    shop = customer()
    made = actions.give(shop, cast.lin, make.day("11-10"), **TOLD)
    actions.end_ownership(shop, made.pk, **TOLD, today=make.day("11-12"))
    seen = [queries.customers(seen_by=cast.by("lin"), on=make.day(f"11-{day:02d}")).exists() for day in (9, 10, 12, 13)]
    assert seen == [False, True, True, False]
    with pytest.raises(NotFound):
        queries.customer(shop.pk, seen_by=cast.by("lin"), on=make.TODAY)


def test_an_owner_twice_and_a_leaver_are_refused(cast):
    shop = customer(cast.lin)
    with pytest.raises(Refusal, match="已经是负责人"):
        actions.give(shop, cast.lin, make.TODAY, **TOLD)
    make.leave(cast.chen, make.day("11-20"))
    cast.chen.refresh_from_db()
    actions.give(shop, cast.chen, make.day("11-20"), **TOLD)
    with pytest.raises(Refusal, match="已离职"):
        actions.give(customer(), cast.chen, make.day("11-21"), **TOLD)


def test_one_who_was_to_be_an_owner_later_never_becomes_it(cast):
    shop = customer()
    made = actions.give(shop, cast.lin, make.day("12-01"), **TOLD)
    actions.end_ownership(shop, made.pk, **TOLD, today=make.TODAY)
    assert not Ownership.objects.exists()
    with pytest.raises(Refusal, match="已经不是"):
        actions.end_ownership(shop, made.pk, **TOLD, today=make.TODAY)


@pytest.mark.parametrize(("who", "said"), [("lin", "13812345678"), ("wang", "138****5678"), ("he", "13812345678")])
def test_the_telephone_is_whole_for_its_owner_and_hr_only(cast, enter, who, said):
    shop = customer(cast.lin)
    found = queries.customer(shop.pk, seen_by=cast.by(who), on=make.TODAY)
    assert queries.phone_said(found, seen_by=cast.by(who)) == said
    for page in ("", "?export=csv", f"{shop.pk}/"):
        answer = enter(who).get(f"/field/customers/{page}")
        text = b"".join(answer) if answer.streaming else answer.content
        assert ("13812345678" in text.decode()) == (who != "wang")


@pytest.mark.parametrize(("number", "said"), [("", ""), ("12", "12"), ("1234567", "*****67"), ("12345678", "123*5678")])
def test_short_numbers_are_masked_too(number, said):
    assert queries.masked(number) == said


def test_whoever_owns_a_customer_may_not_move_its_fence(cast):
    shop = customer(cast.wang)
    told = {"at": make.NOW, "today": make.TODAY}
    for who in ("lin", "wang"):
        with pytest.raises(NotAllowed):
            actions.put(shop, where(500), by=cast.by(who), **told)
    actions.put(shop, where(500), by=cast.by("he"), **told)
    lins = customer(cast.lin, place=False)
    actions.put(lins, where(200, exact=False), by=cast.by("wang"), **told)
    lins.refresh_from_db()
    assert (lins.sureness, lins.radius_m) == ("nearly", 100)
    assert AuditEntry.objects.filter(action="field.place_customer").count() == 2


@pytest.mark.parametrize(("radius_m", "fits"), [(19, False), (20, True), (5000, True), (5001, False)])
def test_a_fence_has_a_size(cast, radius_m, fits):
    shop = customer(place=False)
    if fits:
        actions.put(shop, where(radius_m=radius_m), **TOLD, today=make.TODAY)
        return
    with pytest.raises(Refusal, match="半径"):
        actions.put(shop, where(radius_m=radius_m), **TOLD, today=make.TODAY)


def test_a_place_in_a_chinese_datum_is_kept_as_told_and_compared_in_wgs84(cast):
    told = Where(31.228474, 121.478224, Datum.GCJ02)
    shop = customer(place=told)
    assert (shop.latitude, shop.datum) == (31.228474, "gcj02")
    assert (shop.north, shop.east) == (pytest.approx(31.230416, abs=1e-5), pytest.approx(121.473701, abs=1e-5))


def test_the_nearest_come_first_and_the_closed_not_at_all(cast):
    shops = [customer(cast.lin, name=f"{far}", place=where(far)) for far in (4900, 300, 5100)]
    closed = customer(cast.lin, place=where(10))
    actions.describe(closed, CustomerDetails(closed.code, "关了"), True, **TOLD)
    customer(cast.zhao, place=where(5))
    here = Point(shops[1].north - 300 / 111_195, shops[1].east).to(Datum.BD09)
    found = queries.nearest(here, seen_by=cast.by("lin"), on=make.TODAY)
    assert [(one.name, round(metres, -1)) for one, metres in found] == [("300", 300), ("4900", 4900)]


def rows(**changed):
    told = {"code": "A1", "name": "甲", "latitude": "31.2", "longitude": "121.4", "datum": "高德", "owner": "00012"}
    return [told | changed]


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"latitude": "x"}, "latitude"),
        ({"longitude": ""}, "longitude"),
        ({"latitude": "91"}, "latitude"),
        ({"datum": ""}, "datum"),
        ({"radius_m": "19"}, "radius_m"),
        ({"owner": "99"}, "owner"),
        ({"name": "名" * 81}, "name"),
    ],
)
def test_a_bad_row_says_which_cell_is_wrong(cast, changed, column):
    (fault,) = customers_import.check(rows(**changed), cast.by("he"), make.TODAY)
    assert (fault.row, fault.column) == (0, column)


def test_a_code_that_stands_twice_is_said_at_the_second(cast):
    (fault,) = customers_import.check(rows() + rows(), cast.by("he"), make.TODAY)
    assert (fault.row, fault.column) == (1, "code")


def test_customers_come_from_a_table_and_once_more(cast):
    def take(told):
        return customers_import.take(told, cast.by("he"), make.NOW, lambda done: None)

    assert take(rows() + rows(code="A2", latitude="", longitude="")) == "新增 2 个客户,更新 0 个。"
    assert take(rows(name="甲店", latitude="", longitude="")) == "新增 0 个客户,更新 1 个。"
    kept = Customer.objects.get(code="A1")
    assert (kept.name, kept.sureness, Customer.objects.get(code="A2").sureness) == ("甲店", "exact", "unplaced")
    assert Ownership.objects.filter(customer=kept, employee=cast.lin).count() == 1


def test_ten_thousand_customers_come_and_are_shown_at_once(cast, enter, django_assert_max_num_queries):
    many = [rows(code=f"K{n:05d}", latitude=f"{31 + n / 10_000:.4f}")[0] for n in range(10_000)]
    with django_assert_max_num_queries(40):
        customers_import.take(many, cast.by("he"), make.NOW, lambda done: None)
    for who in ("he", "lin"):
        client = enter(who)
        with django_assert_max_num_queries(25):
            text = client.get("/field/customers/").content.decode()
        assert "共 10000 条" in text
    with django_assert_max_num_queries(6):
        assert len(queries.nearest(Point(31.5, 121.4), seen_by=cast.by("lin"), on=make.TODAY)) == 10


def test_hr_adds_describes_gives_and_places_on_the_pages(cast, enter):
    he = enter("he")
    told = {"code": "N1", "name": "新客户", "contact_phone": "138"}
    answer = he.post("/field/customers/new/", told)
    made = Customer.objects.get()
    assert answer["Location"] == f"/field/customers/{made.pk}/"
    assert "已经有编号" in he.post("/field/customers/new/", told).content.decode()
    assert "还不知道客户在哪里" in he.get(f"/field/customers/{made.pk}/").content.decode()
    he.post(f"/field/customers/{made.pk}/details/", {"name": "改名", "closed": "on"})
    assert (
        he.post(f"/field/customers/{made.pk}/owners/", {"person": "无", "begins_on": "2026-11-20"}).status_code == 422
    )
    he.post(f"/field/customers/{made.pk}/owners/", {"person": "林小满", "begins_on": "2026-11-20"})
    spot = {"latitude": "31.2", "longitude": "121.4", "datum": "gcj02", "radius_m": "150", "exact": "on"}
    assert he.post(f"/field/customers/{made.pk}/", {**spot, "radius_m": "1"}).status_code == 422
    he.post(f"/field/customers/{made.pk}/", spot)
    made.refresh_from_db()
    assert (made.name, made.closed, made.radius_m, made.owners.get().employee) == ("改名", True, 150, cast.lin)
    assert "改名" in he.get("/field/customers/?closed=True").content.decode()
    assert "改名" not in he.get("/field/customers/?nobody=True").content.decode()
    he.post(f"/field/customers/{made.pk}/owners/{made.owners.get().pk}/end/")
    assert made.owners.get().ends_on == make.TODAY


def test_another_s_customer_is_not_found(cast, enter):
    shop = customer(cast.zhao)
    assert [enter(who).get(f"/field/customers/{shop.pk}/").status_code for who in ("lin", "wang", "he")] == [
        404,
        404,
        200,
    ]
