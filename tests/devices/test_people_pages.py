"""Pages of the people on terminals, as HR uses them."""

import pytest
from test_placing import HE_AND_ALL, STRANGER, Kept
from test_simulator import Line

import make
from kaoqin.devices import placing
from kaoqin.devices.models import EmployeeCard, PeopleKeeping, Placement, TerminalAccess
from kaoqin.devices.simulated import Person
from kaoqin.org import actions as org
from kaoqin.security.models import AuditEntry


def text(answer):
    return answer.content.decode()


@pytest.fixture
def kept(cast, clock):
    """A terminal whose people are kept, with all of the site on it and one nobody knows."""
    line = Kept("zk-att", cast, clock, [STRANGER])
    line.work(5)
    return line


def test_switching_on_says_first_what_it_will_do(cast, clock, enter):
    make.leave(cast.zhao, make.day("11-01"))
    line = Line("zk-att", clock, [STRANGER, Person("12", "赵夜班"), Person("00013", "老名字")], presses_per_second=0)
    device, he = line.approved(cast.site), enter("he")
    where = f"/devices/{device.pk}/people/"
    assert "系统只读取" in text(he.get(where))
    assert "先要知道机里已经有谁" in text(he.get(f"{where}keep/"))
    assert he.post(f"{where}keep/").status_code == 422
    assert he.post(f"{where}tell/").status_code == 302
    line.caller.desk.look_again()
    line.minutes(2)
    forecast = he.get(f"{where}keep/").context["forecast"]
    assert (forecast.adds, forecast.changes, forecast.same, forecast.extra, forecast.strangers) == (3, 1, 0, 1, 1)
    assert "赵夜班(12)" in text(he.get(where))
    assert he.post(f"{where}keep/", {"adopt": "on"}).status_code == 302
    assert PeopleKeeping.objects.get().on
    entry = AuditEntry.objects.get(action="devices.keep_people")
    assert (entry.facts["adds"], entry.facts["extra"], entry.facts["adopt"]) == (3, 1, True)
    placing.place(make.NOW)
    wishes = {(one.pin, one.state) for one in Placement.objects.filter(belongs=False)}
    assert wishes == {("12", "waiting"), ("777", "stranger")}


def test_the_list_says_how_far_it_is_and_why(kept, cast, enter):
    he, where = enter("he"), f"/devices/{kept.device.pk}/people/"
    page = text(he.get(where))
    assert all(f"{name}({pin})" in page for pin, name in HE_AND_ALL.items())
    assert ("机内老王" in page, "机内未知" in page, "工厂" in page) == (True, True, True)
    assert "陈大白" not in text(he.get(where, {"state": "stranger"}))
    Placement.objects.filter(pin="00013").update(state="failed", fault="code", result_code=-1001, tries=5)
    assert "考勤机拒绝:机内已存满(-1001);试了 5 次,已停止" in text(he.get(where))
    assert he.post(f"{where}again/").status_code == 302
    assert Placement.objects.get(pin="00013").state == "waiting"


def test_a_name_that_was_cut_is_told_and_one_that_is_on_its_way_is_not(kept, cast, enter):
    he, where, cut = enter("he"), f"/devices/{kept.device.pk}/people/", "全名存不下"
    org.change_details(cast.chen, name="陈小白", phone="", email="", by=make.ROOT, at=kept.at)
    assert cut not in text(he.get(where))
    org.change_details(cast.chen, name="陈" * 13, phone="", email="", by=make.ROOT, at=kept.at)
    kept.work(6)
    assert kept.names()["00013"] == "陈" * 12
    assert cut in text(he.get(where))


def test_a_stranger_is_removed_when_a_person_says_so_and_an_administrator_is_not(kept, enter):
    he, found = enter("he"), Placement.objects.get(pin="777")
    assert he.post(f"/devices/placements/{found.pk}/remove/").status_code == 302
    kept.work(4)
    assert "777" not in kept.names()
    other = Placement.objects.create(device=kept.device, pin="9", state="stranger", fault="administrator")
    told = he.post(f"/devices/placements/{other.pk}/remove/", follow=True)
    assert "机内管理员" in text(told)
    other.refresh_from_db()
    assert not other.ours


def test_switched_off_everything_stays_and_nothing_more_is_sent(kept, cast, enter):
    org.change_details(cast.chen, name="陈小白", phone="", email="", by=make.ROOT, at=kept.at)
    placing.place(kept.at)
    assert enter("he").post(f"/devices/{kept.device.pk}/people/stop/").status_code == 302
    kept.work(4)
    assert kept.names()["00013"] == "陈大白"
    assert [one.state for one in kept.writes()][-1] == "replaced"


