"""What arrives is kept whole and once: uploads, punches, bad lines; what people do about them."""

import datetime as dt
import hashlib

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

import make
from kaoqin.attendance.models import DayResult
from kaoqin.core.time import load_wall_clock
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.devices import actions, queries, queue, wire
from kaoqin.devices.models import BadUploadLine, Command, Operation, RawUpload
from kaoqin.devices.protocols import ADAPTERS
from kaoqin.devices.words import BadLineState, CommandState, Fault
from kaoqin.punches import ledger
from kaoqin.punches.models import Punch
from kaoqin.security.models import AuditEntry
from terminals import Caller, lines


def send(terminal, body, table="ATTLOG"):
    answer = terminal.post("cdata", body, table=table)
    assert answer.status == 200, answer
    return RawUpload.objects.order_by("-pk").first()


def counts(upload):
    upload.refresh_from_db()
    names = ("record", "reading", "bad", "new", "known", "held", "unknown")
    return {name: getattr(upload, f"{name}_count") for name in names if getattr(upload, f"{name}_count")}


def test_a_punch_knows_where_when_and_how_it_was_made_and_settles_the_day(cast, terminal):
    send(terminal, lines("11-19 09:00:00", "11-19 18:00:00"))
    first = Punch.objects.order_by("at").first()
    assert (first.employee, first.person_key, first.origin, first.place) == (
        cast.chen,
        "00013",
        terminal.serial,
        "上海",
    )
    assert (first.source, first.zone, first.received_at) == ("terminal", "Asia/Shanghai", make.NOW)
    assert first.at == dt.datetime(2026, 11, 19, 1, 0, tzinfo=dt.UTC)
    assert first.evidence == {"status": "0", "verify": "1", "mark": "0/1", "late": True}
    make.settle()
    assert DayResult.objects.get(employee=cast.chen, date=make.day("11-19")).worked_minutes == 480


@pytest.mark.parametrize(
    ("time", "late"), [("11-20 09:49:59", True), ("11-20 09:50:00", False), ("11-20 10:00:00", False)]
)
def test_a_punch_told_more_than_ten_minutes_later_says_so(terminal, time, late):
    send(terminal, lines(time))
    assert ("late" in Punch.objects.get().evidence) == late


@pytest.mark.parametrize(
    ("time", "trust"),
    [("2000-01-01 00:00:00", "held"), ("2026-11-20 10:05:00", "counts"), ("2026-11-20 10:05:01", "held")],
)
def test_a_clock_that_cannot_be_right_is_held_by_the_ledger(cast, terminal, time, trust):
    upload = send(terminal, f"00013\t{time}\t0\t1\n")
    assert Punch.objects.get().trust == trust
    assert upload.held_count == (trust == "held")


@pytest.mark.parametrize("year", ["1970", "2199"])
def test_the_ends_of_time_are_taken_too(terminal, year):
    upload = send(terminal, f"00013\t{year}-12-31 23:59:59\t0\t1\n00013\t{year}-01-01 00:00:00\t0\t1\n")
    assert counts(upload) == {"record": 2, "reading": 2, "new": 2, "held": 2}
    assert len(list(Punch.objects.all())) == 2


def test_punches_of_a_day_on_which_the_clock_was_set_say_so(terminal):
    send(terminal, "OPLOG 21\t0\t2026-11-19 23:59:59\t0\t0\t0\t0\n", "OPERLOG")
    send(terminal, lines("11-18 23:59:59", "11-19 00:00:00", "11-19 18:00:00", "11-20 00:00:00"))
    flagged = Punch.objects.filter(evidence__clock_set=True).order_by("device_time")
    assert [load_wall_clock(one.device_time) for one in flagged] == [make.at("11-19 00:00"), make.at("11-19 18:00")]


def test_the_same_bytes_are_one_upload_and_the_same_punch_comes_once_in_any_upload(terminal):
    body = lines("11-20 09:00:00", "11-20 09:00:01")
    upload = send(terminal, body)
    assert send(terminal, body) == upload
    assert (counts(upload), upload.times_seen) == ({"record": 2, "reading": 2, "new": 2}, 2)
    other = send(terminal, lines("11-20 09:00:01", "11-20 09:00:02"))
    assert counts(other) == {"record": 2, "reading": 2, "new": 1, "known": 1}
    assert Punch.objects.count() == 3


