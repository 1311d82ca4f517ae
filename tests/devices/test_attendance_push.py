"""Attendance PUSH: what its uploads say, what is cut out of them, what a terminal is told."""

import datetime as dt
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.consent.words import Trait
from kaoqin.core.words import Refusal
from kaoqin.devices import wire
from kaoqin.devices.protocols.zk_attendance import Attendance
from kaoqin.devices.protocols.zk_common import archive
from kaoqin.devices.wire import BadLine, Decoded, Dialect, Operation, PersonOnTerminal, TooLarge
from kaoqin.devices.words import Deed, Fault

clock = dt.datetime.fromisoformat
CHINESE, ENGLISH = Dialect("zk_attendance", "83", "Asia/Shanghai"), Dialect("zk_attendance", "69", "UTC")
PUSH = Attendance()
NINE = clock("2026-11-20 09:00:05")


def decode(kind, body, dialect=ENGLISH):
    raw = body if isinstance(body, bytes) else body.encode()
    return PUSH.decode(kind, PUSH.mask(kind, PUSH.unpack(kind, raw)), dialect)


def reading(line):
    (found,) = decode("ATTLOG", line).readings
    return found


def faults(kind, body):
    return [bad.fault for bad in decode(kind, body).bad_lines]


@pytest.mark.parametrize(
    ("columns", "state", "verify", "mark", "extra"),
    [
        ([], "", "", "", {}),
        (["0"], "0", "", "0/", {"status": "0"}),
        (["0", "1"], "0", "1", "0/1", {"status": "0", "verify": "1"}),
        (["255", "15", "7"], "255", "15", "255/15", {"status": "255", "verify": "15", "workcode": "7"}),
        (["1", "4", "0", "0", "0"], "1", "4", "1/4", {"status": "1", "verify": "4"}),
        (["0", "1", "0", "0", "0", "1", "36.5", "0"], "0", "1", "0/1", {"mask": "1", "temperature": "36.5"}),
        (["0", "1", "0", "0", "0", "255", "0", "0"], "0", "1", "0/1", {"mask": "255"}),
    ],
)
def test_punches_have_two_to_ten_columns(columns, state, verify, mark, extra):
    found = reading("\t".join(["007", "2026-11-20 09:00:05", *columns]))
    assert (found.pin, found.at, found.state, found.verify, found.mark) == ("007", NINE, state, verify, mark)
    assert extra.items() <= found.extra.items()


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_lines_end_with_lf_or_crlf_or_not_at_all(end):
    said = decode("ATTLOG", f"1\t2026-11-20 09:00:05\t0\t1{end}")
    assert (len(said.readings), said.bad_lines, said.readings[0].verify) == (1, [], "1")


def test_a_heading_and_blank_lines_are_no_records():
    said = decode("ATTLOG", "TABLE=ATTLOG\n\n \t \n1\t2026-11-20 09:00:05\n\x1a\n")
    assert (len(said.readings), said.bad_lines, said.records) == (1, [], 1)


def test_pairs_are_read_by_their_names():
    found = reading("PIN=0012\tDateTime=2026-11-20 09:00:05\tStatus=1\tVerified=15")
    assert (found.pin, found.at, found.mark) == ("0012", NINE, "1/15")
    assert found == reading("0012\t2026-11-20 09:00:05\t1\t15")


@pytest.mark.parametrize("pin", ["1", "0001", "A-7", "  9", "x" * 60, "张三"])
def test_a_pin_is_text(pin):
    assert reading(f"{pin}\t2026-11-20 09:00:05").pin == pin.strip()


@pytest.mark.parametrize("pin", ["", " ", "x" * 61, "a\x07b"])
def test_a_line_without_a_usable_pin_is_kept_aside(pin):
    assert faults("ATTLOG", f"{pin}\t2026-11-20 09:00:05\t0") == [Fault.PIN]


@pytest.mark.parametrize(
    "time",
    [
        *("1704096000", "20261120 090005", "2026-11-20T09:00:05", "2026/11/20 09:00:05", "2026-11-20 09:00"),
        *("2026-02-29 09:00:00", "2026-11-20 24:00:00", "2026-11-20 09:60:00", "2026-13-01 00:00:00", "", "x"),
        *("2026-11-20 09:00:05.5", "2026-11-20 09:00:05Z", "2026-11-20 09:00:05+08:00", "26-11-20 09:00:05"),
        *("2026-W47-5 09:00:05", "1969-12-31 23:59:59", "2200-01-01 00:00:00", "0001-01-01 00:00:00"),
    ],
)
def test_what_is_not_exactly_a_time_is_kept_aside(time):
    assert faults("ATTLOG", f"1\t{time}\t0\t1") == [Fault.TIME]


