"""What is asked of a terminal at its own address: state, clock, the records of days, and what commands say."""

import datetime as dt
import itertools
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext

from kaoqin.devices.protocols.hanvon import NAME, phrases
from kaoqin.devices.protocols.hanvon.line import Line
from kaoqin.devices.protocols.hanvon.messages import TIME, Message, pairs_of, say, understood, wall_clock
from kaoqin.devices.protocols.hanvon.records import INFO, PEOPLE, SEARCH, What, facts_of, lines_of
from kaoqin.devices.wire import CameShort, Done, Link, Manner, Page, VisitFailed

RECORDS_A_PAGE, PEOPLE_A_PAGE = 100, 50
ANY_BYTES = "latin-1"
"""Gives each byte a character and each back again: lines are cut without knowing what they are written in."""


class Client:
    """`Visitor` of these terminals. The comm key is the link's password; it has no user name."""

    name = NAME
    manner = Manner(port=9922)

    def state(self, link: Link, at: dt.datetime) -> Mapping[str, str]:
        begun = dt.datetime.now(dt.UTC)
        with Line(link) as line:
            _, told = line.ask(say(phrases.STATE))
        facts = facts_of(dict(told.pairs))
        shown = wall_clock(told.said("time"))
        if shown is None:
            return facts
        waited = (dt.datetime.now(dt.UTC) - begun) / 2
        ahead = shown.replace(tzinfo=zoneinfo.ZoneInfo(link.zone)) - (at + waited)
        return facts | {"clock_ahead_seconds": str(round(ahead.total_seconds()))}

    def pages(self, link: Link, first: dt.date, last: dt.date) -> Iterator[Page]:
        told = came = 0
        with Line(link) as line:
            for number in range((last - first).days + 1):
                day = first + dt.timedelta(days=number)
                begin = dt.datetime.combine(day, dt.time())
                question = phrases.records(begin, begin + dt.timedelta(hours=23, minutes=59, seconds=59))
                raw, answer = line.ask(question)
                pages = _pages(raw, day.isoformat())
                yield from pages
                records = sum(page.records for page in pages)
                told, came = told + _total(answer, records), came + records
        if told > came:
            sentence = gettext("考勤机说有 {told} 条记录,只收到 {came} 条,下次再取。")
            raise CameShort(sentence.format(told=told, came=came))

    def carry_out(self, link: Link, phrase: str) -> Done:
        asked = understood(phrase.encode(), "utf-8")
        with Line(link) as line:
            if asked.word == phrases.SET_PERSON:
                return _put(line, asked)
            if asked.word == phrases.REMOVE_PERSON:
                return _remove(line, asked)
            if asked.word == phrases.PEOPLE:
                return _people(line)
            if asked.word == phrases.RECORDS:
                return _records(line, asked)
            if asked.word == phrases.STATE:
                raw, _ = line.ask(say(phrases.STATE))
                return Done(0, [Page(INFO, raw, phrases.STATE, 0)])
        return Done(-1)

    def set_clock(self, link: Link, at: dt.datetime) -> None:
        wall = at.astimezone(zoneinfo.ZoneInfo(link.zone))
        with Line(link) as line:
            line.ask(say("SetDeviceInfo", [("time", f"{wall:{TIME}}"), ("week", str(wall.isoweekday()))]))

    def subscribe(self, link: Link, server: str, token: str) -> None:
        raise VisitFailed(gettext("请在考勤机菜单里把服务器设为本系统的地址与汉王端口(KAOQIN_HANVON_PORT)。"))

    def listener(self, server: str, token: str) -> str:
        """There is none with a secret: the terminal calls a port."""
        return ""


def _pages(raw: bytes, what: str) -> list[Page]:
    """The records of an answer in pieces that stay the same when more records come."""
    lines = [line for line in lines_of(raw.decode(ANY_BYTES)) if line.what not in {What.HEAD, What.BLANK}]
    begins = [index for index, line in enumerate(lines) if line.what is not What.MORE]
    cuts = [*begins[::RECORDS_A_PAGE], len(lines)]
    pages = []
    for begin, end in itertools.pairwise(cuts):
        piece = lines[begin:end]
        body = "".join(["Return(\r\n", *(f"{line.text}\r\n" for line in piece), ")"]).encode(ANY_BYTES)
        pages.append(Page(SEARCH, body, f"GetRecord {what} {begin}", sum(one.what is not What.MORE for one in piece)))
    return pages


def _total(answer: Message, came: int) -> int:
    """How many records an answer tells of; one that does not tell, as many as came."""
    told = answer.said("total")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else came


def _known(line: Line) -> list[str]:
    _, answer = line.ask(say(phrases.PEOPLE))
    return answer.all("id")


def _put(line: Line, asked: Message) -> Done:
    """Somebody new is set; of somebody known only the name and the card, so that faces stay."""
    pin, name, card = asked.said("id"), asked.said("name"), asked.said("card_num")
    if pin not in _known(line):
        return _done(line, say(asked.word, asked.pairs))
    _, told = line.ask(say("GetEmployee", [("id", pin)]))
    if card.lower() in {phrases.NO_CARD.lower(), told.said("card_num").lower()}:
        return _done(line, say("SetNameTable", [(pin, name)]))
    new = {"name": name, "card_num": card}
    kept = [(key, new.get(key, value)) for key, value in told.pairs if key != "result"]
    missing = [(key, value) for key, value in new.items() if key not in dict(kept)]
    return _done(line, say(asked.word, [*kept, *missing]))


def _remove(line: Line, asked: Message) -> Done:
    """Who is not there needs not be removed."""
    return _done(line, say(asked.word, asked.pairs)) if asked.said("id") in _known(line) else Done()


def _done(line: Line, command: str) -> Done:
    _, answer = line.tell(command)
    return Done(0 if answer.good else -1)


def _people(line: Line) -> Done:
    """Everybody the terminal knows, a line each."""
    pages: list[Page] = []
    known = _known(line)
    for begin in range(0, len(known), PEOPLE_A_PAGE):
        told = [line.ask(say("GetEmployee", [("id", pin)]))[0] for pin in known[begin : begin + PEOPLE_A_PAGE]]
        body = b"".join(_flat(raw) for raw in told)
        pages.append(Page(PEOPLE, body, f"GetEmployee {begin}", len(told)))
    return Done(len(known), pages)


def _flat(raw: bytes) -> bytes:
    """A person on one line, without templates."""
    told = [(name, value) for name, value in pairs_of(raw.decode(ANY_BYTES)) if not name.endswith("_data")]
    return (say("Employee", told) + "\r\n").encode(ANY_BYTES)


def _records(line: Line, asked: Message) -> Done:
    raw, answer = line.ask(say(asked.word, asked.pairs))
    pages: Sequence[Page] = _pages(raw, asked.said("start_time"))
    return Done(_total(answer, sum(page.records for page in pages)), pages)
