"""The front door: every shape of a call, and what is answered. Words and line ends matter: a terminal reads no other."""

import datetime as dt

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

import make
from kaoqin.devices import actions, arrival, fleet, http, wire
from kaoqin.devices.models import Command, Device, Heartbeat, Operation, RawUpload
from kaoqin.devices.protocols.zk_attendance.greeting import error_seconds
from kaoqin.punches.models import Punch
from terminals import SERIAL, Caller, Inline, lines

GREETING = {"options": "all", "pushver": "2.4.1", "language": "83"}
ACC = {**GREETING, "DeviceType": "acc", "pushver": "3.1.2"}


def options(text):
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def test_the_greeting_is_answered_as_the_terminal_reads_it(terminal):
    answer = terminal.get("cdata", **GREETING)
    told = options(answer.text)
    assert answer.status == 200
    assert answer.text.splitlines()[0] == f"GET OPTION FROM: {SERIAL}"
    assert (told["TimeZone"], told["Realtime"], told["Encrypt"], told["ATTLOGStamp"]) == ("8", "1", "None", "None")
    assert told["TransFlag"] == "TransData AttLog\tOpLog"
    assert 15 <= int(told["Delay"]) < 30
    assert 30 <= int(told["ErrorDelay"]) < 90
    assert terminal.device().facts == {"pushver": "2.4.1", "language": "83"}


def test_every_answer_has_a_date_in_gmt_a_length_and_plain_text_and_no_more(terminal):
    for answer in (terminal.get("getrequest"), terminal.get("nothing"), terminal.get("cdata", **GREETING)):
        assert answer.headers == {
            "Content-Type": "text/plain",
            "Content-Length": str(len(answer.text)),
            "Date": "Fri, 20 Nov 2026 02:00:00 GMT",
        }


@pytest.mark.parametrize(
    "path",
    [
        *("/iclock/cdata", "/iclock/cdata/", "/iclock/cdata.aspx", "/iclock/cdata.aspx/", "/iclock/iclock/cdata"),
        *("/iclock/iclock/cdata.aspx", "/iclock/CDATA"),
    ],
)
def test_all_routes_lead_to_the_same_place(terminal, path):
    assert terminal.call("GET", path, {"options": "all"}).text.startswith("GET OPTION FROM")
    assert terminal.call("POST", path, {"table": "ATTLOG"}, lines("11-20 09:00:00").encode()).text == "OK:1"


@pytest.mark.parametrize(
    ("method", "path", "query", "status"),
    [
        ("GET", "/iclock", {}, 404),
        ("GET", "/iclock/", {}, 404),
        ("GET", "/iclock/exchange", {}, 404),
        ("POST", "/iclock/cdata/x", {}, 404),
        ("PUT", "/iclock/cdata", {}, 405),
        ("GET", "/iclock/devicecmd", {}, 405),
        ("GET", "/iclock/cdata", {"SN": None}, 400),
        ("GET", "/iclock/cdata", {"SN": "abc"}, 400),
        ("GET", "/iclock/cdata", {"SN": "x" * 33}, 400),
        ("GET", "/iclock/cdata", {"SN": "a';--"}, 400),
    ],
)
def test_what_is_no_call_is_refused_in_plain_text(terminal, method, path, query, status):
    answer = terminal.call(method, path, query)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "text/plain")


def test_pages_are_not_the_terminals(terminal):
    assert terminal.call("GET", "/iclockwork/", {}).text == "pages"
    assert terminal.call("GET", "/people/", {}).text == "pages"


def test_a_strangers_data_stays_with_it_and_a_person_sees_it(stranger, clock):
    assert stranger.get("cdata", **GREETING).status == 200
    assert stranger.get("getrequest").text == "OK"
    for table in ("ATTLOG", "OPERLOG", "options", "WHATEVER"):
        assert stranger.post("cdata", lines("11-20 09:00:00"), table=table).status == 403
    assert (Punch.objects.count(), RawUpload.objects.count()) == (0, 0)
    device = stranger.device()
    assert (device.state, device.facts["language"], device.heartbeat.address) == ("pending", "83", "10.0.0.9")