@pytest.mark.parametrize(
    "time", ["1970-01-01 00:00:00", "2000-01-01 00:00:00", "2024-02-29 23:59:59", "2199-12-31 23:59:59"]
)
def test_a_dead_clock_is_a_time_and_the_ledger_holds_it(time):
    assert reading(f"1\t{time}").at == dt.datetime.fromisoformat(time)


def test_a_line_without_tabs_is_kept_aside_whole():
    said = decode("ATTLOG", "1 2026-11-20 09:00:05\ngood\t2026-11-20 09:00:05\n")
    assert said.bad_lines == [BadLine(1, "1 2026-11-20 09:00:05", Fault.COLUMNS)]
    assert [one.pin for one in said.readings] == ["good"]


def test_an_identity_number_is_masked_and_its_check_is_no_punch():
    card = "11010519900307123X"
    body = f"1\t2026-11-20 09:00:05\t0\t1\t0\t0\t0\t{card}\t0\n2\t2026-11-20 09:00:05\t1\t1\t0\t0\t0\t{card}\t1\n"
    kept = PUSH.mask("ATTLOG", body.encode())
    said = PUSH.decode("ATTLOG", kept, ENGLISH)
    assert card.encode() not in kept
    assert [(one.pin, one.mark) for one in said.readings] == [("1", "0/1")]
    assert said.operations == [Operation(Deed.IDENTITY_CHECK, "1", NINE, "2")]


def test_operations_are_told_in_words_of_no_protocol():
    said = decode("OPERLOG", "OPLOG 21\t8\t2026-11-20 09:00:05\t0\t1\t2\t3\nOPLOG 999\t\t2026-11-20 09:00:05\n")
    assert said.operations == [
        Operation(Deed.CLOCK_SET, "21", NINE, "8", "0", ("1", "2", "3")),
        Operation(Deed.OTHER, "999", NINE),
    ]


@pytest.mark.parametrize(
    ("code", "deed"),
    [
        *(
            (0, "started"),
            (5, "settings"),
            (13, "cleared"),
            (22, "reset"),
            (23, "records_deleted"),
            (35, "photos_deleted"),
        ),
        *((24, "administrators_cleared"), (43, "deleted_after_download"), (41, "downloaded"), (80, "settings")),
    ],
)
def test_what_may_be_tampering_is_known(code, deed):
    (found,) = decode("OPERLOG", f"OPLOG {code}\t0\t2026-11-20 09:00:05\t0\t0\t0\t0").operations
    assert found.deed == deed


USER = "USER PIN=36234\tName={name}\tPri=14\tPasswd={password}\tCard=[15CD5B07]\tGrp=1\tTZ=0001000000000000"


def test_people_come_without_their_password():
    body = USER.format(name="Ann", password="secret").encode()
    kept = PUSH.mask("OPERLOG", body)
    assert b"secret" not in kept
    assert b"Passwd=[masked 6]" in kept
    assert decode("OPERLOG", body).people == [PersonOnTerminal("36234", "Ann", "14", "123456789", "1")]
    assert PUSH.mask("OPERLOG", USER.format(name="Ann", password="").encode()).endswith(b"TZ=0001000000000000")