def test_identity_is_the_local_time_as_sent(cast, terminal):
    send(terminal, lines("11-20 09:00:00"))
    terminal.approved(cast.site, zone="Asia/Tokyo")
    send(terminal, lines("11-20 09:00:00", "11-20 09:30:00"))
    assert sorted(Punch.objects.values_list("device_time__minute", "zone")) == [
        (0, "Asia/Shanghai"),
        (30, "Asia/Tokyo"),
    ]


@pytest.mark.parametrize("other", [{"pin": "013"}, {"status": "1"}, {"verify": "15"}])
def test_another_number_state_or_way_is_another_punch(terminal, other):
    send(terminal, lines("11-20 09:00:00") + lines("11-20 09:00:00", **other))
    assert Punch.objects.count() == 2


def test_two_terminals_are_two_punches(cast, terminal):
    second = Caller("OTHER-1", desk=terminal.desk)
    second.approved(cast.site)
    for one in (terminal, second):
        send(one, lines("11-20 09:00:00"))
    assert Punch.objects.count() == 2


def test_an_index_tells_two_events_of_one_second_apart(terminal):
    rtlog = "time=2026-11-20 09:00:05\tpin=00013\tevent=0\tinoutstatus=0\tverifytype=15\tindex={}\n"
    send(terminal, rtlog.format(1) + rtlog.format(2) + rtlog.format(1), "rtlog")
    assert Punch.objects.count() == 2


def test_a_batch_that_is_half_bad_is_taken_and_its_bad_half_waits(terminal):
    upload = send(
        terminal, "nonsense\n" + lines("11-20 09:00:00") + "7\t1704096000\t0\t1\n\n" + lines("11-20 09:01:00")
    )
    assert counts(upload) == {"record": 4, "reading": 2, "bad": 2, "new": 2}
    assert list(upload.bad_lines.order_by("line_no").values_list("line_no", "raw", "fault", "state")) == [
        (1, "nonsense", Fault.COLUMNS, "waiting"),
        (3, "7\t1704096000\t0\t1", Fault.TIME, "waiting"),
    ]


def test_an_upload_is_kept_with_its_hash_and_without_its_secrets(terminal):
    body = "USER PIN=1\tName=A\tPasswd=secret\n"
    upload = send(terminal, body, "OPERLOG")
    assert upload.sha256 == hashlib.sha256(body.encode()).hexdigest()
    assert b"secret" not in bytes(upload.body)
    assert (upload.kind, upload.address, upload.size_bytes) == ("OPERLOG", "10.0.0.9", len(body))
    assert (terminal.device().people.get().name, "table=OPERLOG" in upload.path) == ("A", True)


CHANGES = ("UPDATE {} SET device_id = device_id + 1", "DELETE FROM {}", "TRUNCATE {} CASCADE")


@pytest.mark.parametrize("table", ["devices_rawupload", "devices_operation"])
@pytest.mark.parametrize("change", CHANGES)
def test_the_database_lets_nothing_that_came_be_altered(terminal, table, change):
    send(terminal, "OPLOG 21\t0\t2026-11-19 23:59:59\t0\t0\t0\t0\n", "OPERLOG")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))


def test_the_body_of_an_upload_cannot_be_altered(terminal):
    upload = send(terminal, lines("11-20 09:00:00"))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        RawUpload.objects.filter(pk=upload.pk).update(body=b"")


def test_when_the_punches_cannot_be_kept_nothing_is(terminal, monkeypatch):
    def down(*told, **more):
        raise IntegrityError

    monkeypatch.setattr(ledger, "take_by_origin", down)
    answer = terminal.post("cdata", "nonsense\n" + lines("11-20 09:00:00"), table="ATTLOG")
    assert answer.status == 503
    assert (RawUpload.objects.count(), BadUploadLine.objects.count(), Punch.objects.count()) == (0, 0, 0)


def repaired(bad, text, by=make.ROOT):
    return actions.repair(bad, text, by=by, at=make.NOW)


