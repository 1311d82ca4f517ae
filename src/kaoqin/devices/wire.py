"""What every protocol speaks of, in words of none: what a terminal said, what it is told, and how it is asked.

All of it is plain values. A protocol turns bytes into them and them into bytes; nothing here knows the database.
"""

import datetime as dt
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple
from typing import Protocol as Shape

from django.utils.functional import Promise

from kaoqin.consent.words import Trait
from kaoqin.devices.addresses import Network
from kaoqin.devices.words import Deed, DeviceState, Fault, Wish

NOTHING: Mapping[str, Any] = {}


class Reading(NamedTuple):
    """One press at a terminal. A tuple, for there are millions.

    `at` is the terminal's own wall clock (naive), or an instant where it sends an offset. `mark` is what besides the
    person and the time makes this press this press. `extra` goes into the evidence as it is and may be shared.
    """

    pin: str
    at: dt.datetime
    state: str = ""
    verify: str = ""
    record_no: str = ""
    mark: str = ""
    extra: Mapping[str, Any] = NOTHING


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not what it should be: its number from 1 (0: the whole upload), its text, and why."""

    number: int
    text: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Operation:
    """Something done at the terminal: by whom, to what, at its wall clock (None where it tells no time); `code` is the
    protocol's own number."""

    deed: Deed
    code: str
    at: dt.datetime | None
    operator: str = ""
    target: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonOnTerminal:
    """Somebody as a terminal knows them."""

    pin: str
    name: str = ""
    privilege: str = ""
    card: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A finger, a face or a picture of somebody, as a terminal told it. `form` is the protocol's word for what it is,
    `number` which finger, `part` which piece; `version` of the algorithm where it is told with it. `data` is the
    secret, as text, and `size` its length; what may be kept without the secret has none."""

    pin: str
    trait: Trait
    form: str
    number: str = ""
    part: str = ""
    version: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    size: int = 0
    data: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What became of a command: 0 or more is success. `count`: how many punches, where it was asked to count them."""

    id: str
    code: int
    values: Mapping[str, str] = field(default_factory=dict)
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """All that an upload said. Every line of it is exactly one of these: a reading, a bad line, an operation, a
    person, a line of a result or a fact, one kept only in the raw upload (`noted`), or blank."""

    readings: Sequence[Reading] = ()
    bad_lines: Sequence[BadLine] = ()
    operations: Sequence[Operation] = ()
    people: Sequence[PersonOnTerminal] = ()
    results: Sequence[CommandResult] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    noted: int = 0
    blank: int = 0

    @property
    def records(self) -> int:
        """How many records an answer may acknowledge: all but blank lines."""
        return len(self.readings) + len(self.bad_lines) + len(self.operations) + len(self.people) + self.noted


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is known of how a terminal speaks. `options` are chosen by people, `facts` told by the terminal. That it
    `keeps_templates` a person has switched on."""

    protocol: str = ""
    language: str = ""
    zone: str = "UTC"
    options: Mapping[str, str] = field(default_factory=dict)
    keeps_templates: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """Something a protocol lets people choose for one terminal: its name in `Dialect.options`, what people call it, the
    choices (value, label; the empty value is the usual one), and when to change it."""

    name: str
    label: str | Promise
    choices: tuple[tuple[str, str | Promise], ...]
    help: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal as the house knows it at the moment: `dialect.zone` is the zone its wall clock is read in. Without
    `allowed` networks it may call from anywhere."""

    id: int
    serial: str
    state: str
    place: str = ""
    dialect: Dialect = Dialect()
    again_until: dt.datetime | None = None
    has_commands: bool = False
    allowed: tuple[Network, ...] = ()

    @property
    def approved(self) -> bool:
        return self.state == DeviceState.APPROVED