@pytest.mark.parametrize("name", ["张三", "肖英", "喆堃", "李"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_chinese_terminal_writes_gb_or_utf_8(name, encoding):
    body = USER.format(name=name, password="").encode(encoding)
    assert decode("OPERLOG", body, CHINESE).people[0].name == name


def test_one_body_may_mix_encodings():
    lines = [
        USER.format(name=name, password="").encode(encoding)
        for name, encoding in (("肖英", "gb2312"), ("王五", "utf-8"))
    ]
    assert [one.name for one in decode("OPERLOG", b"\n".join(lines), CHINESE).people] == ["肖英", "王五"]


def test_other_languages_are_utf_8_then_their_code_page_and_a_stated_encoding_comes_first():
    body = USER.format(name="José", password="")
    assert decode("OPERLOG", body.encode(), ENGLISH).people[0].name == "José"
    assert decode("OPERLOG", body.encode("latin-1"), ENGLISH).people[0].name == "José"
    turkish = Dialect("zk_attendance", "83", options={"encoding": "cp1254"})
    assert decode("OPERLOG", body.encode("cp1254"), turkish).people[0].name == "José"


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("OPERLOG", "FP PIN=2\tFID=0\tSize=1124\tValid=1\tTMP=SECRETSECRET"),
        ("OPERLOG", "FVEIN Pin=306\tFID=2\tIndex=0\tSize=9\tValid=1\tTmp=SECRETSECRET"),
        ("OPERLOG", "USERPIC PIN=123\tFileName=123.jpg\tSize=12\tContent=SECRETSECRET"),
        ("BIODATA", "BIODATA Pin=1\tNo=0\tIndex=0\tTmp=SECRETSECRET"),
        ("IDCARD", "IDCARD PIN=1\tIDNum=SECRETSECRET\tName=SECRETSECRET\tAddress=SECRETSECRET\tPhoto=SECRETSECRET"),
        ("WHATEVER", "X PIN=1\tpassword=SECRETSECRET"),
        ("WHATEVER", "X " + "SECRETSECRET" * 40),
        ("ATTPHOTO", "PIN=20150731103012-123.jpg\nSN=1\nsize=9\nCMD=uploadphoto\0\xff\xd8\xffSECRETSECRET"),
        ("OPTIONS", "FWVersion=1,CommKey=SECRETSECRET,IPAddress=10.0.0.1"),
    ],
)
def test_templates_photos_cards_and_keys_are_not_kept(kind, line):
    kept = PUSH.mask(kind, line.encode("latin-1"))
    assert b"SECRET" not in kept
    assert b"[masked " in kept
    said = PUSH.decode(kind, kept, ENGLISH)
    assert (said.readings, said.bad_lines, said.records >= 1) == ((), (), True) or said.noted == 1


def test_options_hold_commas():
    said = decode(
        "OPTIONS", "~OEMVendor=ZKTECO CO., LTD.,FWVersion=Ver 8.0,~DeviceName=X,IPAddress=10.0.0.1,UserCount=12"
    )
    assert said.facts == {
        "OEMVendor": "ZKTECO CO., LTD.",
        "FWVersion": "Ver 8.0",
        "DeviceName": "X",
        "IPAddress": "10.0.0.1",
        "UserCount": "12",
    }


def test_results_come_in_batches_in_any_order_with_lines_of_their_own():
    body = "ID=416&Return=0&CMD=INFO\n~DeviceName=X8\nUserCount=3\nID=415&Return=-1002&CMD=DATA\n"
    said = decode("DEVICECMD", body)
    assert [(one.id, one.code, one.values["cmd"]) for one in said.results] == [
        ("416", 0, "INFO"),
        ("415", -1002, "DATA"),
    ]
    assert said.facts == {"DeviceName": "X8", "UserCount": "3"}


def test_a_result_may_stand_over_several_lines():
    (found,) = decode("DEVICECMD", "ID=32\nReturn=7\nCMD=DATA QUERY\nSaid=a=b").results
    assert (found.id, found.code, found.values) == ("32", 7, {"cmd": "DATA QUERY", "Said": "a=b"})


def test_a_count_of_punches_is_told_with_the_result():
    line = "ID=9&Return=0&CMD=VERIFY SUM&StartTime=2026-11-20 00:00:00&EndTime=2026-11-20 23:59:59&AttlogSum=42"
    (found,) = decode("DEVICECMD", line).results
    assert found.values["AttlogSum"] == "42"


def test_what_the_terminal_could_not_do_is_an_operation_without_a_time():
    line = "ERRORLOG ErrCode=D01E0001\tErrMsg=no face\tDataOrigin=cmd\tCmdId=123\tAdditional="
    assert decode("ERRORLOG", line).operations == [
        Operation(Deed.FAULT, "D01E0001", None, values=("no face", "cmd", "123", ""))
    ]


def packed(*files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive_of:
        for number, content in enumerate(files):
            member = tarfile.TarInfo(f"{number}.txt")
            member.size = len(content)
            archive_of.addfile(member, io.BytesIO(content))
    return out.getvalue()


def test_an_archive_is_read_like_its_lines_and_masked_like_them():
    body = packed(b"OPLOG 21\t0\t2026-11-20 09:00:05\t0\t0\t0\t0\n", USER.format(name="A", password="secret").encode())
    said = decode("OPERLOG", body)
    assert (len(said.operations), [one.pin for one in said.people]) == (1, ["36234"])
    assert b"secret" not in PUSH.mask("OPERLOG", PUSH.unpack("OPERLOG", body))


def test_an_archive_without_end_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(archive, "LIMIT", 100_000)
    assert len(archive.unpack(packed(b"x" * 80_000))) == 80_001
    with pytest.raises(TooLarge):
        archive.unpack(packed(b"x" * 100_000))


def test_a_broken_archive_is_kept_as_it_is_and_a_person_is_told():
    broken = packed(b"OPLOG 21\t0\t2026-11-20 09:00:05")[:-20]
    assert PUSH.mask("OPERLOG", PUSH.unpack("OPERLOG", broken)) == broken
    assert faults("OPERLOG", broken) == [Fault.ARCHIVE]


def lines_told(said: Decoded) -> int:
    groups = (said.readings, said.bad_lines, said.operations, said.people)
    return sum(map(len, groups)) + said.noted + said.blank


GOOD = st.builds(
    "{}\t{}\t{}\t{}".format,
    st.integers(0, 99),
    st.datetimes(clock("1999-01-01"), clock("2030-01-01")).map(lambda t: f"{t:%Y-%m-%d %H:%M:%S}"),
    st.sampled_from(["0", "1", "255"]),
    st.sampled_from(["1", "15"]),
)
ODD = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=40)
LINES = st.lists(GOOD | ODD | st.builds("{}\t{}".format, ODD, ODD), max_size=30)


