"""ZK 4370 on the wire: packets, keys, times, records, people, events; any bytes do no harm."""

import datetime as dt
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.core.words import Refusal
from kaoqin.devices.protocols import waiting
from kaoqin.devices.protocols.zk_4370 import Pull, bodies, events, frames, phrases, records, sizes, users
from kaoqin.devices.protocols.zk_4370.frames import Frames, Packet
from kaoqin.devices.protocols.zk_4370.records import Pressed, Shape
from kaoqin.devices.protocols.zk_4370.users import User
from kaoqin.devices.protocols.zk_common.clock import compact, expand
from kaoqin.devices.wire import CountPunches, Dialect, PutPerson, Reading, RemovePerson, TellPeople
from kaoqin.devices.words import Fault

AT = dt.datetime.fromisoformat("2026-11-20 08:30:05")
CHINESE, OTHER = Dialect("zk_4370"), Dialect("zk_4370", language="69")
SHAPES = pytest.mark.parametrize("shape", list(Shape))
words = st.integers(0, 0xFFFF)
times = st.datetimes(
    dt.datetime.fromisoformat("2000-01-01 00:00:00"), dt.datetime.fromisoformat("2099-12-31 00:00:00")
).map(lambda at: at.replace(microsecond=0))


# Packets


def test_a_connect_as_every_terminal_has_heard_it():
    assert frames.frame(frames.say(Packet(1000, 0, 0))).hex() == "5050827d08000000e80317fc00000000"


@pytest.mark.parametrize(("key", "session", "proof"), [(12, 0x45CF, "614d323c"), (0, 0, "617d3279")])
def test_the_proof_of_a_comm_key(key, session, proof):
    assert frames.comm_key(key, session).hex() == proof


@given(words, words, words, st.binary(max_size=99))
def test_a_packet_is_heard_as_it_was_said_and_its_words_add_up(code, session, number, data):
    raw = frames.say(Packet(code, session, number, data))
    assert frames.hear(raw) == Packet(code, session, number, data)
    even = raw + b"\0" * (len(raw) % 2)
    total = sum(struct.unpack(f"<{len(even) // 2}H", even))
    assert total % 0xFFFF == 0


@pytest.mark.parametrize("raw", [b"", b"\xd0\x07", b"\0" * 7])
def test_what_is_too_short_is_no_packet(raw):
    assert frames.hear(raw) is None


@given(st.lists(st.binary(min_size=8, max_size=40), max_size=5), st.data())
def test_frames_come_whole_however_they_are_cut_and_whatever_stands_between(packets, data):
    noise = st.binary(max_size=9).filter(lambda raw: b"P" not in raw and b"\x50" not in raw)
    stream = b"".join(data.draw(noise) + frames.frame(packet) for packet in packets)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    reader, heard = Frames(), []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        heard += reader.feed(stream[begin:end])
    assert heard == packets


@pytest.mark.parametrize("length", [0, 7, frames.MOST_BYTES + 1, 0xFFFFFFFF])
def test_a_length_that_cannot_be_is_passed_over(length):
    broken = frames.MAGIC + struct.pack("<I", length) + b"xx"
    assert list(Frames().feed(broken + frames.frame(b"12345678"))) == [b"12345678"]


@given(st.binary(max_size=300))
def test_any_stream_does_no_harm(raw):
    for packet in Frames().feed(raw):
        frames.hear(packet)


def test_the_counter_begins_anew_before_its_last():
    assert [frames.next_number(number) for number in (-1, 0, 0xFFFD, 0xFFFE)] == [0, 1, 0xFFFE, 0]


# Times


@given(times)
def test_a_compact_time_is_the_same_time_back(at):
    assert expand(compact(at)) == at


@given(st.integers(0, 0xFFFFFFFF))
def test_any_number_is_a_time_or_none(number):
    at = expand(number)
    assert at is None or compact(at) == number


# Records


@SHAPES
@given(st.integers(1, 65535), times, st.integers(0, 255), st.integers(0, 255))
def test_a_record_is_read_as_it_was_written(shape, uid, at, state, verify):
    written = Pressed(str(uid), compact(at), state, verify)
    raw = records.write(written, shape, uid)
    assert len(raw) == shape.size
    assert records.read(raw, shape) == written