def test_rules_say_who_belongs_besides_or_instead(kept, cast, enter):
    he, where = enter("he"), f"/devices/{kept.device.pk}/access/"
    assert "都在这台机上" in text(he.get(where))
    elsewhere = make.site("北京", code="BJ")
    guest = org.hire("00090", "客人", make.SINCE, org.Place(cast.plant, elsewhere), by=make.ROOT, at=kept.at)
    wrong = he.post(where, {"who": "employee", "number": "", "begins_on": "2026-11-20"})
    assert (wrong.status_code, "请填写工号" in text(wrong)) == (422, True)
    wrong = he.post(where, {"who": "chosen_only", "begins_on": "2026-11-20", "ends_on": "2026-11-19"})
    assert (wrong.status_code, "不能早于" in text(wrong)) == (422, True)
    assert he.post(where, {"who": "employee", "number": "00090", "begins_on": "2026-11-20"}).status_code == 302
    kept.work(4)
    assert kept.names() == HE_AND_ALL | {"00090": guest.name, "777": "机内老王"}
    he.post(where, {"who": "chosen_only", "begins_on": "2026-11-20"})
    he.post(where, {"who": f"department:{cast.sales.pk}", "begins_on": "2026-11-20", "everywhere": "on"})
    kept.jump("11-20 13:00")
    kept.work(5)
    assert set(kept.names()) == {"00011", "00012", "00013", "00090", "777"}
    page = text(he.get(where))
    assert ("销售部" in page, "客人(00090)" in page, "本地点所有考勤机" in page) == (True, True, True)
    rule = TerminalAccess.objects.get(kind="employee")
    assert he.post(f"/devices/access/{rule.pk}/end/?device={kept.device.pk}").status_code == 302
    kept.jump("11-21 12:31")
    kept.work(5)
    assert "00090" not in kept.names()


def test_a_rule_that_has_not_begun_is_taken_away(kept, enter):
    he, where = enter("he"), f"/devices/{kept.device.pk}/access/"
    he.post(where, {"who": "chosen_only", "begins_on": "2026-12-01"})
    he.post(f"/devices/access/{TerminalAccess.objects.get().pk}/end/")
    assert not TerminalAccess.objects.exists()


def test_cards(cast, enter):
    he = enter("he")
    assert "还没有登记工卡" in text(he.get("/devices/cards/"))
    told = {"number": "00013", "card": "47-11", "begins_on": "2026-11-20"}
    wrong = he.post("/devices/cards/new/", told)
    assert (wrong.status_code, "卡号应为" in text(wrong)) == (422, True)
    assert he.post("/devices/cards/new/", told | {"card": "4711"}).status_code == 302
    assert EmployeeCard.objects.get().employee == cast.chen
    assert "4711" in text(he.get("/devices/cards/"))


@pytest.mark.parametrize(
    ("protocol", "name", "value"), [("zk_attendance", "transfer", "bits"), ("zk_security", "clock", "local")]
)
def test_how_one_terminal_differs_is_chosen_on_a_page(terminal, enter, protocol, name, value):
    device, he = terminal.device(), enter("he")
    type(device).objects.filter(pk=device.pk).update(protocol=protocol, options={"token": "t"})
    where = f"/devices/{device.pk}/options/"
    assert he.post(where, {name: "nonsense"}).status_code == 422
    assert he.post(where, {name: value, "encoding": ""}).status_code == 302
    assert terminal.device().options == {"token": "t", name: value}
    assert AuditEntry.objects.filter(action="devices.option").count() == 1
    assert he.post(where, {name: "", "encoding": "utf-8"}).status_code == 302
    assert terminal.device().options == {"token": "t", "encoding": "utf-8"}


def test_a_terminal_without_choices_has_no_such_page(terminal, enter):
    device = terminal.device()
    type(device).objects.filter(pk=device.pk).update(protocol="hikvision")
    assert enter("he").get(f"/devices/{device.pk}/options/").status_code == 404


def test_as_many_questions_for_five_hundred_as_for_fifty(kept, cast, enter, django_assert_max_num_queries):
    he, where = enter("he"), f"/devices/{kept.device.pk}/people/"

    def hire(first, count):
        place = org.Place(cast.plant, cast.site)
        org.hire_all(
            [org.Newcomer(f"9{n:04d}", "新人", make.SINCE, place) for n in range(first, first + count)],
            by=make.ROOT,
            at=kept.at,
        )

    counts = []
    for first, count in ((0, 50), (50, 450)):
        hire(first, count)
        with django_assert_max_num_queries(60) as placed:
            placing.place(kept.at)
        with django_assert_max_num_queries(60) as shown:
            he.get(where, {"size": "100"})
        counts.append((len(shown), len(placed)))
        Placement.objects.all().delete()
    (shown, placed), (shown_of_many, placed_many) = counts
    assert shown == shown_of_many
    assert placed_many <= placed


@pytest.mark.parametrize("name", ["chen", "wang", "outsider"])
def test_the_people_of_a_terminal_are_nothing_for_everybody(kept, enter, name):
    assert enter(name).get(f"/devices/{kept.device.pk}/people/").status_code == 403


@pytest.mark.parametrize(("count", "held"), [(10, 0), (11, 11)])
def test_many_are_not_removed_at_once_without_a_word(kept, cast, enter, count, held):
    """Fingers and faces go with them, and so many is rather a mistake."""
    place, elsewhere = org.Place(cast.plant, cast.site), org.Place(cast.plant, make.site("北京", code="BJ"))
    many = [org.Newcomer(f"9{n:04d}", "新人", make.SINCE, place) for n in range(count)]
    people = org.hire_all(many, by=make.ROOT, at=kept.at)
    kept.work(6)
    org.move_all([org.Move(one, make.TODAY, elsewhere) for one in people], by=make.ROOT, at=kept.at)
    kept.jump("11-20 13:00")
    kept.work(5)
    assert len(kept.names()) == len(HE_AND_ALL) + 1 + held
    he, where = enter("he"), f"/devices/{kept.device.pk}/people/"
    assert ("按名单要从这台机删除 11 人" in text(he.get(where))) is (held > 0)
    assert he.post(f"{where}remove/").status_code == 302
    kept.work(5)
    assert len(kept.names()) == len(HE_AND_ALL) + 1
    assert "指纹和人脸会一起删掉" not in text(he.get(where))