@given(LINES, st.sampled_from(["ATTLOG", "OPERLOG"]))
def test_every_line_is_exactly_one_thing(lines, kind):
    body = "\n".join(lines).encode()
    assert lines_told(PUSH.decode(kind, body, CHINESE)) == body.count(b"\n") + 1


@given(st.binary(max_size=400), st.sampled_from(["ATTLOG", "OPERLOG", "OPTIONS", "DEVICECMD", "ATTPHOTO", "WHATEVER"]))
def test_no_bytes_make_a_reader_fail_or_leave_a_nul(body, kind):
    said = decode(kind, body, CHINESE)
    assert "\0" not in repr(said)
    if kind == "ATTLOG" and not body.startswith(archive.MAGIC):
        assert lines_told(said) == body.count(b"\n") + 1


PHRASES = [
    (wire.PutPerson("00123", "张三", "0", "77"), "DATA UPDATE USERINFO PIN=00123\tName=张三\tPri=0\tCard=77"),
    (wire.RemovePerson("1"), "DATA DELETE USERINFO PIN=1"),
    (
        wire.PutTemplate("1", wire.Template("1", Trait.VEIN, "FVEIN", "2", "0", size=8, data="c2VjcmV0")),
        "DATA UPDATE FVEIN Pin=1\tFID=2\tIndex=0\tSize=8\tValid=1\tTmp=",
    ),
    (wire.RemoveTemplate("1", "BIODATA:9"), "DATA DELETE BIODATA Pin=1\tType=9"),
    (wire.TellPeople(), "DATA QUERY USERINFO"),
    (
        wire.TellPunches(NINE, NINE + dt.timedelta(hours=1)),
        "DATA QUERY ATTLOG StartTime=2026-11-20 09:00:05\tEndTime=2026-11-20 10:00:05",
    ),
    (wire.CountPunches(NINE, NINE), "VERIFY SUM ATTLOG StartTime=2026-11-20 09:00:05\tEndTime=2026-11-20 09:00:05"),
    (wire.TellState(), "INFO"),
    (wire.CallAgain(), "CHECK"),
    (wire.Restart(), "REBOOT"),
]


@pytest.mark.parametrize(("wanted", "phrase"), PHRASES, ids=[type(one).__name__ for one, _ in PHRASES])
def test_commands_in_its_words(wanted, phrase):
    assert PUSH.say(wanted, CHINESE) == phrase


def test_all_that_can_be_wanted_is_tried_above():
    assert {type(wanted) for wanted, _ in PHRASES} == set(wire.WISHES) == set(wire.Wanted.__args__)


@pytest.mark.parametrize("name", ["SHELL", "PutFile", "GetFile", "UPGRADE", "CLEAR"])
def test_nothing_that_could_harm_a_terminal_has_a_phrase(name):
    for wanted, _ in PHRASES:
        assert name.lower() not in PUSH.say(wanted, CHINESE).lower()


def test_a_name_fits_the_terminal_and_brings_no_second_field():
    told = PUSH.say(wire.PutPerson("1", "张\tPri=14\n喆"), CHINESE)
    assert told == "DATA UPDATE USERINFO PIN=1\tName=张 Pri=14 ?\tPri=0\tCard="
    long = PUSH.say(wire.PutPerson("1", "张" * 13), CHINESE)
    assert f"Name={'张' * 12}\t" in long
    assert f"Name={'张' * 8}\t" in PUSH.say(wire.PutPerson("1", "张" * 13), ENGLISH)


@pytest.mark.parametrize("pin", ["1\tPri=14", "1\nC:2:REBOOT"])
def test_a_pin_that_would_be_another_field_is_refused(pin):
    with pytest.raises(Refusal):
        PUSH.say(wire.RemovePerson(pin), CHINESE)