def test_a_bad_line_is_repaired_once(cast, terminal):
    upload = send(terminal, "00013\t1704096000\t0\t1\n")
    (bad,) = upload.bad_lines.all()
    with pytest.raises(Refusal) as still:
        repaired(bad, "00013\t2026-11-20\t0\t1")
    assert still.value.code == "devices.still_wrong"
    repaired(bad, "00013\t2026-11-20 09:00:00\t0\t1")
    bad.refresh_from_db()
    assert (bad.state, Punch.objects.get().employee) == (BadLineState.REPAIRED, cast.chen)
    with pytest.raises(Refusal):
        repaired(bad, "00013\t2026-11-20 09:00:01\t0\t1")
    assert AuditEntry.objects.filter(action="devices.repair").count() == 1


def test_a_refused_passage_counts_when_a_person_says_so(terminal):
    line = "time=2026-11-20 09:00:05\tpin=00013\tevent=27\tinoutstatus=0\tverifytype=15\tindex=1"
    (bad,) = send(terminal, line, "rtlog").bad_lines.all()
    repaired(bad, line.replace("event=27", "event=0"))
    assert Punch.objects.get().evidence["event"] == "0"


def test_a_bad_line_is_dismissed_and_stays_on_record(terminal):
    (bad,) = send(terminal, "nonsense\n").bad_lines.all()
    actions.dismiss(bad, by=make.ROOT, at=make.NOW)
    bad.refresh_from_db()
    assert (bad.state, bad.raw) == (BadLineState.DISMISSED, "nonsense")
    assert not queries.bad_lines(terminal.device(), seen_by=make.ROOT).exists()


def test_a_fault_of_the_parser_keeps_the_upload_and_it_is_read_again_when_mended(terminal, monkeypatch, capsys):
    adapter = ADAPTERS["zk_attendance"]
    with monkeypatch.context() as broken:
        broken.setattr(adapter, "decode", lambda *told: 1 / 0)
        upload = send(terminal, lines("11-20 09:00:00"))
    assert [bad.fault for bad in upload.bad_lines.all()] == [Fault.UNREAD]
    assert Punch.objects.count() == 0
    call_command("reread")
    assert (Punch.objects.count(), upload.bad_lines.get().state) == (1, BadLineState.REREAD)
    assert counts(upload) == {"record": 1, "reading": 1, "new": 1}
    assert "重新读取 1 次上传,仍有 0 行不能读。" in capsys.readouterr().out


def test_reading_again_takes_nothing_twice_and_leaves_what_people_decided(terminal):
    body = "bad one\nbad two\n" + lines("11-20 09:00:00") + "OPLOG"
    upload = send(terminal, body)
    first = upload.bad_lines.get(line_no=1)
    actions.dismiss(first, by=make.ROOT, at=make.NOW)
    assert actions.read_again(upload, by=make.ROOT, at=make.NOW) == 3
    states = dict(upload.bad_lines.values_list("line_no", "state"))
    assert states == {1: "dismissed", 2: "waiting", 4: "waiting"}
    assert counts(upload) == {"record": 4, "reading": 1, "bad": 3, "known": 1}
    assert Punch.objects.count() == 1


moments = st.integers(0, 3000).map(lambda minutes: make.at("11-01 00:00") + dt.timedelta(minutes=minutes))
some_lines = st.lists(
    st.builds("{}\t{}\t{}\t1".format, st.sampled_from(["00013", "13", "x"]), moments, st.sampled_from("01")), max_size=8
)


@settings(max_examples=20)
@given(st.lists(some_lines, max_size=5))
def test_whatever_is_sent_however_often_is_there_once(cast, batches):
    caller = Caller()
    caller.approved(cast.site)
    before = Punch.objects.count()
    known = set(Punch.objects.values_list("content_key", flat=True))
    for batch in batches + batches[::-1]:
        assert caller.post("cdata", "\n".join(batch), table="ATTLOG").text == f"OK:{len(batch)}"
    told = {line for batch in batches for line in batch}
    after = set(Punch.objects.values_list("content_key", flat=True))
    assert len(after) == Punch.objects.count()
    assert len(after - known) <= len(told)
    assert before + len(after - known) == Punch.objects.count()
    for line in told:
        pin, time, state, _ = line.split("\t")
        assert Punch.objects.filter(person_key=pin, device_time=f"{time}+00", evidence__mark=f"{state}/1").count() == 1