def log(shape, count, begin=AT, state=0):
    """Presses of three people, a minute apart."""
    rows = [
        Pressed(str(number % 3 + 1), compact(begin + number * dt.timedelta(minutes=1)), state, 15)
        for number in range(count)
    ]
    return [records.write(row, shape, int(row.pin)) for row in rows]


@SHAPES
@pytest.mark.parametrize("state", [0, 1, 255])
@pytest.mark.parametrize(("count", "held"), [(1, 1), (2, 2), (4910, 5000), (500, 5000), (30, 20), (7, 0)])
def test_the_shape_of_a_log_is_found_whatever_was_counted(shape, state, count, held):
    rows = log(shape, min(count, 1000), state=state)
    assert records.shape_of(b"".join(rows), held * len(rows) // count) is shape


@pytest.mark.parametrize("shape", [Shape.LONG, Shape.NUMBERED, Shape.SHORT])
def test_the_shape_of_a_log_whose_clock_was_dead(shape):
    assert records.shape_of(b"".join(log(shape, 50, dt.datetime.fromisoformat("2000-01-01 00:00:00"))), 50) is shape


@given(st.binary(max_size=400), st.integers(0, 100))
def test_any_log_has_some_shape(raw, held):
    assert len(records.cut(raw, records.shape_of(raw, held))) <= len(raw) // 8


def decoded(shape, rows, owners=None, dialect=CHINESE):
    pages = list(bodies.pages_of_log(rows, shape, owners or {}))
    return [Pull().decode(page.kind, page.body, dialect) for page in pages]


@SHAPES
def test_a_log_as_the_house_understands_it(shape):
    (said,) = decoded(shape, log(shape, 2), {"1": "00013", "2": "00014"})
    first = said.readings[0]
    pin = {"40": "1", "16": "1"}.get(shape, "00013")
    assert (first.pin, first.at, first.state, first.verify, first.mark) == (pin, AT, "0", "15", "0/15")
    assert first.extra == {"status": "0", "verify": "15"}
    assert (len(said.readings), said.bad_lines) == (2, [])


def test_leading_zeros_stay_where_the_pin_is_a_text():
    raw = records.write(Pressed("00013", compact(AT), 0, 1), Shape.LONG, 7)
    assert decoded(Shape.LONG, [raw])[0].readings[0].pin == "00013"


@pytest.mark.parametrize(
    ("raw", "fault", "shown"),
    [
        (
            records.write(Pressed("00013", 31 * 86400 + 30 * 86400, 0, 1), Shape.LONG),
            Fault.TIME,
            "00013\t#5270400\t0\t1",
        ),
        (records.write(Pressed("", compact(AT), 0, 1), Shape.LONG), Fault.PIN, "#\t2026-11-20 08:30:05\t0\t1"),
        (b"\x01\0" + b"\xff" * 24 + records.write(Pressed("", compact(AT), 0, 1), Shape.LONG)[26:], Fault.PIN, None),
    ],
)
def test_a_record_that_says_nothing_is_a_line_a_person_can_mend(raw, fault, shown):
    (said,) = decoded(Shape.LONG, [raw])
    (bad,) = said.bad_lines
    assert (bad.number, bad.fault, said.readings) == (1, fault, [])
    assert shown in {None, bad.text}
    mended = Pull().decode("log", b"00013\t2026-11-20 08:30:05\t0\t1", CHINESE).readings[0]
    assert (mended.pin, mended.at, mended.mark) == ("00013", AT, "0/1")


def test_a_uid_of_nobody_is_a_bad_line_and_not_somebody():
    (said,) = decoded(Shape.SHORT, log(Shape.SHORT, 3), {"1": "00013"})
    assert ([one.pin for one in said.readings], [bad.fault for bad in said.bad_lines]) == (["00013"], [Fault.PIN] * 2)


def test_pieces_of_a_log_stay_the_same_while_it_grows_and_while_its_oldest_go():
    rows = log(Shape.LONG, 4000, AT)
    before = {page.body for page in bodies.pages_of_log(rows[:3990], Shape.LONG, {})}
    after = {page.body for page in bodies.pages_of_log(rows[1500:], Shape.LONG, {})}
    oldest_day_and_newest_piece = after - before
    assert 2 <= len(oldest_day_and_newest_piece) <= 3
    assert len(after) > 4
    assert sum(page.records for page in bodies.pages_of_log(rows, Shape.LONG, {})) == 4000


@given(st.sampled_from(["log", "users", "live", "state", "x"]), st.binary(max_size=300))
def test_any_body_is_understood_or_kept_aside(kind, body):
    said = Pull().decode(kind, Pull().mask(kind, Pull().unpack(kind, body)), CHINESE)
    assert said.records >= 0


@pytest.mark.parametrize(
    "head",
    ['{"shape": "40"}', '{"shape": "8", "users": 3}', '{"shape": {}}', '{"size": 72}', '{"size": [1]}', "[1]", "{"],
)
def test_any_head_is_understood_or_kept_aside(head):
    for kind in ("log", "users"):
        body = head.encode() + b"\n" + bytes(100)
        said = Pull().decode(kind, Pull().mask(kind, body), CHINESE)
        assert said.bad_lines or said.people or said.readings


def test_a_rest_that_is_no_record_is_not_lost_unseen():
    head = b'{"shape": "40"}\n'
    said = Pull().decode("log", head + log(Shape.LONG, 1)[0] + b"rest", CHINESE)
    assert (len(said.readings), said.bad_lines[0].fault) == (1, Fault.COLUMNS)


# People


@given(
    st.integers(0, 65535),
    st.integers(0, 0xFFFFFFFF),
    st.integers(0, 255),
    st.binary(max_size=8).filter(lambda name: b"\0" not in name),
    st.integers(0, 0xFFFFFFFF),
)
def test_a_person_is_read_as_they_were_written(uid, pin, privilege, name, card):
    for size, password in ((users.LONG, b"12345678"), (users.SHORT, b"12345")):
        user = User(uid, str(pin), name, privilege, password, card)
        raw = users.write(user, size)
        assert len(raw) == size
        assert users.read(raw) == user


@pytest.mark.parametrize(("dialect", "encoding"), [(CHINESE, "gb18030"), (OTHER, "utf-8")])
@pytest.mark.parametrize("name", ["肖英", "赵喆", "李堃", "Anna"])
def test_names_there_and_back(dialect, encoding, name):
    assert users.encoding_for(dialect) == encoding
    assert users.name_of(users.fit(name, encoding, users.LONG), dialect) == name


def test_a_stated_encoding_comes_first_and_an_unknown_one_is_none():
    stated = Dialect("zk_4370", options={"encoding": "cp1254"})
    assert users.name_of("Şükrü".encode("cp1254"), stated) == "Şükrü"
    assert users.encoding_for(Dialect("zk_4370", options={"encoding": "zk"})) == "gb18030"


@pytest.mark.parametrize(("size", "held"), [(users.LONG, "欧阳诸葛司马上官夏侯东"), (users.SHORT, "欧阳诸葛")])
def test_a_long_name_is_cut_between_characters(size, held):
    raw = users.fit("欧阳诸葛司马上官夏侯东方", "gb18030", size)
    assert raw.decode("gb18030").startswith(held)
    assert len(raw) <= (24 if size == users.LONG else 8)


@pytest.mark.parametrize(
    ("pin", "long", "short"),
    [
        ("13", True, True),
        ("00013", True, False),
        ("A7", True, False),
        ("4294967296", True, False),
        ("1" * 25, False, False),
        ("", False, False),
        ("张", False, False),
    ],
)
def test_pins_that_records_can_hold(pin, long, short):
    assert (users.holds(pin, users.LONG), users.holds(pin, users.SHORT)) == (long, short)


def test_passwords_never_leave():
    rows = [users.write(User(uid, str(uid), b"x", 0, b"secret12"), users.LONG) for uid in (1, 2)]
    (page,) = bodies.pages_of_users(rows, users.LONG)
    assert b"secret" not in page.body
    bare = b'{"size": 72}\n' + b"".join(rows)
    assert b"secret" not in Pull().mask("users", bare)
    assert [person.pin for person in Pull().decode("users", page.body, CHINESE).people] == ["1", "2"]


def test_who_may_what_is_told_without_the_lock():
    raw = users.write(User(1, "00013", "肖英".encode("gb18030"), 15, b"", 123456789), users.LONG)
    person = users.person(1, raw, CHINESE)
    assert (person.pin, person.name, person.privilege, person.card) == ("00013", "肖英", "14", "123456789")


def test_a_free_uid_is_the_one_after_the_last():
    assert users.free_uid([]) == 1
    assert users.free_uid([User(7, "a"), User(3, "b")]) == 8
    assert users.free_uid([User(users.MOST_UID - 1, "a"), User(1, "b")]) == 2
    assert users.free_uid([User(uid, "a") for uid in range(1, users.MOST_UID)]) is None


# Live events


@pytest.mark.parametrize("size", sorted(events.LAYOUTS))
@given(times, st.integers(1, 65535), st.integers(0, 255), st.integers(0, 255))
def test_an_event_is_read_as_it_was_said(size, at, who, state, verify):
    (read,) = events.events_of(events.say_event(str(who), at, state, verify, size))
    assert (read.pin, read.at, read.mark) == (str(who), at, f"{state}/{verify}")


@pytest.mark.parametrize("size", sorted(events.LAYOUTS))
def test_several_events_in_one_body(size):
    body = b"".join(events.say_event(pin, AT, 0, 1, size) for pin in ("13", "14"))
    assert [one.pin for one in events.events_of(body)] == ["13", "14"]


@pytest.mark.parametrize("body", [b"", b"x", bytes(10), bytes(52), b"\xff" * 32, bytes(53)])
def test_events_that_say_nothing_are_kept_aside(body):
    said = Pull().decode("live", body, CHINESE)
    assert (said.readings, len(said.bad_lines)) == ([], 1)


def test_a_press_is_the_same_press_live_and_in_the_log():
    (live,) = events.events_of(events.say_event("00013", AT, 1, 15, 52))
    stored = records.reading(1, records.write(Pressed("00013", compact(AT), 1, 15), Shape.LONG), Shape.LONG, {})
    assert isinstance(stored, Reading)
    assert live == stored


# Sizes and phrases


def test_free_sizes_of_any_length():
    told = sizes.read(struct.pack("<20i", *range(20)))
    assert sizes.facts_of(told)["record_count"] == "8"
    assert (sizes.held(told, sizes.USERS), sizes.held((), sizes.USERS)) == (4, None)
    assert sizes.facts_of(sizes.read(b"\1\0\0")) == {}
    vitals = sizes.vitals({"firmware": "Ver 6.60", "record_count": "85000", "record_capacity": "100000"})
    assert (vitals.firmware, vitals.memory_percent) == ("Ver 6.60", 85)
    assert sizes.vitals({}).memory_percent is None


@pytest.mark.parametrize(("card", "number"), [("", 0), ("0012", 12), ("[15CD5B07]", 123456789)])
def test_cards_in_either_way(card, number):
    assert waiting.read(phrases.say(PutPerson("13", "肖英", card=card), CHINESE))[1]["card"] == number


@pytest.mark.parametrize(
    "wanted",
    [
        PutPerson("1" * 25, "x"),
        PutPerson("13", "x", card="abc"),
        PutPerson("13", "x", card="[zz]"),
        RemovePerson("1\t2"),
        CountPunches(AT, AT),
    ],
)
def test_what_cannot_be_said_is_refused(wanted):
    with pytest.raises(Refusal):
        phrases.say(wanted, CHINESE)


@pytest.mark.parametrize("phrase", ["", "DATA QUERY USERINFO", "[]", "3", "{}"])
def test_phrases_that_are_none_of_ours(phrase):
    assert waiting.read(phrase)[0] == ""


def test_a_name_becomes_one_line():
    assert waiting.read(phrases.say(PutPerson("13", "肖\t英\n\0"), CHINESE))[1]["name"] == "肖 英"
    assert waiting.read(phrases.say(TellPeople(), CHINESE)) == ("people", {"do": "people"})
