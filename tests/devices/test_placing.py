"""Who is on a terminal follows who belongs there: through the server's front door and simulated terminals."""

import datetime as dt

import pytest
from test_simulator import BOTH, Line

import make
from kaoqin.devices import people_actions, placing
from kaoqin.devices.models import Command, PersonOnDevice, Placement
from kaoqin.devices.simulated import Person
from kaoqin.org import actions as org
from kaoqin.punches import actions as punches
from kaoqin.punches.models import Punch

HE_AND_ALL = {"00001": "何人事", "00011": "王主管", "00012": "林小满", "00013": "陈大白", "12": "赵夜班"}
STRANGER = Person("777", "机内老王")
ADMINISTRATOR = Person("9", "安装师傅", "", "14")


class Kept(Line):
    """A terminal whose people the house keeps; the job runs every minute."""

    def __init__(self, kind, cast, clock, people=(), adopt=False, **habits):
        super().__init__(kind, clock, people=people, presses_per_second=0, **habits)
        self.caller.get("cdata", options="all", DeviceType="acc" if kind == "zk-acc" else "att", language="83")
        self.device = self.approved(cast.site)
        people_actions.tell_people(self.device, by=make.ROOT, at=self.at)
        self.work(5)
        people_actions.keep_people(self.device, adopt=adopt, by=make.ROOT, at=self.at)

    @property
    def at(self):
        return dt.datetime.fromtimestamp(self.now, dt.UTC)

    def work(self, minutes):
        """Minutes pass, and in each the job is done."""
        for _ in range(minutes):
            placing.place(self.at)
            self.caller.desk.look_again()
            self.minutes(1)
            self.tick(self.at)

    def jump(self, day_and_time):
        """It is another moment, Shanghai time."""
        self.now = dt.datetime.fromisoformat(f"2026-{day_and_time}+08:00").timestamp()
        self.tick(self.at)
        self.unit.greeted = False

    def names(self):
        return {person.pin: person.name for person in self.unit.memory.people.values()}

    def states(self):
        return dict(Placement.objects.filter(device=self.device).values_list("pin", "state"))

    def writes(self):
        return [one for one in Command.objects.filter(device=self.device).order_by("pk") if one.wish != "tell_people"]


@BOTH
def test_who_works_at_the_site_is_put_and_confirmed_and_then_nothing_more_is_sent(kind, cast, clock):
    line = Kept(kind, cast, clock)
    line.work(1)
    assert set(line.states().values()) <= {"waiting", "sent"}
    line.work(4)
    assert line.names() == HE_AND_ALL
    assert line.states() == dict.fromkeys(HE_AND_ALL, "same")
    count = Command.objects.count()
    line.work(10)
    assert Command.objects.count() == count


@BOTH
def test_a_life_hired_renamed_moved_and_gone(kind, cast, clock):
    line = Kept(kind, cast, clock)
    line.work(5)
    mo = make.employee("莫小雨", hired_on=make.TODAY, where=cast.sales, no="00020")
    line.work(4)
    assert (line.names()["00020"], line.states()["00020"]) == ("莫小雨", "same")
    org.change_details(mo, name="莫大雨", phone="", email="", by=make.ROOT, at=line.at)
    line.work(4)
    assert (line.names()["00020"], line.states()["00020"]) == ("莫大雨", "same")
    make.leave(mo, make.day("11-20"))
    line.jump("11-20 23:50")
    line.work(5)
    assert "00020" in line.names()
    line.jump("11-21 12:31")
    line.work(2)
    assert "00020" not in line.names()
    line.work(13)
    assert line.states() == dict.fromkeys(HE_AND_ALL, "same")


@pytest.mark.parametrize(("time", "there"), [("11-21 11:58", True), ("11-21 12:31", False)])
def test_after_the_last_day_one_stays_until_noon_for_a_night_shift_ends_in_the_morning(time, there, cast, clock):
    line = Kept("zk-att", cast, clock)
    line.work(4)
    make.leave(cast.zhao, make.day("11-20"))
    line.jump(time)
    line.work(2)
    assert ("12" in line.names()) is there


def test_whoever_moves_to_another_site_is_removed_here_and_put_there(cast, clock):
    here = Kept("zk-att", cast, clock)
    elsewhere = make.site("北京", code="BJ")
    here.work(4)
    org.move(cast.chen, make.day("11-21"), org.Place(cast.sales, elsewhere), by=make.ROOT, at=here.at)
    there = Kept("zk-acc", cast, clock)
    there.caller.approved(elsewhere)
    for line in (here, there):
        line.jump("11-21 12:31")
        line.work(5)
    assert "00013" not in here.names()
    assert there.names() == {"00013": "陈大白"}


