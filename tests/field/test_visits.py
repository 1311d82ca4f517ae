"""Visits: where they were made, how they end, what they are asked, who sees them."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import make
from handset import agree, point
from kaoqin.core import outbox
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.field import actions, kind_actions, telling, visit_queries
from kaoqin.field.answers import check
from kaoqin.field.ends import Stay, ends_of
from kaoqin.field.models import Visit, VisitNote
from kaoqin.field.words import Answer, Asked, Ending, KindTerms
from kaoqin.phones.models import Record
from kaoqin.punches.models import Punch
from kaoqin.security.models import AccessRecord
from travelling import Traveller, customer, kind, picture, stop, where

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
MIDNIGHT = dt.datetime(2026, 11, 20, 16, tzinfo=dt.UTC)
STOCK = Asked("f1", "库存", Answer.NUMBER, True)
SHELF = Asked("f2", "陈列", Answer.CHOICE, False, ("好", "差"))


@pytest.fixture
def lin(cast):
    return Traveller(cast.by("lin"))


@pytest.mark.parametrize(
    ("north_m", "verdict", "state", "said"),
    [
        (79, "inside", "counted", "在客户处"),
        (81, "uncertain", "counted", "定位不准,可能在客户处"),
        (119, "uncertain", "counted", "定位不准,可能在客户处"),
        (121, "outside", "field", "不在客户处,距范围 21 米"),
    ],
)
def test_both_sides_of_the_fence_and_outside_is_shown(cast, lin, north_m, verdict, state, said):
    answer = lin.check_in(customer(cast.lin), kind(), point=point(north_m))
    visit = Visit.objects.get()
    assert (answer.verdict, answer.state, visit.verdict) == (verdict, state, verdict)
    assert visit_queries.say_where(visit) == said
    assert said in answer.sentence


@pytest.mark.parametrize("north_m", [0, 5000])
def test_a_place_that_is_not_exact_judges_nobody(cast, lin, north_m):
    of = kind()
    answer = lin.check_in(customer(cast.lin, place=where(exact=False)), of, point=point(north_m))
    assert (answer.verdict, answer.state) == ("unknown", "counted")
    assert lin.check_in(customer(cast.lin, place=False), of).verdict == "unknown"


def test_without_consent_the_visit_counts_and_no_position_is_kept(cast, lin):
    agree(cast.by("lin"), given=False)
    answer = lin.check_in(customer(cast.lin), kind())
    assert (answer.state, answer.verdict, Record.objects.get().latitude) == ("counted", "unknown", None)
    assert "31.2" not in Record.objects.get().payload


def test_a_visit_is_no_punch_and_waits_in_no_review(cast, lin):
    lin.visit(customer(cast.lin), kind(), minutes=30)
    lin.check_in(customer(cast.lin), kind("另一种"), point=point(9000))
    from kaoqin.phones import queries as phones

    assert not Punch.objects.exists()
    assert phones.records(seen_by=cast.by("he"), on=make.TODAY).count() == 0
    assert not phones.own_records(cast.lin.pk, make.NOW - HOUR, make.NOW + HOUR).exists()


def test_another_s_customer_and_what_is_no_customer_are_held_and_no_visit(cast, lin):
    answers = [lin.check_in(shop, kind(name)) for name, shop in (("a", customer(cast.zhao)), ("b", customer()))]
    nonsense = lin.send(lin.record(kind="visit_in", about={"customer": "x"}), lin.record(kind="visit_out"))
    assert {one.state for one in [*answers, *nonsense]} == {"held"}
    assert (Visit.objects.count(), Record.objects.count()) == (0, 4)
    assert lin.send(lin.record(kind="dance"))[0].state == "refused"


def test_checking_out_tells_the_stay_and_the_outbox_without_coordinates(cast, lin):
    shop = customer(cast.lin)
    lin.check_in(shop, kind(), make.NOW)
    answer = lin.check_out(make.NOW + 32 * MINUTE, note="谈妥")
    visit = Visit.objects.get()
    assert answer.sentence == "已签退「城南便利店」,停留 32 分。"
    assert (visit.ending, visit.dwell_minutes, visit.note) == ("checked_out", 32, "谈妥")
    begun, ended = outbox.after(0)
    assert (begun.name, ended.name) == ("field.visit_started", "field.visit_ended")
    assert (ended.facts["customer"], ended.facts["dwell_minutes"], begun.facts["ended_at"]) == (shop.code, 32, None)
    assert "31.2" not in json.dumps([begun.facts, ended.facts])
    assert outbox.after(begun.pk) == [ended]


def test_the_next_arrival_ends_a_visit_nobody_checked_out_of(cast, lin):
    first, second = customer(cast.lin), customer(cast.lin, name="第二家")
    of = kind()
    lin.check_in(first, of, make.NOW)
    lin.check_in(second, of, make.NOW + HOUR)
    (one, two) = visit_queries.of_day(cast.lin.pk, make.TODAY)
    assert (one.ending, one.dwell_minutes, one.ended_at) == ("next", 60, two.started_at)
    assert visit_queries.going(cast.lin.pk, make.TODAY) == two


@pytest.mark.parametrize(("now", "ending"), [(MIDNIGHT - MINUTE, ""), (MIDNIGHT, "midnight")])
def test_at_midnight_a_visit_is_not_checked_out(cast, lin, now, ending):
    lin.check_in(customer(cast.lin), kind())
    telling.end_open(now)
    visit = Visit.objects.get()
    assert (visit.ending, visit.dwell_minutes, visit.short) == (ending, None, False)
    assert visit_queries.say_stay(visit) == ("未签退" if ending else "拜访中")


def test_a_check_out_after_midnight_saves_what_was_said_and_not_the_stay(cast, lin):
    lin.check_in(customer(cast.lin), kind(fields=[STOCK]))
    answer = lin.check_out(MIDNIGHT + MINUTE, {"f1": "5"})
    visit = Visit.objects.get()
    assert (visit.ending, visit.answers, visit.lacking) == ("midnight", {"f1": 5}, [])
    assert "已经结束,内容已保存" in answer.sentence


def test_records_that_come_late_and_crosswise_give_the_same_day(cast, lin):
    """Offline: the second phone of the day told its visit first."""
    shops, of = [customer(cast.lin, name=str(n)) for n in range(3)], kind()
    arrival = make.NOW + 5 * HOUR
    for hours in (2, 0, 1):
        lin.check_in(shops[hours], of, make.NOW + hours * HOUR, sent_at=arrival + hours * MINUTE)
    ends = [(one.customer.name, one.ending, one.dwell_minutes) for one in visit_queries.of_day(cast.lin.pk, make.TODAY)]
    assert ends == [("0", "next", 60), ("1", "next", 60), ("2", "", None)]
    told = [one.facts["dwell_minutes"] for one in outbox.after(0) if one.name == "field.visit_ended"]
    assert told == [120, 60, 60]


def test_a_second_check_out_changes_nothing_and_is_kept(cast, lin):
    lin.check_in(customer(cast.lin), kind())
    lin.check_out(make.NOW + HOUR)
    answer = lin.check_out(make.NOW + 2 * HOUR, note="又")
    assert (answer.state, Visit.objects.get().dwell_minutes, Visit.objects.get().note) == ("held", 60, "")


def test_nobody_ends_another_s_visit(cast, lin):
    lin.check_in(customer(cast.lin), kind())
    answer = Traveller(cast.by("zhao")).check_out(visit=lin.last["id"])
    assert (answer.state, Visit.objects.get().out_at) == ("held", None)


def test_the_same_record_sent_again_is_one_visit(cast, lin):
    lin.check_in(customer(cast.lin), kind())
    (answer,) = lin.send(lin.sign(lin.last))
    assert (answer.state, Visit.objects.count()) == ("known", 1)


def test_a_phone_that_waits_makes_a_visit_that_is_marked(cast, lin):
    Traveller(cast.by("lin"))
    third = Traveller(cast.by("lin"))
    answer = third.check_in(customer(cast.lin), kind())
    assert (answer.state, Visit.objects.get().flags) == ("held", ["phone_waiting"])
    assert "待核实" in answer.sentence


@st.composite
def days(draw):
    """Arrivals of a day in order, some with a check-out, which may be after the next arrival or after midnight."""
    minutes = sorted(draw(st.sets(st.integers(0, 1439), max_size=6)))
    begin = MIDNIGHT - 24 * HOUR
    outs = [draw(st.none() | st.integers(0, 1500)) for _ in minutes]
    return [
        Stay(begin + m * MINUTE, MIDNIGHT, None if out is None else begin + (m + out) * MINUTE)
        for m, out in zip(minutes, outs, strict=True)
    ]


@given(days(), st.integers(0, 2000))
def test_visits_of_a_day_never_overlap_and_only_the_last_may_go_on(stays, minute):
    now = MIDNIGHT - 24 * HOUR + minute * MINUTE
    ends = ends_of(stays, now)
    for stay, end, after in zip(stays, ends, [*stays[1:], None], strict=False):
        latest = after.started_at if after else stay.midnight
        assert end.at is None or stay.started_at <= end.at <= latest
        assert (end.at is None) == (end.how is None)
        assert (end.dwell_minutes is None) == (end.how in {None, Ending.MIDNIGHT})
        assert end.at is not None or after is None
        assert end.how != Ending.CHECKED_OUT or end.at == stay.out_at


@pytest.mark.parametrize(
    ("answer", "told", "kept"),
    [
        (Answer.NUMBER, "1.5", 1.5),
        (Answer.NUMBER, "七", None),
        (Answer.NUMBER, True, None),
        (Answer.NUMBER, "inf", None),
        (Answer.CHOICE, "好", "好"),
        (Answer.CHOICE, "中", None),
        (Answer.DATE, "2026-11-20", "2026-11-20"),
        (Answer.DATE, "2026-11-31", None),
        (Answer.YES_NO, "no", False),
        (Answer.YES_NO, "maybe", None),
        (Answer.TEXT, " 文 ", "文"),
        (Answer.TEXT, ["文"], None),
        (Answer.TEXT, "", None),
    ],
)
def test_an_answer_fits_its_field_or_is_lacking(answer, told, kept):
    asked = Asked("f1", "问", answer, True, ("好", "差"))
    assert check([asked], {"f1": told}) == ({} if kept is None else {"f1": kept}, ["f1"] if kept is None else [])


def test_a_form_holds_from_its_day_on_and_before_as_it_was(cast):
    lin = Traveller(cast.by("lin"), make.NOW - 2 * make.DAY)
    of, shop = kind(fields=[STOCK]), customer(cast.lin)
    kind_actions.keep_terms(of, make.day("11-20"), KindTerms(fields=(SHELF,)), by=make.ROOT, at=make.NOW)
    before = lin.visit(shop, of, make.NOW - make.DAY, answers={"f1": "3", "f2": "好"})
    after = lin.visit(shop, of, make.NOW, answers={"f1": "3", "f2": "好"})
    assert (before.answers, after.answers) == ({"f1": 3}, {"f2": "好"})
    with pytest.raises(Refusal, match="已经有拜访用过"):
        kind_actions.keep_terms(of, make.day("11-20"), KindTerms(), by=make.ROOT, at=make.NOW)


def test_what_lacks_is_said_and_filled_in_by_oneself(cast, lin):
    of = kind(fields=[STOCK, SHELF], photo_needed=True, note_needed=True)
    lin.check_in(customer(cast.lin), of)
    answer = lin.check_out(make.NOW + HOUR, {"f2": "好"})
    assert answer.sentence.endswith("还缺:库存、照片、说明,请在拜访记录里补上。")
    visit = Visit.objects.get()
    told = {"by": cast.by("lin"), "at": make.NOW}
    with pytest.raises(NotAllowed):
        actions.fill_in(visit.pk, {}, "", [], by=cast.by("wang"), at=make.NOW)
    assert actions.fill_in(visit.pk, {"f1": "7", "f2": "差"}, "", [], **told).lacking == ["photo", "note"]
    filled = actions.fill_in(visit.pk, {}, "谈妥", [picture()], **told)
    assert (filled.lacking, filled.answers) == ([], {"f1": 7, "f2": "好"})
    with pytest.raises(Refusal, match="没有要补"):
        actions.fill_in(visit.pk, {}, "", [], **told)


@pytest.mark.parametrize("bad", [[Asked("f1", "问", Answer.CHOICE, False, ("一",))], [STOCK, STOCK]])
def test_a_form_nobody_could_fill_in_is_refused(db, bad):
    with pytest.raises(Refusal):
        kind(fields=bad)


@pytest.mark.parametrize(("minutes", "short"), [(9, True), (10, False)])
def test_a_stay_under_the_least_is_short(cast, lin, minutes, short):
    assert lin.visit(customer(cast.lin), kind(least_minutes=10), minutes=minutes).short == short


def test_a_manager_notes_and_nobody_on_ones_own(cast, lin):
    visit = lin.visit(customer(cast.lin), kind())
    actions.note(visit.pk, "下次带样品", by=cast.by("wang"), at=make.NOW)
    with pytest.raises(NotAllowed):
        actions.note(visit.pk, "好", by=cast.by("lin"), at=make.NOW)
    own = Traveller(cast.by("wang")).visit(customer(cast.wang), kind("另一种"))
    with pytest.raises(NotAllowed):
        actions.note(own.pk, "好", by=cast.by("wang"), at=make.NOW)
    with pytest.raises(Refusal):
        actions.note(visit.pk, " ", by=cast.by("wang"), at=make.NOW)
    assert VisitNote.objects.get().text == "下次带样品"


@pytest.mark.parametrize(
    ("who", "sees"),
    [("lin", True), ("wang", True), ("he", True), ("zhao", False), ("chen", False), ("sun", False), ("qian", False)],
)
def test_a_visit_is_seen_by_oneself_the_manager_and_hr(cast, lin, enter, who, sees):
    visit = lin.visit(customer(cast.lin), kind())
    assert visit_queries.visits(seen_by=cast.by(who), on=make.TODAY).exists() == sees
    if not sees:
        with pytest.raises(NotFound):
            visit_queries.visit(visit.pk, seen_by=cast.by(who), on=make.TODAY)
    assert enter(who).get(f"/field/visits/{visit.pk}/").status_code == (200 if sees else 404)
    assert AccessRecord.objects.filter(employee_id=cast.lin.pk).count() == (1 if who in {"wang", "he"} else 0)


def test_the_list_filters_exports_and_asks_as_much_for_many_as_for_one(cast, lin, enter, django_assert_max_num_queries):
    of, shop = kind(least_minutes=5), customer(cast.lin)
    stop(cast.lin, shop=shop)
    for n in range(12):
        lin.visit(shop, of, make.NOW + n * HOUR / 4, minutes=n)
    lin.visit(customer(cast.lin, name="计划外的店"), of, make.NOW + 4 * HOUR, minutes=9, point=point(900))
    wang = enter("wang")
    with django_assert_max_num_queries(30):
        text = wang.get("/field/visits/").content.decode()
    assert "计划外的店" in text
    for asked, count in (("odd=short", 5), ("odd=unplanned", 1), ("first=2026-11-21", 0), ("last=x", 13)):
        assert f"共 {count} 条" in wang.get(f"/field/visits/?{asked}").content.decode() or count == 0
    exported = b"".join(wang.get("/field/visits/?export=csv")).decode()
    assert exported.count("林小满") == 13


def test_what_lacks_is_filled_in_on_the_page(cast, lin, enter):
    lin.check_in(
        customer(cast.lin), kind(fields=[STOCK, Asked("f3", "有竞品", Answer.YES_NO, True)], photo_needed=True)
    )
    lin.check_out(make.NOW + HOUR)
    visit = Visit.objects.get()
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = enter("lin")
    assert client.post(f"/field/visits/{visit.pk}/", {"f1": "3"}).status_code == 422
    bad = {"f1": "3", "f3": "no", "images": SimpleUploadedFile("a.jpg", b"<script>")}
    assert "这不是照片" in client.post(f"/field/visits/{visit.pk}/", bad).content.decode()
    good = {"f1": "3", "f3": "no", "images": SimpleUploadedFile("a.jpg", picture())}
    assert client.post(f"/field/visits/{visit.pk}/", good).status_code == 302
    visit.refresh_from_db()
    assert (visit.lacking, visit.answers, visit.photos.count()) == ([], {"f1": 3, "f3": False}, 1)
    text = client.get(f"/field/visits/{visit.pk}/").content.decode()
    assert "有竞品" in text
    answer = enter("wang").post(f"/field/visits/{visit.pk}/note/", {"text": "好"})
    assert answer.status_code == 302
    assert enter("wang").post(f"/field/visits/{visit.pk}/note/", {"text": ""}).status_code == 422


def test_hr_makes_a_kind_and_its_form(cast, enter):
    he = enter("he")
    made = he.post("/field/kinds/new/", {"name": "巡店"})["Location"]
    assert he.post("/field/kinds/new/", {"name": "巡店"}).status_code == 422
    told = {"begins_on": "2026-11-20", "least_minutes": "10", "photo_needed": "on"}
    told |= {"fields-TOTAL_FORMS": "2", "fields-INITIAL_FORMS": "0"}
    told |= {"fields-0-label": "库存", "fields-0-answer": "number", "fields-0-required": "on"}
    told |= {"fields-1-label": "陈列", "fields-1-answer": "choice", "fields-1-choices": "好"}
    assert "请填 2 至" in he.post(made, told).content.decode()
    assert he.post(made, {**told, "fields-1-choices": "好、差"}).status_code == 302
    text = he.get(made).content.decode()
    assert "库存、陈列" in text
    again = told | {"fields-TOTAL_FORMS": "6", "fields-INITIAL_FORMS": "2", "begins_on": "2026-11-21"}
    again |= {"fields-0-key": "f1", "fields-0-label": "", "fields-1-key": "f2", "fields-1-choices": "好、差"}
    again |= {f"fields-{n}-answer": "text" for n in range(2, 6)} | {"fields-2-label": "新的一项"}
    assert he.post(made, again).status_code == 302
    from kaoqin.field.models import KindVersion

    assert [one["key"] for one in KindVersion.objects.latest("begins_on").fields] == ["f2", "f1"]
    he.post(f"{made}close/")
    assert "停用" in he.get("/field/kinds/").content.decode()
