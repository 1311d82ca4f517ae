"""A simulated terminal plugged in at the front door: hours pass for both as fast as they can talk."""

import contextlib
import datetime as dt
import threading
import time
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.db import connection

from kaoqin.devices import http, rounds
from kaoqin.devices.protocols.simulators import SIMULATORS
from kaoqin.devices.simulated import Habits, Person, Reply, Sending
from terminals import Caller, Inline

PATIENCE_SECONDS = 60
TICK = dt.timedelta(milliseconds=1)


class Plugged:
    """`clock` sets the server's time; the terminal and the server are always at the same moment."""

    def __init__(self, kind, serial, names, clock, at, **habits):
        self._door, self._clock, self.at = Caller(serial), clock, at
        people = [Person(pin, name) for pin, name in names.items()]
        _, make_unit = SIMULATORS[kind]
        self.unit = make_unit(serial, people, Habits(presses_per_second=0, **habits), 1, at.timestamp())

    def until(self, done):
        """Live on until something is so."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not done():
            assert time.monotonic() < end, "it did not become so"
            self._turn()

    def lives(self, minutes):
        end = self.at + dt.timedelta(minutes=minutes)
        self.until(lambda: self.at >= end)

    def unplugged(self, seconds):
        """So much time passes without a call."""
        self._pass(self.at + dt.timedelta(seconds=seconds))

    def press(self, pin, seconds_ago=0):
        """Somebody pressed, by the terminal's own clock."""
        memory = self.unit.memory
        memory.press(pin, memory.clock.wall(self.at.timestamp() - seconds_ago))

    def name_of(self, pin):
        """As the terminal shows it."""
        return self.unit.memory.people[pin].name

    def _turn(self):
        wanted = self.unit.turn(self.at.timestamp())
        if isinstance(wanted, Sending):
            self.unit.heard(wanted, self._exchange(wanted), self.at.timestamp())
        else:
            self._pass(max(dt.datetime.fromtimestamp(wanted, dt.UTC), self.at) + TICK)

    def _pass(self, until):
        self.at = until
        self._clock(until)

    def _exchange(self, sending):
        self._door.desk.look_again()
        asked = urlsplit(sending.target)
        query = dict(parse_qsl(asked.query, keep_blank_values=True))
        answer = self._door.call(sending.method, asked.path, query, sending.body)
        return Reply(answer.status, answer.body, self.at)


class Visited:
    """A simulated Hikvision terminal at an address of its own; `clock` sets the server's time and its own."""

    def __init__(self, unit, clock, at):
        self.unit, self._clock, self.at = unit, clock, at
        unit.time = at.timestamp

    def pass_to(self, at):
        self.at, self.unit.time = at, at.timestamp
        self._clock(at)

    def lives(self, seconds):
        """The rounds look and visit as time passes; what the terminal has, it pushes."""
        for passed in range(10, seconds + 1, 10):
            self.pass_to(self.at + dt.timedelta(seconds=10))
            self.unit.send_what_waits(self.at.timestamp())
            for round_, every in rounds.ROUNDS.items():
                if not passed % every:
                    round_()

    def press(self, pin, seconds_ago=0):
        memory = self.unit.memory
        memory.press(pin, memory.clock.wall(self.at.timestamp() - seconds_ago))
        self.unit._keep(self.unit._event(memory.records[-1]))

    def pull_the_plug(self):
        """Without a network from now on."""
        self.unit.habits = replace(self.unit.habits, offline=(self.at.timestamp(), float("inf")))

    def plug_in(self):
        self.unit.habits = replace(self.unit.habits, offline=None)


@contextlib.contextmanager
def front_door():
    """The front door at a port of its own, as terminals see it; gives its address."""
    application = http.front_door(lambda environ, start: [b""], http.Desk(Inline(), Inline()))
    server = make_server("127.0.0.1", 0, application, handler_class=Silent)
    thread = threading.Thread(target=_serve, args=(server,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Silent(WSGIRequestHandler):
    def log_message(self, *told):
        pass


def _serve(server):
    server.serve_forever(poll_interval=0.05)
    connection.close()