@BOTH
def test_results_and_answers_that_are_lost_come_again_and_double_nothing(kind, cast, clock):
    line = Kept(kind, cast, clock)
    line.unit.habits = line.unit.habits.__class__(presses_per_second=0, results_lost=0.6)
    line.work(60)
    assert line.names() == HE_AND_ALL
    assert line.states() == dict.fromkeys(HE_AND_ALL, "same")
    assert len(line.writes()) == len(HE_AND_ALL)
    assert PersonOnDevice.objects.count() == len(HE_AND_ALL)


@BOTH
def test_whom_the_house_did_not_put_stays_and_is_listed(kind, cast, clock):
    gone = make.employee("早已走", hired_on=make.SINCE, no="00030")
    make.leave(gone, make.day("10-01"))
    line = Kept(kind, cast, clock, [STRANGER, ADMINISTRATOR, Person("00030", "早已走"), Person("00013", "老名字")])
    line.work(5)
    assert line.names() == HE_AND_ALL | {"777": "机内老王", "9": "安装师傅", "00030": "早已走"}
    assert {pin: line.states()[pin] for pin in ("777", "9", "00030", "00013")} == {
        "777": "stranger",
        "9": "stranger",
        "00030": "extra",
        "00013": "same",
    }
    make.leave(cast.chen, make.day("11-20"))
    line.jump("11-21 12:31")
    line.work(4)
    assert "00013" in line.names()  # was there before
    found = Placement.objects.get(pin="777")
    people_actions.may_remove(found, by=make.ROOT, at=line.at)
    line.work(4)
    assert "777" not in line.names()


def test_employees_found_there_are_removed_only_where_a_person_said_so(cast, clock):
    make.leave(cast.zhao, make.day("11-01"))
    people = [STRANGER, Person("12", "赵夜班"), Person("00013", "陈大白")]
    line = Kept("zk-att", cast, clock, people, adopt=True)
    line.work(4)
    assert line.names() == {pin: name for pin, name in HE_AND_ALL.items() if pin != "12"} | {"777": "机内老王"}
    make.leave(cast.chen, make.day("11-20"))
    line.jump("11-21 12:31")
    line.work(4)
    assert "00013" not in line.names()


def test_rights_and_cards_of_the_terminal_stay_as_they_are(cast, clock):
    line = Kept("zk-att", cast, clock, [Person("00013", "老名字", "4711", "14")])
    line.work(5)
    assert line.unit.memory.people["00013"] == Person("00013", "陈大白", "4711", "14")
    make.leave(cast.chen, make.day("11-20"))
    line.jump("11-21 12:31")
    line.work(4)
    assert "00013" in line.names()


def test_a_card_reaches_the_terminal_and_is_taken_back(cast, clock):
    line = Kept("zk-acc", cast, clock)
    people_actions.give_card(cast.chen, "0004711", make.TODAY, by=make.ROOT, at=line.at)
    line.work(5)
    assert line.unit.memory.people["00013"].card == "0004711"
    people_actions.give_card(cast.chen, "", make.day("11-21"), by=make.ROOT, at=line.at)
    line.jump("11-21 12:31")
    line.work(4)
    assert (line.unit.memory.people["00013"].card, line.states()["00013"]) == ("", "same")


@pytest.mark.parametrize(
    ("name", "held"), [("赵喆", "赵?"), ("阿卜杜热合曼·买买提江·吐尔逊", "阿卜杜热合曼・买买提江・"), ("㛃", "?")]
)
def test_a_name_the_terminal_cannot_hold_is_sent_once(name, held, cast, clock):
    line = Kept("zk-att", cast, clock)
    org.change_details(cast.chen, name=name, phone="", email="", by=make.ROOT, at=line.at)
    line.work(8)
    assert (line.names()["00013"], line.states()["00013"]) == (held, "same")
    assert sum(one.target == "00013" for one in line.writes()) == 1


def test_a_person_put_under_a_stated_number_punches_under_it_and_it_is_theirs(cast, clock):
    line = Kept("zk-att", cast, clock)
    punches.attach("5", "", cast.chen, make.SINCE, by=make.ROOT, at=line.at)
    line.work(5)
    assert line.names()["5"] == "陈大白"
    assert "00013" not in line.names()
    line.caller.post("cdata", "5\t2026-11-20 10:01:00\t0\t1\n", table="ATTLOG")
    assert Punch.objects.get().employee == cast.chen


