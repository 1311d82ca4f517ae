"""Security PUSH: what its uploads say, and its commands."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.core.words import Refusal
from kaoqin.devices import wire
from kaoqin.devices.protocols.zk_common.clock import compact, expand, say_offset, say_zone
from kaoqin.devices.protocols.zk_security import Security
from kaoqin.devices.wire import Dialect, PersonOnTerminal
from kaoqin.devices.words import Deed, Fault

clock = dt.datetime.fromisoformat
PUSH = Security()
DIALECT = Dialect("zk_security", "83", "Asia/Shanghai")
LINE = (
    "time=2026-02-23 14:13:48\tpin=2\tcardno=0\teventaddr=1\tevent={event}\tinoutstatus=0\tverifytype=15\tindex=140"
    "\tsitecode=0\tlinkid=0\tmaskflag=0\ttemperature=0\tconvtemperature=0"
)
WHEN = clock("2026-02-23 14:13:48")


def decode(kind, body):
    return PUSH.decode(kind, PUSH.mask(kind, body.encode()), DIALECT)


@pytest.mark.parametrize("event", [0, 3, 19, 200, 253, 300])
def test_events_outside_20_to_199_with_a_pin_are_punches(event):
    (found,) = decode("RTLOG", LINE.format(event=event)).readings
    assert (found.pin, found.at, found.mark) == ("2", WHEN, "0/15#140")
    assert found.extra == {"status": "0", "verify": "15", "event": str(event), "door": "1"}


@pytest.mark.parametrize("event", [20, 27, 99, 100, 199])
def test_refused_passages_and_alarms_wait_for_a_person(event):
    said = decode("RTLOG", LINE.format(event=event))
    assert (said.readings, [bad.fault for bad in said.bad_lines]) == ([], [Fault.EVENT_REFUSED])


@pytest.mark.parametrize("pin", ["0", ""])
def test_an_event_of_nobody_is_the_doors(pin):
    said = decode("RTLOG", f"pin={pin}\ttime=2026-02-23 14:13:48\tevent=206\teventaddr=1\tindex=9")
    assert (said.readings, said.bad_lines) == ([], [])
    assert [(one.deed, one.code, one.at, one.values) for one in said.operations] == [
        (Deed.DOOR, "206", WHEN, ("1", "", "", "9"))
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("time=1704096000000\tpin=2\tevent=0", Fault.TIME),
        ("pin=2\tevent=0", Fault.TIME),
        ("time=2026-02-23 14:13:48\tpin=2\tevent=x", Fault.EVENT),
        ("time=2026-02-23 14:13:48\tpin=2", Fault.EVENT),
        (f"time=2026-02-23 14:13:48\tpin={'9' * 61}\tevent=0", Fault.PIN),
        ("nonsense", Fault.TIME),
    ],
)
def test_lines_that_say_too_little_are_kept_aside(line, fault):
    assert [bad.fault for bad in decode("RTLOG", line).bad_lines] == [fault]


def test_order_and_number_of_keys_do_not_matter():
    (found,) = decode("RTLOG", "event=0\tindex=1\tPin=7\ttime=2026-02-23 14:13:48").readings
    assert (found.pin, found.mark) == ("7", "/#1")


def test_a_verification_may_be_sixteen_bits():
    (found,) = decode("RTLOG", LINE.format(event=0).replace("=15", "=0000000010000000")).readings
    assert found.verify == "0000000010000000"


@pytest.mark.parametrize("kind", ["TABLEDATA:TRANSACTION", "QUERYDATA:TABLEDATA:TRANSACTION"])
def test_a_transaction_is_the_same_punch_as_its_live_event(kind):
    row = f"transaction cardno=0\tpin=2\tverified=15\tdoorid=1\teventtype=3\tinoutstate=0\ttime_second={compact(WHEN)}\tindex=140"
    (told,) = decode(kind, row).readings
    (live,) = decode("RTLOG", LINE.format(event=3)).readings
    assert told == live


USER = (
    "user uid=1\tcardno=88\tpin=1\tpassword=secret\tgroup=1\tstarttime=0\tendtime=0\tname=张三\tprivilege=14\tdisable=0"
)


@pytest.mark.parametrize("kind", ["TABLEDATA:USER", "QUERYDATA:TABLEDATA:USER"])
def test_people_come_without_their_password(kind):
    assert decode(kind, USER).people == [PersonOnTerminal("1", "张三", "14", "88", "1")]
    assert b"secret" not in PUSH.mask(kind, USER.encode())
    assert [bad.fault for bad in decode(kind, "user uid=1\tpin=").bad_lines] == [Fault.PIN]


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("BIODATA", "biodata pin=1\tno=0\ttmp=SECRET"),
        ("BIOPHOTO", "biophoto pin=1\tcontent=SECRET"),
        ("TEMPLATEV10", "templatev10 pin=1\ttemplate=SECRET"),
        ("IDENTITYCARD", "identitycard pin=1\tIDNum=SECRET\tName=SECRET"),
    ],
)
def test_templates_and_cards_are_counted_and_not_kept(table, line):
    assert b"SECRET" not in PUSH.mask(f"TABLEDATA:{table}", line.encode())
    assert decode(f"TABLEDATA:{table}", line + "\n" + line).records == 2


def test_its_commands_and_those_it_has_no_words_for():
    assert (
        PUSH.say(wire.PutPerson("1", "张三", "14", "8"), DIALECT)
        == "DATA UPDATE user Pin=1\tName=张三\tPrivilege=14\tCardNo=8"
    )
    assert PUSH.say(wire.RemovePerson("1"), DIALECT) == "DATA DELETE user Pin=1"
    assert PUSH.say(wire.TellPunches(WHEN, WHEN), DIALECT) == "DATA QUERY tablename=transaction,fielddesc=*,filter=*"
    for wanted in (wire.Restart(), wire.CallAgain(), wire.CountPunches(WHEN, WHEN)):
        with pytest.raises(Refusal):
            PUSH.say(wanted, DIALECT)


@given(st.datetimes(clock("2000-01-01"), clock("2199-12-31")).map(lambda t: t.replace(microsecond=0)))
def test_the_compact_time_is_a_time(when):
    assert expand(compact(when)) == when


def test_the_compact_time_has_days_that_no_month_has():
    assert expand(compact(clock("2026-02-28")) + 86_400) is None
    assert expand(10**11) is None


@pytest.mark.parametrize(
    ("zone", "told", "offset"),
    [
        ("Asia/Shanghai", "8", "+0800"),
        ("UTC", "0", "+0000"),
        ("Asia/Kolkata", "330", "+0530"),
        ("America/St_Johns", "-210", "-0330"),
        ("Pacific/Auckland", "780", "+1300"),
        ("Etc/GMT-12", "12", "+1200"),
        ("Etc/GMT+12", "-12", "-1200"),
    ],
)
def test_a_zone_is_told_in_hours_or_minutes(zone, told, offset):
    january = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert (say_zone(zone, january), say_offset(zone, january)) == (told, offset)


@given(st.binary(max_size=300), st.sampled_from(["RTLOG", "RTSTATE", "TABLEDATA:USER", "OPTIONS", "DEVICECMD", "X"]))
def test_no_bytes_make_a_reader_fail_or_leave_a_nul(body, kind):
    said = PUSH.decode(kind, PUSH.mask(kind, PUSH.unpack(kind, body)), DIALECT)
    assert "\0" not in repr(said)
    if kind in {"RTLOG", "TABLEDATA:USER"} and body[:2] != b"\x1f\x8b":
        told = len(said.readings) + len(said.bad_lines) + len(said.operations) + len(said.people) + said.blank
        assert told == body.count(b"\n") + 1