@pytest.mark.parametrize("change", ["refuse", "retire"])
def test_a_terminal_out_of_service_keeps_its_data(cast, stranger, change):
    stranger.get("cdata", **GREETING)
    device = stranger.device()
    if change == "retire":
        actions.approve(device, cast.site, by=make.ROOT, at=make.NOW)
    getattr(actions, change)(device, by=make.ROOT, at=make.NOW)
    stranger.desk.look_again()
    assert stranger.post("cdata", lines("11-20 09:00:00"), table="ATTLOG").status == 403
    assert Punch.objects.count() == 0


def test_a_terminal_retired_a_moment_ago_is_not_believed_from_memory(cast, terminal):
    terminal.get("getrequest")
    Device.objects.update(state="retired")
    assert terminal.post("cdata", lines("11-20 09:00:00"), table="ATTLOG").status == 403
    assert (Punch.objects.count(), RawUpload.objects.count()) == (0, 0)


def test_strangers_are_remembered_up_to_a_number(db, monkeypatch):
    monkeypatch.setattr(fleet, "MOST_PENDING", 3)
    desk = http.Desk(Inline(), Inline())
    for number in range(5):
        assert Caller(f"SN{number:04d}", desk=desk).get("cdata", **GREETING).status == 200
        assert Caller(f"SN{number:04d}", desk=desk).post("cdata", b"", table="ATTLOG").status == 403
    assert Device.objects.count() == 3


@pytest.mark.parametrize(
    ("query", "body", "told"),
    [
        ({"table": "ATTLOG"}, lines("11-20 08:59:00", "11-20 18:00:00"), "OK:2"),
        ({"table": "attlog"}, lines("11-20 08:58:00"), "OK:1"),
        ({"table": "ATTLOG"}, "garbage\n" + lines("11-20 08:57:00") + "\n", "OK:2"),
        ({"table": "ATTLOG"}, "", "OK:0"),
        ({"table": "OPERLOG"}, "OPLOG 21\t0\t2026-11-20 08:00:00\t0\t0\t0\t0\nUSER PIN=1\tName=A\n", "OK:2"),
        ({"table": "BIODATA"}, "BIODATA Pin=1\tTmp=abc\n", "OK:1"),
        ({"table": "IDCARD"}, "IDCARD PIN=1\tIDNum=110105199003071234\n", "OK:1"),
        ({"table": "ERRORLOG"}, "ERRORLOG ErrCode=D01E0001\tErrMsg=\n", "OK:1"),
        ({"table": "options"}, "FWVersion=8,IPAddress=10.0.0.1", "OK"),
        (
            {"table": "ATTPHOTO"},
            "PIN=20260101-1.jpg\nSN=1\nsize=3\nCMD=uploadphoto\0\xff\xd8\xff".encode("latin-1"),
            "OK",
        ),
        ({"table": "NEWTHING"}, "a=b", "OK"),
        ({}, "a=b", "OK"),
        ({"type": "PostVerifyData"}, "a=b", "OK"),
    ],
)
def test_an_upload_is_acknowledged_in_the_words_of_its_table_and_kept(terminal, query, body, told):
    answer = terminal.post("cdata", body, **query)
    assert (answer.status, answer.text) == (200, told)
    assert RawUpload.objects.count() == 1


def test_a_photo_may_come_by_its_own_route(terminal):
    assert terminal.post("fdata", b"PIN=1.jpg\0\xff\xd8\xffSECRET").text == "OK"
    kept = RawUpload.objects.get()
    assert (kept.kind, b"SECRET" in bytes(kept.body)) == ("ATTPHOTO", False)