class ReadUpload(NamedTuple):
    """The readings of a kept upload, of whom."""

    upload_id: int
    terminal: Terminal
    readings: Sequence[Reading]


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a terminal told of itself last, in words of no protocol; None where it did not."""

    firmware: str = ""
    record_count: int | None = None
    record_capacity: int | None = None
    model: str = ""
    people_count: int | None = None
    people_capacity: int | None = None
    finger_count: int | None = None
    finger_capacity: int | None = None
    face_count: int | None = None
    face_capacity: int | None = None
    language: str = ""

    @property
    def memory_percent(self) -> int | None:
        """How full it is, in whole percent."""
        if self.record_count is None or not self.record_capacity:
            return None
        return self.record_count * 100 // self.record_capacity


class Errand(Enum):
    """What a terminal wants when it calls."""

    GREET = "greet"
    REGISTER = "register"
    CONFIGURE = "configure"
    POLL = "poll"
    UPLOAD = "upload"
    TIME = "time"
    ALIVE = "alive"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a terminal, understood. `protocol` is the one it reveals, if it does.

    `says` is what it tells of itself, `told` the rest that the answer needs; on an open line `wall` in it is what its clock
    shows, as ISO 8601. An upload that `repeats` says nothing
    new when the same bytes come again. A terminal that tells no serial is known by the secret `token` in its address.
    """

    serial: str
    errand: Errand
    kind: str = ""
    protocol: str = ""
    says: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    repeats: bool = True
    token: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """All that an answer may depend on. `secret` is a text that is always the same for a terminal."""

    dialect: Dialect
    at: dt.datetime
    approved: bool = False
    everything_again: bool = False
    secret: str = ""
    records: int = 0
    commands: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class Unheard(Exception):  # noqa: N818 - an answer, not a failure
    """A request that is none of the protocol's: answered with this status and sentence, in plain text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)
        self.answer = Answer(status, text.encode())


class TooLarge(Exception):  # noqa: N818 - an answer, not a failure
    """An upload that would unpack to more than may be."""


@dataclass(frozen=True, slots=True)
class PutPerson:
    """Somebody is to be known to the terminal, with this name."""

    pin: str
    name: str
    privilege: str = "0"
    card: str = ""


@dataclass(frozen=True, slots=True)
class RemovePerson:
    """Somebody is to be forgotten, with all templates."""

    pin: str


@dataclass(frozen=True, slots=True)
class PutTemplate:
    """The terminal is to know a finger, a face or a picture of somebody it knows. The phrase ends where the secret
    begins: that is added when it is handed out, and stands in no phrase."""

    pin: str
    template: Template


@dataclass(frozen=True, slots=True)
class RemoveTemplate:
    """The terminal is to forget what it holds of somebody in this form, and nothing else of them."""

    pin: str
    form: str


@dataclass(frozen=True, slots=True)
class TellPeople:
    """The terminal is to tell whom it knows."""


@dataclass(frozen=True, slots=True)
class TellPunches:
    """The terminal is to send the punches between two wall clocks again."""

    first: dt.datetime
    last: dt.datetime


@dataclass(frozen=True, slots=True)
class CountPunches:
    """The terminal is to count its punches between two wall clocks."""

    first: dt.datetime
    last: dt.datetime


@dataclass(frozen=True, slots=True)
class TellState:
    """The terminal is to tell of itself: firmware, counts, address."""


@dataclass(frozen=True, slots=True)
class CallAgain:
    """The terminal is to greet anew, and to send what it has not sent."""


@dataclass(frozen=True, slots=True)
class Restart:
    """The terminal is to start anew."""


Wanted = (
    PutPerson
    | RemovePerson
    | PutTemplate
    | RemoveTemplate
    | TellPeople
    | TellPunches
    | CountPunches
    | TellState
    | CallAgain
    | Restart
)
"""All that a terminal can be told. Nothing here runs a program, moves a file or deletes records, and there is no
free text: what has no word here cannot be said."""
WISHES: dict[type, Wish] = {
    PutPerson: Wish.PUT_PERSON,
    RemovePerson: Wish.REMOVE_PERSON,
    PutTemplate: Wish.PUT_TEMPLATE,
    RemoveTemplate: Wish.REMOVE_TEMPLATE,
    TellPeople: Wish.TELL_PEOPLE,
    TellPunches: Wish.TELL_PUNCHES,
    CountPunches: Wish.COUNT_PUNCHES,
    TellState: Wish.TELL_STATE,
    CallAgain: Wish.CALL_AGAIN,
    Restart: Wish.RESTART,
}


class Adapter(Shape):
    """One protocol's understanding of what a terminal sends and is sent. Pure: the same bytes, the same values."""

    name: str

    @property
    def title(self) -> str | Promise:
        """What people call it."""
        ...

    def unpack(self, kind: str, body: bytes) -> bytes:
        """The body without its packing. Raises TooLarge; one that cannot be unpacked is given as it is."""
        ...

    def mask(self, kind: str, body: bytes) -> bytes:
        """What may be kept of an unpacked body: no password, no template, no photo, no identity card."""
        ...

    def decode(self, kind: str, body: bytes, dialect: Dialect) -> Decoded:
        """What a masked body says. Takes any bytes; loses no line."""
        ...

    def say(self, wanted: Wanted, dialect: Dialect) -> str:
        """A command in the words of the protocol. Raises Refusal for what the terminal has no word for."""
        ...


class Templates(Shape):
    """A protocol whose terminals tell fingers, faces and pictures. Pure."""

    def read(self, kind: str, body: bytes) -> Iterator[Template]:
        """All templates in an unpacked body that is not masked yet; of any other bytes none."""
        ...

    def forms(self, trait: Trait, facts: Mapping[str, str]) -> Sequence[str]:
        """In which forms a terminal that tells these facts may hold a trait."""
        ...

    def version(self, form: str, facts: Mapping[str, str]) -> str:
        """The version of the algorithm with which a terminal reads a form; empty where it does not tell."""
        ...


