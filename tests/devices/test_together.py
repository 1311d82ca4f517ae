"""Uploads that wait at the same moment share a transaction; none suffers for another."""

import threading
from contextlib import contextmanager

import pytest

import make
from kaoqin.devices import arrival, fleet
from kaoqin.devices.arrival import Arrival, Heard
from kaoqin.devices.gate import Gate, Together
from kaoqin.devices.models import Device, RawUpload
from kaoqin.devices.wire import TooLarge
from kaoqin.punches.models import Punch
from terminals import Caller

LINE = "00013\t2026-11-20 09:00:00\t0\t1\n"


class Noticed(Together):
    """Tells when something came, and whether a turn began for it."""

    def __init__(self, *told):
        super().__init__(*told)
        self.came, self.began = threading.Semaphore(0), []

    def _comes(self, one):
        begins = super()._comes(one)
        self.began.append(begins)
        self.came.release()
        return begins


class Counter:
    """Doubles numbers, remembers which came together, and cannot do 13. Its gate has a thread."""

    def __init__(self, most=16, most_size=100, enough=1000):
        self.groups, self.gate = [], Gate(1, 0)
        self.together = Noticed(self.gate, self.double, most, most_size, enough)

    def double(self, numbers):
        self.groups.append(list(numbers))
        if 13 in numbers:
            raise ValueError(numbers)
        return [2 * number for number in numbers]

    def work(self, *things):
        """All things at the same moment: (number, whose, size) each; what each gives or raises."""
        made = {}
        with self.busy():
            threads = [threading.Thread(target=self._one, args=(thing, made)) for thing in things]
            for thread in threads:
                thread.start()
                self.together.came.acquire()
        for thread in threads:
            thread.join()
        return [made[thing] for thing in things]

    def _one(self, thing, made):
        try:
            made[thing] = self.together.work(*thing)
        except ValueError as broken:
            made[thing] = broken

    @contextmanager
    def busy(self):
        done = threading.Event()
        self.gate.begin(done.wait)
        yield
        done.set()


def test_what_waits_at_the_same_moment_is_done_together():
    counter = Counter()
    assert counter.work((1, "a", 1), (2, "b", 1), (3, "c", 1)) == [2, 4, 6]
    assert counter.groups == [[1, 2, 3]]


@pytest.mark.parametrize(
    ("most", "most_size", "groups"), [(2, 100, [[1, 2], [3]]), (9, 20, [[1, 2], [3]]), (9, 30, [[1, 2, 3]])]
)
def test_only_so_many_and_so_much_at_once(most, most_size, groups):
    counter = Counter(most, most_size)
    counter.work((1, "a", 10), (2, "b", 10), (3, "c", 10))
    assert counter.groups == groups


def test_what_is_larger_than_may_be_together_is_done_alone():
    counter = Counter(most_size=5)
    assert counter.work((1, "a", 6), (2, "b", 1)) == [2, 4]
    assert counter.groups == [[1], [2]]


def test_two_things_of_the_same_owner_are_done_one_after_the_other():
    counter = Counter()
    assert counter.work((1, "a", 1), (2, "a", 1), (3, "b", 1)) == [2, 4, 6]
    assert counter.groups == [[1, 3], [2]]


def test_one_that_cannot_be_done_takes_nobody_with_it():
    counter = Counter()
    one, broken, two = counter.work((1, "a", 1), (13, "b", 1), (2, "c", 1))
    assert (one, two) == (2, 4)
    assert str(broken) == "[13]"
    assert counter.groups == [[1, 13, 2], [1], [13], [2]]


def coming(site, *bodies):
    """An upload of each of so many approved terminals."""
    found = []
    for number, body in enumerate(bodies):
        serial = f"TOGETHER{number}"
        caller = Caller(serial)
        caller.get("cdata", options="all")
        caller.approved(site)
        found.append(Arrival(fleet.terminal(serial, make.NOW), Heard("ATTLOG", body.encode()), make.NOW))
    return found