@pytest.mark.parametrize(
    ("name", "query"), [("ping", {}), ("cdata", {}), ("cdata", {"table": "RemoteAtt", "PIN": "1"})]
)
def test_signs_of_life_are_answered_ok(terminal, name, query):
    assert terminal.get(name, **query).text == "OK"


@pytest.mark.parametrize(
    ("zone", "told"), [("Asia/Kolkata", "330"), ("America/St_Johns", "-210"), ("Asia/Shanghai", "8"), ("UTC", "0")]
)
def test_the_zone_is_the_terminals_own_or_the_sites(cast, terminal, zone, told):
    terminal.approved(cast.site, zone=zone)
    assert options(terminal.get("cdata", **GREETING).text)["TimeZone"] == told


def test_a_terminal_that_wants_bits_gets_bits(terminal):
    actions.set_option(terminal.device(), "transfer", "bits", by=make.ROOT, at=make.NOW)
    terminal.desk.look_again()
    assert options(terminal.get("cdata", **GREETING).text)["TransFlag"] == "1100000000"


def test_a_security_terminal_registers_and_is_refused_until_it_is_approved(cast, stranger):
    assert stranger.get("cdata", **ACC).text == "OK"
    registration = "DeviceType=acc,~DeviceName=BioFace A1,FirmVer=V1,authKey=SECRET"
    answers = [
        stranger.post("registry", registration),
        stranger.post("push"),
        stranger.post("cdata", "x", table="rtlog"),
    ]
    assert [answer.status for answer in answers] == [406, 406, 403]
    device = stranger.device()
    assert (device.protocol, device.facts["DeviceName"]) == ("zk_security", "BioFace A1")
    assert "SECRET" not in str(device.facts)
    stranger.approved(cast.site)
    registered = stranger.post("registry", registration).text
    assert registered == stranger.post("registry", registration).text
    assert registered.startswith("RegistryCode=")
    assert "\n" not in registered
    assert 1 <= len(registered.partition("=")[2]) <= 32
    settings, greeted = stranger.post("push").text, stranger.get("cdata", **ACC).text
    assert settings == stranger.get("push").text
    assert greeted == f"registry=ok\n{registered}\n{settings}"
    assert len(options(settings)["SessionID"]) == 32
    assert not {"TransFlag", "TimeZone", "ATTLOGStamp"} & set(options(greeted))


RTLOG = "time=2026-11-20 09:00:05\tpin=00013\tcardno=0\teventaddr=1\tevent={}\tinoutstatus=0\tverifytype=15\tindex={}"


def test_security_uploads_are_acknowledged_in_their_own_words(terminal):
    assert terminal.post("cdata", RTLOG.format(0, 1), table="rtlog").text == "OK"
    assert terminal.device().protocol == "zk_security"
    user = "user uid=1\tpin=1\tname=A\tpassword=x\nuser uid=2\tpin=2\tname=B"
    assert terminal.post("cdata", user, table="tabledata", tablename="user", count="2").text == "user=2"
    assert terminal.post("cdata", "biodata pin=1", table="tabledata", tablename="biodata").text == "biodata=1"
    assert terminal.post("cdata", "time=x\tsensor=01", table="rtstate").text == "OK"
    assert terminal.post("cdata", "IPAddress=10.0.0.1", table="options").text == "OK"
    packet = {"type": "tabledata", "cmdid": "7", "tablename": "user", "count": "1", "packcnt": "2"}
    for number in ("1", "2"):
        body = f"user uid=1\tpin={number}\tname=C{number}"
        assert terminal.post("querydata", body, packidx=number, **packet).text == "user=1"
    assert dict(terminal.device().people.values_list("pin", "name")) == {"1": "C1", "2": "C2"}
    assert Punch.objects.count() == 1