class Front(Shape):
    """A protocol whose terminals call by HTTP: hears a request, words the answer. Pure."""

    prefix: str

    def hear(self, method: str, path: str, query: str) -> Call:
        """What a request wants. Raises Unheard."""
        ...

    def register(self, body: bytes) -> Mapping[str, str]:
        """What the body of a registration says of the terminal."""
        ...

    def only_alive(self, call: Call, body: bytes) -> bool:
        """Whether an upload is a sign of life and no more, of which nothing is kept."""
        ...

    def answer(self, call: Call, news: News) -> Answer:
        """The answer to a call; to an upload or a registration of a terminal that is not approved, a refusal."""
        ...


@dataclass(frozen=True, slots=True)
class Link:
    """How a terminal is visited: its address and our log-in there, the zone of its clock, over which transport."""

    address: str
    port: int
    https: bool
    user: str
    password: str = field(repr=False)
    zone: str = "UTC"
    transport: str = ""


@dataclass(frozen=True, slots=True)
class Manner:
    """What a link to a terminal of a protocol takes: its usual port, over which transports if there is a choice, whose
    log-in (no `user`: a number, the comm key), whether HTTPS is offered, whether it can be told to send its events,
    whether it speaks on one line at a time, whether it gives all it holds whatever the days."""

    port: int
    transports: tuple[str, ...] = ()
    user: str = ""
    https: bool = False
    subscribes: bool = False
    one_line: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of what a visited terminal holds, as an upload: kind, bytes, where from, and how many records. Without
    bytes it is a sign of life."""

    kind: str
    body: bytes
    path: str
    records: int


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a command at a visited terminal: its result as in `CommandResult`, and what it told."""

    code: int = 0
    pages: Sequence[Page] = ()


class VisitFailed(Exception):  # noqa: N818 - told to people as it is
    """A visit that did not come to its end, with a sentence for people."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class CameShort(VisitFailed):
    """The terminal told of more than it gave; nothing else of the visit need fail."""


class WrongLogin(VisitFailed):
    """The terminal does not know our log-in; a few more tries and it locks us out."""


class Visitor(Shape):
    """A protocol whose terminals are called by us. All of it raises VisitFailed, and WrongLogin. `subscribe` and
    `listener` are asked only where the `manner` says so."""

    name: str
    manner: Manner

    def state(self, link: Link, at: dt.datetime) -> Mapping[str, str]:
        """What a terminal tells of itself, with `clock_ahead_seconds` unless its clock shows no time."""
        ...

    def pages(self, link: Link, first: dt.date, last: dt.date) -> Iterator[Page]:
        """All punches of these days of the terminal's clock, or all it holds; CameShort in the end where it told of more
        than it gave."""
        ...

    def carry_out(self, link: Link, phrase: str) -> Done:
        """Do what the adapter's `say` worded. A phrase the terminal refuses is a result below 0, not a failure."""
        ...

    def set_clock(self, link: Link, at: dt.datetime) -> None:
        """The terminal's clock shows this instant."""
        ...

    def subscribe(self, link: Link, server: str, token: str) -> None:
        """The terminal sends its events to `server` (`http://192.168.1.9:8000`) from now on; fails where it will not."""
        ...

    def listener(self, server: str, token: str) -> str:
        """The whole address events go to, for terminals where it is typed in by hand."""
        ...


class Stream(Shape):
    """A protocol whose terminals keep a line open and tell on it what happens, what waited first."""

    def live(self, link: Link) -> AsyncIterator[Page]:
        """What a terminal tells, until the line breaks. Raises VisitFailed, and WrongLogin."""
        ...


class Talk(Shape):
    """What one terminal says on a line that it opened, and what it is answered: one of these a line."""

    def hear(self, data: bytes) -> Sequence[tuple[Call, bytes]]:
        """What the terminal wants by now, each with the bytes of an upload; a call without a serial is known by where it
        comes from. Raises Unheard."""
        ...

    def answer(self, call: Call) -> bytes:
        """What is said to a call of an approved terminal, to an upload after it was kept; nothing is said to others."""
        ...


class Board(Shape):
    """A protocol whose terminals tell what happens on the topics of a broker. Pure."""

    name: str
    topics: Sequence[str]

    def hear(self, topic: str, payload: bytes) -> tuple[Call, bytes]:
        """What a message wants, with the bytes of an upload. Raises Unheard."""
        ...

    def answer(self, call: Call) -> tuple[str, bytes] | None:
        """Topic and message for a call of an approved terminal, for an upload after it was kept; nothing for others."""
        ...