def test_commands_are_told_again_after_five_minutes_and_given_up_after_five_tries(terminal):
    device = terminal.device()
    command = actions.enqueue(device, wire.TellState(), by=make.ROOT, at=make.NOW)
    told = []
    for minutes in (0, 4, 5, 10, 15, 20, 25, 30):
        told.append(len(queue.hand_out(device.pk, make.NOW + dt.timedelta(minutes=minutes))))
    assert told == [1, 0, 1, 1, 1, 1, 0, 0]
    command.refresh_from_db()
    assert (command.state, command.tries) == (CommandState.FAILED, 5)
    queue.take_results(device.pk, [wire.CommandResult(str(command.pk), 0)], make.NOW)
    command.refresh_from_db()
    assert command.state == CommandState.DONE


def test_a_result_counts_for_its_own_terminal_and_a_second_one_not(cast, terminal):
    other = Caller("OTHER-1", desk=terminal.desk).approved(cast.site)
    command = actions.enqueue(terminal.device(), wire.TellState(), by=make.ROOT, at=make.NOW)
    ok, failed = wire.CommandResult(str(command.pk), 3), wire.CommandResult(str(command.pk), -1)
    for device_id, result, state in (
        (other.pk, ok, "waiting"),
        (terminal.device().pk, ok, "done"),
        (terminal.device().pk, failed, "done"),
    ):
        queue.take_results(device_id, [result], make.NOW)
        assert Command.objects.get().state == state
    queue.take_results(terminal.device().pk, [wire.CommandResult("²", 0), wire.CommandResult("x", 0)], make.NOW)


def test_one_answer_stays_below_64_kb(terminal, monkeypatch):
    monkeypatch.setattr(queue, "MOST_BYTES", 200)
    for pin in range(9):
        actions.enqueue(terminal.device(), wire.RemovePerson(str(pin)), by=make.ROOT, at=make.NOW)
    sizes = [len(queue.hand_out(terminal.device().pk, make.NOW)) for _ in range(4)]
    assert sizes == [3, 3, 3, 0]


def test_who_may_do_what_to_a_terminal(cast, terminal):
    device = terminal.device()
    (bad,) = send(terminal, "nonsense\n").bad_lines.all()
    deeds = {
        "approve": lambda by: actions.approve(device, cast.site, by=by, at=make.NOW),
        "command": lambda by: actions.enqueue(device, wire.TellState(), by=by, at=make.NOW),
        "again": lambda by: actions.ask_everything_again(device, by=by, at=make.NOW),
        "option": lambda by: actions.set_option(device, "transfer", "bits", by=by, at=make.NOW),
        "reread": lambda by: actions.read_again(bad.upload, by=by, at=make.NOW),
        "dismiss": lambda by: actions.dismiss(bad, by=by, at=make.NOW),
    }
    allowed = {"he": set(deeds), "sun": {"approve", "command", "again", "option"}}
    for name in ("outsider", "chen", "wang", "qian", "sun", "he"):
        for deed, do in deeds.items():
            if deed in allowed.get(name, set()):
                do(cast.by(name))
            else:
                with pytest.raises(NotAllowed):
                    do(cast.by(name))


@pytest.mark.parametrize(
    ("state", "deed", "code"),
    [
        ("pending", "retire", "devices.not_in_use"),
        ("approved", "refuse", "devices.approved_already"),
        ("retired", "retire", "devices.not_in_use"),
    ],
)
def test_states_follow_each_other(terminal, state, deed, code):
    device = terminal.device()
    device.state = state
    with pytest.raises(Refusal) as refused:
        getattr(actions, deed)(device, by=make.ROOT, at=make.NOW)
    assert refused.value.code == code


def test_a_terminal_that_is_not_in_use_is_told_nothing(stranger):
    stranger.get("getrequest")
    with pytest.raises(Refusal) as refused:
        actions.enqueue(stranger.device(), wire.TellState(), by=make.ROOT, at=make.NOW)
    assert refused.value.code == "devices.not_in_use"


def test_decisions_about_terminals_are_remembered(cast, terminal):
    actions.retire(terminal.device(), by=cast.by("sun"), at=make.NOW)
    said = list(
        AuditEntry.objects.filter(action__startswith="devices.").order_by("pk").values_list("action", "actor_name")
    )
    assert said == [("devices.approved", "搭建"), ("devices.retired", "sun")]
    assert Operation.objects.count() == 0