def test_the_dialect_is_what_is_told_else_what_is_remembered_else_what_is_shown(terminal):
    terminal.post("cdata", RTLOG.format(0, 1), table="rtlog")
    assert terminal.get("cdata", options="all", pushver="3.1.2").text.startswith("registry=ok")
    assert terminal.get("cdata", options="all", DeviceType="att").text.startswith("GET OPTION FROM")
    terminal.post("cdata", RTLOG.format(0, 2), table="rtlog")
    terminal.post("cdata", lines("11-20 09:00:00"), table="ATTLOG")
    assert terminal.get("cdata", options="all", pushver="3.1.2").text.startswith("GET OPTION FROM")


def test_the_time_is_told_in_utc_or_as_the_terminal_is_set(terminal):
    assert terminal.get("rtdata", type="time").text == "DateTime=864093600,ServerTZ=+0800"
    actions.set_option(terminal.device(), "clock", "local", by=make.ROOT, at=make.NOW)
    terminal.desk.look_again()
    assert terminal.get("rtdata", type="rttime").text == "DateTime=864122400,ServerTZ=+0800"


def test_commands_are_handed_out_and_their_results_taken(terminal):
    device = terminal.device()
    asked = [wire.PutPerson("00123", "张三"), wire.TellState()]
    numbers = [actions.enqueue(device, one, by=make.ROOT, at=make.NOW).pk for one in asked]
    terminal.desk.look_again()
    told = terminal.get("getrequest").text
    assert told == f"C:{numbers[0]}:DATA UPDATE USERINFO PIN=00123\tName=张三\tPri=0\tCard=\nC:{numbers[1]}:INFO\n"
    terminal.desk.look_again()
    assert terminal.get("getrequest").text == "OK"
    results = f"ID={numbers[1]}&Return=0&CMD=INFO\n~DeviceName=X8\nID={numbers[0]}&Return=-1002&CMD=DATA\nID=9999&Return=0&CMD=X"
    assert terminal.post("devicecmd", results).text == "OK"
    assert dict(Command.objects.values_list("pk", "state")) == {numbers[0]: "failed", numbers[1]: "done"}
    assert terminal.device().facts["DeviceName"] == "X8"


def test_names_in_commands_are_written_as_the_terminal_reads_them(terminal):
    terminal.get("cdata", **GREETING)
    command = actions.enqueue(terminal.device(), wire.PutPerson("1", "张三"), by=make.ROOT, at=make.NOW)
    terminal.desk.look_again()
    heard = []
    visit = terminal.desk
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/iclock/getrequest", "QUERY_STRING": f"SN={SERIAL}"}
    heard = visit.serve(http.FRONTS[0], environ, make.NOW).body
    assert heard == f"C:{command.pk}:DATA UPDATE USERINFO PIN=1\tName=张三\tPri=0\tCard=\n".encode("gb2312")


def test_security_commands_have_an_empty_line_between_them(terminal):
    terminal.get("cdata", **ACC)
    first, second = (
        actions.enqueue(terminal.device(), wire.RemovePerson(p), by=make.ROOT, at=make.NOW).pk for p in "12"
    )
    terminal.desk.look_again()
    told = terminal.get("getrequest").text
    assert told == f"C:{first}:DATA DELETE user Pin=1\r\n\r\nC:{second}:DATA DELETE user Pin=2\r\n\r\n"


def test_everything_again_is_asked_by_stamp_nought_until_it_was_heard(terminal, clock):
    actions.ask_everything_again(terminal.device(), by=make.ROOT, at=make.NOW)
    terminal.desk.look_again()
    assert ":CHECK" in terminal.get("getrequest").text
    for minutes, stamp in ((60, "0"), (69, "0"), (71, "None")):
        clock(make.NOW + dt.timedelta(minutes=minutes))
        terminal.desk.look_again()
        told = options(terminal.get("cdata", **GREETING).text)
        assert (told["ATTLOGStamp"], told["Stamp"]) == (stamp, "0" if stamp == "0" else "9999")