class Slow(Counter):
    """A gate of two threads; each number takes until it may end."""

    def __init__(self, enough):
        super().__init__(enough=enough)
        self.gate = self.together._gate = Gate(2, 0)
        self.begun, self.may_end = threading.Semaphore(0), threading.Event()

    def double(self, numbers):
        self.groups.append(list(numbers))
        self.begun.release()
        self.may_end.wait()
        return [2 * number for number in numbers]

    def one_by_one(self, *things):
        """Each comes when the one before is at work or waits; the groups when the last has come."""
        made, threads = {}, []
        for number, thing in enumerate(things):
            threads.append(threading.Thread(target=self._one, args=(thing, made)))
            threads[-1].start()
            self.together.came.acquire()
            if number == 0:
                self.begun.acquire()
        return made, threads

    def ended(self, made, threads):
        self.may_end.set()
        for thread in threads:
            thread.join()
        return sorted(made.values())


def test_small_things_that_come_while_others_are_done_wait_and_go_together():
    slow = Slow(enough=10)
    going = slow.one_by_one((1, "a", 2), (2, "b", 2), (3, "c", 2))
    assert slow.ended(*going) == [2, 4, 6]
    assert slow.groups == [[1], [2, 3]]


@pytest.mark.parametrize("sizes", [(9, 1), (1, 9), (10, 1)])
def test_where_enough_is_inside_another_turn_begins(sizes):
    slow = Slow(enough=10)
    going = slow.one_by_one((1, "a", sizes[0]), (2, "b", sizes[1]))
    slow.begun.acquire()  # the second is at work while the first is
    assert slow.groups == [[1], [2]]
    assert slow.ended(*going) == [2, 4]


def test_what_has_been_done_is_inside_no_more():
    slow = Slow(enough=10)
    slow.may_end.set()
    for number in range(5):
        assert slow.together.work(number, "a", 4) == 2 * number
        slow.begun.acquire()
    slow.may_end.clear()
    slow.ended(*slow.one_by_one((8, "a", 4), (9, "b", 4), (10, "c", 2)))
    assert slow.together.began[-2:] == [False, True]


def test_each_terminal_is_told_of_its_own_lines(cast):
    told = arrival.arrive_together(coming(cast.site, LINE, LINE + LINE.replace("09:", "10:"), ""))
    assert [one.records for one in told] == [1, 2, 0]
    assert Punch.objects.count() == 3
    assert dict(RawUpload.objects.values_list("device__serial", "new_count")) == {
        "TOGETHER0": 1,
        "TOGETHER1": 2,
        "TOGETHER2": 0,
    }


def test_what_is_not_new_is_counted_for_the_upload_that_told_it(cast):
    first, second = coming(cast.site, LINE, LINE.replace("00013", "99"))
    arrival.arrive(first.terminal, Heard("ATTLOG", f"{LINE}\n".encode()), make.NOW)
    arrival.arrive_together([first, second])
    counts = RawUpload.objects.order_by("id").values_list("device__serial", "new_count", "known_count", "unknown_count")
    assert list(counts) == [("TOGETHER0", 1, 0, 0), ("TOGETHER0", 0, 1, 0), ("TOGETHER1", 1, 0, 1)]


def test_a_terminal_that_was_retired_meanwhile_keeps_its_upload_and_the_others_do_not(cast):
    gone, good = coming(cast.site, LINE, LINE)
    Device.objects.filter(pk=gone.terminal.id).update(state="retired")
    assert arrival.arrive_together([gone, good])[0] is None
    assert list(Punch.objects.values_list("origin", flat=True)) == [good.terminal.serial]


def test_when_one_cannot_be_read_at_all_none_is_kept(cast, monkeypatch):
    def too_large(*told):
        raise TooLarge

    both = coming(cast.site, LINE, LINE)
    monkeypatch.setattr(arrival, "read", too_large)
    with pytest.raises(TooLarge):
        arrival.arrive_together(both)
    assert not RawUpload.objects.exists()