def test_somebody_whose_number_is_another_s_here_is_shown_and_not_put(cast, clock):
    punches.attach("00013", "", cast.zhao, make.SINCE, by=make.ROOT, at=make.NOW)
    line = Kept("zk-att", cast, clock)
    line.work(5)
    assert "陈大白" not in line.names().values()
    found = Placement.objects.get(employee=cast.chen)
    assert (found.state, found.fault, found.pin) == ("failed", "no_number", "")


def test_a_full_terminal_says_so_and_is_tried_again_with_growing_pauses(cast, clock):
    line = Kept("zk-att", cast, clock, most_people=0)
    line.work(1)
    tried = {}
    for minute in range(7 * 60):
        placing.place(line.at)
        line.caller.desk.look_again()
        line.minutes(1)
        clock(line.at)
        tried.setdefault(sum(one.target == "00013" for one in line.writes()), minute)
    gaps = [later - sooner for sooner, later in zip(list(tried.values())[:-1], list(tried.values())[1:], strict=True)]
    assert [round(gap / 5) * 5 for gap in gaps] == [5, 15, 60, 240]
    found = Placement.objects.get(pin="00013")
    assert (found.state, found.fault, found.result_code, found.tries) == ("failed", "code", -1001, 5)
    line.unit.habits = line.unit.habits.__class__(presses_per_second=0)
    people_actions.try_again(line.device, by=make.ROOT, at=line.at)
    line.work(5)
    assert line.states()["00013"] == "same"


def test_a_newer_wish_takes_the_place_of_an_older_one_that_waits(cast, clock):
    line = Kept("zk-att", cast, clock)
    line.work(5)
    for name in ("陈一", "陈二"):
        org.change_details(cast.chen, name=name, phone="", email="", by=make.ROOT, at=line.at)
        placing.place(line.at)
    old, new = [one for one in line.writes() if one.target == "00013"][-2:]
    assert (old.state, new.state) == ("replaced", "waiting")
    org.change_details(cast.chen, name="陈大白", phone="", email="", by=make.ROOT, at=line.at)
    placing.place(line.at)
    assert line.states()["00013"] == "same"
    assert not [one for one in line.writes() if one.state == "waiting"]


def test_a_wish_taken_back_after_it_was_handed_out_is_made_good(cast, clock):
    """What was handed out may have been done, whatever the terminal told before."""
    line = Kept("zk-att", cast, clock)
    line.work(5)
    org.change_details(cast.chen, name="陈一", phone="", email="", by=make.ROOT, at=line.at)
    placing.place(line.at)
    line.caller.desk.look_again()
    line.minutes(1)
    org.change_details(cast.chen, name="陈大白", phone="", email="", by=make.ROOT, at=line.at)
    line.work(5)
    assert (line.names()["00013"], line.states()["00013"]) == ("陈大白", "same")


def test_nothing_is_written_before_the_terminal_told_whom_it_knows(cast, clock):
    line = Line("zk-att", clock)
    device = line.approved(cast.site)
    with pytest.raises(Exception, match="先读取"):
        people_actions.keep_people(device, adopt=False, by=make.ROOT, at=make.NOW)


def test_somebody_deleted_at_the_terminal_is_put_again_after_the_night(cast, clock):
    line = Kept("zk-att", cast, clock)
    line.work(5)
    del line.unit.memory.people["00013"]
    line.work(3)
    assert "00013" not in line.names()
    line.jump("11-21 04:05")
    line.work(5)
    assert line.names() == HE_AND_ALL


def test_where_nothing_changed_the_job_asks_two_questions(cast, clock, django_assert_num_queries):
    line = Kept("zk-att", cast, clock)
    line.work(8)
    with django_assert_num_queries(2):
        assert placing.place(line.at) == 0


def test_thousands_are_not_asked_for_at_once(cast, clock):
    newcomers = [org.Newcomer(f"9{n:04d}", "新人", make.SINCE, org.Place(cast.plant, cast.site)) for n in range(250)]
    org.hire_all(newcomers, by=make.ROOT, at=make.NOW)
    line = Kept("zk-att", cast, clock)
    placing.place(line.at)
    assert len(line.writes()) == 100
    line.work(12)
    assert len(line.names()) == 255
    assert set(line.states().values()) == {"same"}
    assert Command.objects.filter(wish="tell_people").count() <= 3