def test_what_a_poll_tells_is_kept_and_seen(terminal):
    terminal.get("getrequest", INFO="Ver 8.0.4,12,3,4567,10.0.0.1,10,7,15,3,111")
    facts = terminal.device().facts
    assert (facts["FWVersion"], facts["UserCount"], facts["TransactionCount"]) == ("Ver 8.0.4", "12", "4567")
    assert Heartbeat.objects.get().seen_at == make.NOW


def test_a_poll_asks_no_database(terminal, django_assert_num_queries):
    terminal.get("getrequest")
    with django_assert_num_queries(0):
        for _ in range(5):
            assert terminal.get("getrequest").text == "OK"


@pytest.mark.parametrize(("size", "status"), [(16 * 1024 * 1024, 200), (16 * 1024 * 1024 + 1, 413)])
def test_bodies_up_to_16_mb(terminal, size, status):
    line = b"7\t2026-11-20 09:00:05\t0\t1\n"
    body = line + b" " * (size - len(line))
    assert terminal.post("cdata", body, table="ATTLOG").status == status
    assert RawUpload.objects.count() == (status == 200)


def test_a_body_without_announced_length_has_the_same_limit(terminal, monkeypatch):
    monkeypatch.setattr(http, "MOST_BYTES", 100)
    for count, status in ((2, 200), (4, 413)):
        body = lines(*["11-20 09:00:00"] * count).encode()
        answer = terminal.call("POST", "/iclock/cdata", {"table": "ATTLOG"}, body, CONTENT_LENGTH="")
        assert answer.status == status


def test_a_body_cut_short_is_not_acknowledged(terminal):
    body = lines("11-20 09:00:00").encode()
    answer = terminal.call("POST", "/iclock/cdata", {"table": "ATTLOG"}, body, CONTENT_LENGTH=str(len(body) + 1))
    assert (answer.status, RawUpload.objects.count()) == (400, 0)


def test_when_too_many_wait_the_rest_come_again(cast):
    caller = Caller(desk=http.Desk(Inline(places=0), Inline()))
    caller.approved(cast.site)
    answer = caller.post("cdata", lines("11-20 09:00:00"), table="ATTLOG")
    assert (answer.status, answer.headers["Retry-After"], RawUpload.objects.count()) == (503, "30", 0)
    assert caller.get("getrequest").status == 200


def test_when_too_much_waits_the_rest_come_again(cast):
    caller = Caller(desk=http.Desk(Inline(most_bytes=100), Inline()))
    caller.approved(cast.site)
    assert caller.post("cdata", lines("11-20 09:00:00"), table="ATTLOG").status == 200
    assert caller.post("cdata", lines(*["11-20 09:00:00"] * 9), table="ATTLOG").status == 503
    assert caller.post("cdata", lines("11-20 09:01:00"), table="ATTLOG").status == 200


def test_without_a_database_nothing_is_acknowledged_and_later_it_is_taken_once(terminal, monkeypatch):
    terminal.get("getrequest")

    def down(*told):
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(arrival, "adapter_named", down)
        answer = terminal.post("cdata", lines("11-20 09:00:00"), table="ATTLOG")
        assert (answer.status, answer.headers["Content-Type"]) == (503, "text/plain")
        assert terminal.get("getrequest").status == 200
    assert terminal.post("cdata", lines("11-20 09:00:00"), table="ATTLOG").text == "OK:1"
    assert terminal.post("cdata", lines("11-20 09:00:00"), table="ATTLOG").text == "OK:1"
    assert (Punch.objects.count(), RawUpload.objects.get().times_seen) == (1, 2)


def test_a_fault_of_ours_is_a_plain_500_and_nothing_is_acknowledged(terminal, monkeypatch):
    monkeypatch.setattr(arrival, "adapter_named", lambda *told: 1 / 0)
    answer = terminal.post("cdata", lines("11-20 09:00:00"), table="ATTLOG")
    assert (answer.status, answer.headers["Content-Type"]) == (500, "text/plain")


