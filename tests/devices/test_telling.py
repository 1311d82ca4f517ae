"""Who is on a terminal is known when its answer is whole: in any order, in any number of uploads, said twice or lost."""

import datetime as dt

import pytest
from django.utils import timezone

import make
from kaoqin.devices import actions, placing
from kaoqin.devices.models import Command, PeopleKeeping, PersonOnDevice
from kaoqin.devices.telling import wanted
from kaoqin.devices.wire import TellPeople

MINUTE = dt.timedelta(minutes=1)


class Told:
    """A terminal that answers piece by piece; each piece comes a minute after the one before."""

    def __init__(self, terminal, clock):
        self.terminal, self.clock, self.at = terminal, clock, make.NOW

    def later(self, minutes=1):
        self.at += minutes * MINUTE
        self.clock(self.at)

    def ask(self):
        self.later()
        made = actions.enqueue(self.terminal.device(), TellPeople(), by=make.ROOT, at=timezone.now())
        self.terminal.desk.look_again()
        self.terminal.get("getrequest")
        self.number = made.pk

    def people(self, *pins):
        self.later()
        body = "".join(f"USER PIN={pin}\tName=A\tPri=0\tCard=\n" for pin in pins)
        assert self.terminal.post("cdata", body, table="OPERLOG").status == 200

    def result(self, count):
        self.later()
        self.terminal.post("devicecmd", f"ID={self.number}&Return={count}&CMD=DATA\n")

    def known(self):
        placing.note(self.at)
        return "".join(PersonOnDevice.objects.order_by("pin").values_list("pin", flat=True))

    def whole(self):
        return PeopleKeeping.objects.filter(telling=self.number).exists()


@pytest.fixture
def told(terminal, clock):
    """A terminal that told of A, B and C."""
    one = Told(terminal, clock)
    one.people("A", "B", "C")
    return one


def test_who_is_not_told_is_gone_when_as_many_came_as_there_are(told):
    told.ask()
    told.people("A")
    told.result(2)
    assert (told.known(), told.whole()) == ("ABC", False)
    told.people("C")
    assert (told.known(), told.whole()) == ("AC", True)


def test_the_count_may_come_last(told):
    told.ask()
    told.people("A", "C")
    assert (told.known(), told.whole()) == ("ABC", False)
    told.result(2)
    assert (told.known(), told.whole()) == ("AC", True)


def test_the_same_answer_in_the_same_bytes_is_an_answer_too(told):
    told.ask()
    told.people("A", "B", "C")
    told.result(3)
    assert (told.known(), told.whole()) == ("ABC", True)


def test_an_upload_that_is_lost_leaves_everybody(told):
    told.ask()
    told.people("A")
    told.result(3)
    told.later(60)
    assert (told.known(), told.whole()) == ("ABC", False)


def test_a_refusal_is_no_answer(told):
    told.ask()
    told.people("A")
    told.result(-1002)
    assert (told.known(), told.whole()) == ("ABC", False)


@pytest.mark.parametrize(("minutes", "known"), [(2, "ABC"), (3, "")])
def test_a_count_of_nobody_is_believed_when_nobody_came_for_a_while(told, minutes, known):
    told.ask()
    told.result(0)
    told.later(minutes)
    told.terminal.post("devicecmd", "ID=999&Return=0&CMD=DATA\n")
    assert told.known() == known


def test_a_terminal_whose_results_count_nothing_is_whole_when_nothing_more_comes(told):
    told.ask()
    told.result(0)
    told.people("A", "C")
    assert (told.known(), told.whole()) == ("ABC", False)
    told.later(3)
    told.terminal.post("devicecmd", "ID=999&Return=0&CMD=DATA\n")
    assert (told.known(), told.whole()) == ("AC", True)


def test_whoever_told_before_it_was_handed_out_does_not_count(told):
    """It greets with all it knows, then removes somebody, then answers."""
    told.later()
    made = actions.enqueue(told.terminal.device(), TellPeople(), by=make.ROOT, at=timezone.now())
    told.number = made.pk
    told.people("A", "B", "C")
    told.later()
    told.terminal.desk.look_again()
    told.terminal.get("getrequest")
    told.people("A", "C")
    told.result(2)
    assert (told.known(), told.whole()) == ("AC", True)


def command(pk, state="done", ended=None):
    ended_at = None if ended is None else make.NOW + ended * MINUTE
    return Command(pk=pk, state=state, asked_at=make.NOW, ended_at=ended_at)


@pytest.mark.parametrize(
    ("last", "writes", "asks"),
    [
        (None, [], False),
        (None, [command(1, ended=0)], True),
        (command(2, "waiting"), [command(3, ended=0)], False),
        (command(2, ended=0), [command(3, "sent")], True),
        (command(2, ended=0), [command(1, ended=1)], True),
        (command(2, ended=1), [command(1, ended=0)], False),
        (command(2, ended=-9), [command(1, "sent")], False),
        (command(2, ended=-10), [command(1, "sent")], True),
    ],
)
def test_when_a_terminal_is_asked_about_writes(last, writes, asks):
    assert wanted(last, writes, make.NOW) is asks
