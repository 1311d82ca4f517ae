"""How far it is with one person, case by case: what was handed out may have been done, and only an answer shows it."""

import datetime as dt

import pytest

import make
from kaoqin.devices import placing
from kaoqin.devices.judging import PAUSES, judge, may_be_there, outdated, settled, told_after
from kaoqin.devices.models import Command, PeopleKeeping, PersonOnDevice, Placement
from kaoqin.devices.queue import take_results
from kaoqin.devices.wire import CommandResult, PutPerson, RemovePerson

MINUTE = dt.timedelta(minutes=1)
PUT, REMOVE = PutPerson("1", "A"), RemovePerson("1")


def command(pk, state, ended=None, **told):
    ended_at = None if ended is None else make.NOW + ended * MINUTE
    return Command(pk=pk, wish="put_person", state=state, asked_at=make.NOW, ended_at=ended_at, **told)


def held(minute):
    return PersonOnDevice(pin="1", name="A", privilege="0", told_at=make.NOW + minute * MINUTE)


@pytest.mark.parametrize(
    ("write", "answer", "after"),
    [
        (command(1, "done", 1), command(2, "done", 1), True),
        (command(1, "done", 2), command(2, "done", 1), False),
        (command(3, "done", 1), command(2, "done", 1), False),
        (command(1, "sent"), command(2, "done", 1), False),
        (command(1, "done", 1), None, False),
    ],
)
def test_an_answer_shows_what_was_done_before_it(write, answer, after):
    assert told_after(write, answer) is after


@pytest.mark.parametrize(("state", "unsure"), [("waiting", False), ("sent", True), ("done", True)])
def test_a_newer_wish_leaves_open_what_the_terminal_did(state, unsure):
    row = Placement(tries=3, fault="code", result_code=-1)
    assert outdated(row, command(1, state, 1 if state == "done" else None), None) is (state != "done")
    assert (row.unsure, row.tries, row.fault, row.result_code) == (unsure, 0, "", None)
    assert settled(row, PUT, held(5), None, None) is not unsure
    assert may_be_there(row, None, None) is unsure


@pytest.mark.parametrize(("minute", "is_settled"), [(-1, False), (0, True)])
def test_a_put_is_done_when_the_terminal_told_so_since(minute, is_settled):
    assert settled(Placement(), PUT, held(minute), command(1, "sent"), None) is is_settled


def test_a_removal_is_done_when_an_answer_is_whole_without_them():
    gone = command(1, "done", 1)
    assert not settled(Placement(), REMOVE, None, gone, None)
    assert settled(Placement(), REMOVE, None, gone, command(2, "done", 2))
    assert not settled(Placement(), REMOVE, held(0), gone, command(2, "done", 2))


@pytest.mark.parametrize(
    ("write", "answer", "state", "fault"),
    [
        (command(1, "waiting"), None, "waiting", ""),
        (command(1, "sent"), command(2, "done", 9), "sent", ""),
        (command(1, "done", 1), None, "sent", ""),
        (command(1, "done", 1), command(2, "done", 2), "waiting", "not_shown"),
        (command(1, "failed", 1, result_code=-1001), None, "waiting", "code"),
        (command(1, "failed", 1, tries=5), None, "waiting", "unanswered"),
        (command(1, "failed", 1, tries=1), None, "waiting", "withdrawn"),
    ],
)
def test_what_a_command_says_of_how_far_it_is(write, answer, state, fault):
    row = Placement(command=write)
    assert judge(row, write, answer, make.NOW) is False
    assert (row.state, row.fault, row.tries) == (state, fault, 1 if fault else 0)


def test_pauses_grow_and_then_it_is_given_up():
    row, at = Placement(), make.NOW
    for pause in PAUSES:
        assert not judge(row, command(1, "failed", 1, result_code=-1), None, at)
        assert not judge(row, None, None, at + pause - MINUTE)
        assert judge(row, None, None, at + pause)
    assert not judge(row, command(1, "failed", 1, result_code=-1), None, at)
    assert (row.state, row.next_try_at) == ("failed", None)
    assert not judge(row, None, None, at + dt.timedelta(days=30))


def test_before_a_whole_answer_a_terminal_is_only_asked(terminal):
    PeopleKeeping.objects.create(device=terminal.device(), on=True, due_at=make.NOW)
    PersonOnDevice.objects.create(device=terminal.device(), pin="00013", name="x", privilege="14", told_at=make.NOW)
    placing.place(make.NOW)
    assert [one.wish for one in Command.objects.all()] == ["tell_people"]


def test_the_late_result_of_a_replaced_command_changes_nothing(terminal):
    told = {"wish": "put_person", "phrase": "x", "state": "replaced", "asked_at": make.NOW}
    made = Command.objects.create(device=terminal.device(), **told)
    take_results(terminal.device().pk, [CommandResult(str(made.pk), 0)], make.NOW)
    made.refresh_from_db()
    assert made.state == "replaced"