@pytest.mark.parametrize(("year", "status"), [(2024, 503), (2025, 200), (2099, 200), (2100, 503)])
def test_a_server_whose_year_is_absurd_serves_no_terminal(terminal, clock, year, status):
    clock(make.NOW.replace(year=year))
    assert terminal.get("cdata", **GREETING).status == status
    assert terminal.get("getrequest").status == status


def test_door_events_and_operations_are_kept_once(terminal):
    for _ in range(2):
        terminal.post("cdata", RTLOG.format(206, 1).replace("pin=00013", "pin=0"), table="rtlog")
        terminal.post("cdata", "OPLOG 21\t0\t2026-11-20 08:00:00\t0\t0\t0\t0", table="OPERLOG")
        terminal.post(
            "cdata", "OPLOG 21\t0\t2026-11-20 08:00:00\t0\t0\t0\t0\nOPLOG 4\t0\t2026-11-20 08:00:00", table="OPERLOG"
        )
    assert sorted(Operation.objects.values_list("deed", flat=True)) == ["clock_set", "door", "menu"]
    assert Punch.objects.count() == 0


def test_a_greeting_that_says_nothing_new_writes_nothing(terminal):
    """After a power cut thousands greet at once, and a server that started anew has heard none of them yet."""
    terminal.get("cdata", **GREETING)
    anew = Caller(desk=http.Desk(Inline(), Inline()))
    anew.get("ping")
    with CaptureQueriesContext(connection) as asked:
        anew.get("cdata", **GREETING)
    assert [one["sql"].split()[0] for one in asked] == ["UPDATE"]
    assert fleet.learn(SERIAL, {"language": "83"}) is False
    assert fleet.learn(SERIAL, {"language": "83"}, "zk_security") is True


def test_a_greeting_that_says_something_new_has_one_terminal_read_again(terminal):
    terminal.get("cdata", **GREETING)
    with CaptureQueriesContext(connection) as asked:
        terminal.get("cdata", **GREETING | {"language": "69"})
    assert [one["sql"].split()[0] for one in asked] == ["UPDATE", "SELECT"]
    assert f"\"serial\" IN ('{SERIAL}')" in asked[1]["sql"]
    assert terminal.device().facts["language"] == "69"


def test_what_many_terminals_tell_is_written_in_one_statement(terminal, cast):
    other = Caller("0316144680031").approved(cast.site)
    telling = fleet.Telling()
    telling.add(SERIAL, {"language": "83"}, "")
    telling.add(other.serial, {"language": "69"}, "zk_security")
    telling.add(SERIAL, {"FWVersion": "8"}, "zk_attendance")
    with CaptureQueriesContext(connection) as asked:
        assert sorted(telling.write()) == [SERIAL, other.serial]
    assert len(asked) == 1
    assert terminal.device().facts == {"language": "83", "FWVersion": "8"}
    other.refresh_from_db()
    assert (other.facts, other.protocol) == ({"language": "69"}, "zk_security")
    assert telling.write() == []


def test_what_the_database_does_not_take_is_written_later(terminal, monkeypatch):
    def down(told):
        raise OperationalError

    telling = fleet.Telling()
    telling.add(SERIAL, {"language": "83"}, "")
    with monkeypatch.context() as broken:
        broken.setattr(fleet, "learn_all", down)
        with pytest.raises(OperationalError):
            telling.write()
    telling.add(SERIAL, {"language": "69"}, "")
    assert telling.write() == [SERIAL]
    assert terminal.device().facts["language"] == "69"


def test_terminals_that_were_told_to_come_again_come_one_after_the_other():
    waits = [error_seconds(f"CROWD{number:05d}") for number in range(2000)]
    assert set(waits) == set(range(30, 90))
    assert max(waits.count(wait) for wait in waits) < 60
