"""People of Hikvision terminals: put, renamed, removed and told of at a made-up terminal on a real socket."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import make
from kaoqin.core.words import Refusal
from kaoqin.devices import actions, links
from kaoqin.devices.marks import take_marks
from kaoqin.devices.models import BadUploadLine, Command, Device, PersonOnDevice, RawUpload
from kaoqin.devices.protocols import held_name, reason_of, vitals_of, waiting
from kaoqin.devices.protocols.hikvision import Hikvision, orders, people, phrases
from kaoqin.devices.protocols.hikvision.simulator import Simulator
from kaoqin.devices.wire import Dialect, PutPerson, RemovePerson, Restart, TellPeople, TellState, VisitFailed

SERIAL = "G00000001"
HERE = Dialect("hikvision")


@pytest.fixture
def unit():
    with Simulator(serial=f"DS-K1T671M20260101V030200EN{SERIAL}") as running:
        yield running


@pytest.fixture
def device(cast, unit):
    told = {"address": "127.0.0.1", "port": unit.port, "https": False, "user": unit.user, "password": unit.password}
    found = links.add(
        "hikvision", SERIAL, links.Settings(**told, server="http://127.0.0.1:8000"), by=make.ROOT, at=make.NOW
    )
    actions.approve(found, cast.site, by=make.ROOT, at=make.NOW)
    return found


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(orders, "LOOK_SECONDS", 0)


def order(device, *wanted):
    for one in wanted:
        actions.enqueue(device, one, by=make.ROOT, at=make.NOW)
    links.visit(device, at=make.NOW)
    return [(one.state, one.result_code) for one in Command.objects.order_by("pk")]


def told():
    return sorted(PersonOnDevice.objects.values_list("pin", "name", "card", "privilege"))


def test_somebody_new_may_pass_for_good_and_is_told_of(device, unit):
    done = order(device, PutPerson("00013", "肖英", card="0012345678"), PutPerson("00014", "赵喆"), TellPeople())
    assert done == [("done", 0), ("done", 0), ("done", 2)]
    assert told() == [("00013", "肖英", "0012345678", "0"), ("00014", "赵喆", "", "0")]
    person = unit.people.users["00013"]
    assert (person["userType"], person["doorRight"], person["Valid"]["endTime"]) == (
        "normal",
        "1",
        "2037-12-31T23:59:59",
    )
    assert person["RightPlan"] == [{"doorNo": 1, "planTemplateNo": "1"}]


def test_a_rename_leaves_validity_rights_and_cards_as_they_are(device, unit):
    before = {"employeeNo": "00013", "name": "肖英", "userType": "normal", "localUIRight": True, "doorRight": "1"}
    before |= {"Valid": {"enable": True, "beginTime": "2026-01-01T00:00:00", "endTime": "2026-12-31T23:59:59"}}
    unit.people.users["00013"], unit.people.cards = dict(before), {"777": "00013", "888": "00013"}
    order(device, TellPeople())
    assert told() == [("00013", "肖英", "777", "1")]
    assert order(device, PutPerson("00013", "肖英英", "1", "777"))[-1] == ("done", 0)
    assert unit.people.users["00013"] == before | {"name": "肖英英"}
    assert unit.people.cards == {"777": "00013", "888": "00013"}


@pytest.mark.parametrize(
    ("held", "wanted", "left"),
    [
        ({"777": "00013"}, "999", {"999": "00013"}),
        ({"777": "00013"}, "", {}),
        ({"777": "00013", "888": "00013"}, "888", {"888": "00013"}),
        ({"555": "00014"}, "999", {"555": "00014", "999": "00013"}),
        ({}, "", {}),
    ],
)
def test_a_card_that_is_told_takes_the_place_of_others(device, unit, held, wanted, left):
    unit.people.cards = held
    assert order(device, PutPerson("00013", "肖英", card=wanted)) == [("done", 0)]
    assert unit.people.cards == left


def test_a_card_that_is_somebody_elses_is_said_to_be(device, unit):
    unit.people.cards = {"777": "00014"}
    assert order(device, PutPerson("00013", "肖英", card="777")) == [("failed", orders.CARD_TAKEN)]
    assert reason_of("hikvision", orders.CARD_TAKEN) == "这张卡在机内已属于别人"
    assert unit.people.cards == {"777": "00014"}


def test_a_removal_takes_its_time_and_takes_one(device, unit):
    order(device, PutPerson("00013", "肖英", card="777"), PutPerson("00014", "赵喆"))
    unit.people.faults.looks = 3
    assert order(device, RemovePerson("00013"), RemovePerson("00099"))[-2:] == [("done", 0), ("done", 0)]
    assert (list(unit.people.users), unit.people.cards, unit.people.forgot_all) == (["00014"], {}, 0)


def test_a_removal_that_fails_and_one_that_does_not_end(device, unit, monkeypatch):
    order(device, PutPerson("00013", "肖英"), PutPerson("00014", "赵喆"))
    unit.people.faults.fails_removal = True
    assert order(device, RemovePerson("00013"))[-1] == ("failed", orders.REFUSED)
    unit.people.faults.looks = 1000
    with pytest.raises(Refusal, match="还在删除"):
        order(device, RemovePerson("00014"))
    assert Command.objects.latest("pk").state == "waiting"


def test_many_people_are_told_in_pieces_and_counted(device, unit):
    for number in range(75):
        unit.people.users[f"{number:05d}"] = {"employeeNo": f"{number:05d}", "name": f"员工{number}"}
    assert order(device, TellPeople()) == [("done", 75)]
    assert PersonOnDevice.objects.count() == 75


def test_what_became_of_a_command_makes_the_terminals_people_be_looked_at(device, unit):
    actions.enqueue(device, PutPerson("00013", "肖英"), by=make.ROOT, at=make.NOW)
    take_marks()
    links.visit(device, at=make.NOW)
    assert device.pk in take_marks().device_ids


def test_nobody_is_nobody(device):
    assert order(device, TellPeople()) == [("done", 0)]


def test_a_list_that_comes_short_changes_nothing(device, unit):
    unit.people.users = {f"{number}": {"employeeNo": f"{number}"} for number in range(3)}
    unit.people.faults.hides = 1
    with pytest.raises(Refusal, match="只给出 2"):
        order(device, TellPeople())
    assert (told(), Command.objects.get().state) == ([], "waiting")


def test_firmware_that_knows_fewer_words(device, unit):
    unit.people.faults.unknown = ["UserInfo/SetUp", "UserInfoDetail/DeleteProcess", "CardInfo/Search"]
    done = order(device, PutPerson("00013", "肖英"), PutPerson("00013", "肖英英"), TellPeople(), RemovePerson("00013"))
    assert done == [("done", 0), ("done", 0), ("done", 1), ("done", 0)]
    assert (told(), unit.people.users) == ([("00013", "肖英英", "", "0")], {})


def test_what_a_terminal_refuses_and_what_its_firmware_lacks(device, unit):
    unit.people.faults.most_people = 0
    assert order(device, PutPerson("00013", "肖英")) == [("failed", orders.REFUSED)]
    unit.people.faults.unknown = ["UserInfo/Search"]
    assert order(device, TellPeople())[-1] == ("failed", orders.UNKNOWN)


def test_a_refusal_that_comes_as_a_good_answer_is_one(device, unit, monkeypatch):
    monkeypatch.setattr(unit.people, "_put", lambda told: (200, '{"statusCode": 6, "subStatusCode": "x"}'))
    assert order(device, PutPerson("00013", "肖英")) == [("failed", orders.REFUSED)]


@pytest.mark.parametrize("answer", [(503, ""), (200, "<html>"), (200, '{"UserInfoSearch": 5}')])
def test_a_terminal_that_cannot_now_is_asked_again(device, unit, monkeypatch, answer):
    monkeypatch.setattr(unit.people, "_tell_people", lambda told: answer)
    with pytest.raises(Refusal):
        order(device, TellPeople())
    assert Command.objects.get().state == "waiting"


def test_state_is_told_when_asked_for(device, unit):
    assert order(device, TellState()) == [("done", 0)]
    facts = Device.objects.get().facts
    assert (facts["model"], vitals_of("hikvision", facts).firmware) == ("DS-K1T671M", "V3.2.0")
    assert not BadUploadLine.objects.exists()


def test_no_template_and_no_password_is_kept(device, unit):
    unit.people.users = {"1": {"employeeNo": "1", "name": "肖英", "password": "1234", "faceURL": "http://x/f.jpg"}}
    order(device, TellPeople())
    body = b"".join(bytes(one.body) for one in RawUpload.objects.filter(kind=people.KIND))
    assert b"1234" not in body
    assert b"faceURL" not in body


@pytest.mark.parametrize("phrase", ["", "{}", '{"do": "put"}', '{"do": "remove", "pin": ""}', '{"do": "clear"}'])
def test_a_phrase_that_is_none_does_nothing(phrase):
    assert orders.carry_out(None, *waiting.read(phrase)).code == orders.UNKNOWN


@pytest.mark.parametrize(
    "wanted",
    [PutPerson("", "x"), PutPerson("1 2", "x"), PutPerson("1" * 33, "x"), PutPerson("1", "x", card="[00]"), Restart()],
)
def test_what_these_terminals_have_no_word_for(wanted):
    with pytest.raises(Refusal):
        Hikvision().say(wanted, HERE)


def test_names_are_one_line_of_at_most_32_characters():
    said = waiting.read(Hikvision().say(PutPerson("1", " 阿依古丽·\t买买提\n\0"), HERE))[1]
    assert said["name"] == held_name(" 阿依古丽·\t买买提\n\0", HERE) == "阿依古丽· 买买提"
    assert len(phrases.held("喆" * 40, HERE)) == 32


@given(st.binary(max_size=200))
def test_any_bytes_are_people_or_a_bad_line(body):
    decoded = Hikvision().decode(people.KIND, body, HERE)
    assert decoded.people or decoded.bad_lines or json.loads(body) == []


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["employeeNo", "name", "card"]), st.one_of(st.text(), st.none(), st.integers()))
    )
)
def test_every_row_is_somebody_or_a_bad_line(rows):
    decoded = Hikvision().decode(people.KIND, json.dumps(rows).encode(), HERE)
    assert decoded.records == len(rows)


def test_a_list_without_end_is_left(unit, monkeypatch):
    monkeypatch.setattr(orders, "MOST_ROWS", 2)

    class Endless:
        def ask(self, method, path, body, kind):
            return b'{"UserInfoSearch": {"responseStatusStrg": "MORE", "numOfMatches": 1, "totalMatches": 9, "UserInfo": [{"employeeNo": "1"}]}}'

    with pytest.raises(VisitFailed):
        orders.carry_out(Endless(), phrases.PEOPLE, {})
