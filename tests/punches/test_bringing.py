"""Files of punches: kept whole, previewed, taken by the worker, their bad lines repaired."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

import make
from kaoqin.attendance.models import DayResult
from kaoqin.core.jobs import JobRun
from kaoqin.core.words import Refusal
from kaoqin.punches import bringing
from kaoqin.punches.models import BadLine, ImportBatch, Punch, SavedMapping
from kaoqin.punches.words import BatchState, LineState

ATTLOG = (
    b"00013\t2026-11-19 09:00:07\t1\t0\t1\t0\r\n"
    b"00013\t2026-11-19 18:00:31\t1\t1\t1\t0\r\n"
    b"12\t2026-11-18 22:00:00\t1\t0\t1\t0\r\n"
    b"000099\t2026-11-19 08:00:00\t1\t0\t1\t0\r\n"
    b"00012\t2026-13-19 08:00:00\t1\t0\t1\t0\r\n"
)


def bring(data=ATTLOG, name="SH2601_attlog.dat"):
    return bringing.bring(name, data, "Asia/Shanghai", by=make.ROOT, at=make.NOW)


@pytest.fixture
def upload(enter):
    """Bring a file on the page as He; gives the browser and the batch."""

    def uploaded(data=ATTLOG, name="SH2601_attlog.dat"):
        he = enter("he")
        he.post("/punches/imports/", {"file": SimpleUploadedFile(name, data), "zone": "Asia/Shanghai"})
        return he, ImportBatch.objects.latest("pk")

    return uploaded


def take(he, batch):
    he.post(f"/punches/imports/{batch.pk}/take/")
    run = make.work_off(JobRun.objects.latest("pk"))
    batch.refresh_from_db()
    return run


def test_a_preview_says_what_would_be_taken_and_takes_nothing(cast):
    batch = bring()
    seen = bringing.preview(batch)
    assert (batch.format, len(seen.reading.punches), seen.people) == ("zk_attlog", 4, 3)
    assert (seen.unknown, len(seen.reading.bad_lines)) == (("000099",), 1)
    assert (str(seen.first), str(seen.last)) == ("2026-11-18 22:00:00", "2026-11-19 18:00:31")
    assert Punch.objects.count() == 0


def test_a_file_is_taken_by_the_worker_and_its_days_settle(upload, cast):
    he, batch = upload()
    assert "000099" in he.get(f"/punches/imports/{batch.pk}/").content.decode()
    run = take(he, batch)
    assert (run.state, run.result["said"]) == ("done", "新增 4 条,已有 0 条,问题行 1 行。")
    assert (batch.state, batch.read_count, batch.new_count) == (BatchState.DONE, 4, 4)
    assert set(Punch.objects.values_list("person_key", flat=True)) == {"00013", "12", "000099"}
    make.settle()
    assert DayResult.objects.get(employee=cast.chen, date=make.day("11-19")).worked_minutes == 480
    assert bytes(batch.content) == ATTLOG


def test_a_bad_line_is_repaired_or_set_aside_and_says_what_is_still_wrong(upload, cast):
    he, batch = upload(ATTLOG + b"what is this\r\n")
    take(he, batch)
    first, second = BadLine.objects.order_by("line_no")
    mended = first.raw.replace("2026-13-19", "2026-11-19")
    wrong = he.post(f"/punches/lines/{first.pk}/", {"text": first.raw})
    assert (wrong.status_code, BadLine.objects.filter(state=LineState.WAITING).count()) == (422, 2)
    assert he.post(f"/punches/lines/{first.pk}/", {"text": mended}).status_code == 200
    assert Punch.objects.get(person_key="00012").employee == cast.lin
    assert he.post(f"/punches/lines/{first.pk}/", {"text": mended}).status_code == 422
    he.post(f"/punches/lines/{second.pk}/", {"aside": "1"})
    states = list(BadLine.objects.order_by("line_no").values_list("state", "repaired"))
    assert states == [(LineState.REPAIRED, mended), (LineState.SET_ASIDE, "")]


def test_all_remaining_bad_lines_are_set_aside_at_once(upload):
    he, batch = upload(ATTLOG + b"what\r\nis\r\n")
    take(he, batch)
    he.post(f"/punches/imports/{batch.pk}/aside/")
    assert set(BadLine.objects.values_list("state", flat=True)) == {LineState.SET_ASIDE}


def test_the_same_file_is_the_same_batch_and_overlapping_ones_add_only_what_is_new(upload):
    he, batch = upload()
    take(he, batch)
    assert upload()[1].pk == batch.pk
    assert he.post(f"/punches/imports/{batch.pk}/take/").status_code == 409
    he, more = upload(ATTLOG + b"00013\t2026-11-18 09:00:00\t1\t0\t1\t0\r\n")
    take(he, more)
    assert (more.new_count, more.known_count, Punch.objects.count()) == (1, 4, 5)


def test_a_job_that_runs_again_takes_nothing_twice(upload):
    he, batch = upload()
    run = take(he, batch)
    again = make.work_off(run)
    assert (again.state, BadLine.objects.count(), Punch.objects.count()) == ("failed", 1, 4)
    batch.refresh_from_db()
    assert (batch.state, batch.new_count) == (BatchState.DONE, 4)


def test_a_discarded_file_stays_on_record_and_may_come_again(upload):
    he, batch = upload()
    he.post(f"/punches/imports/{batch.pk}/discard/")
    batch.refresh_from_db()
    assert batch.state == BatchState.DISCARDED
    assert upload()[1].pk != batch.pk
    assert he.post(f"/punches/imports/{batch.pk}/take/").status_code == 409


def test_an_empty_file_is_refused(cast, upload):
    with pytest.raises(Refusal, match="空的"):
        bring(b" \r\n")
    he, _ = upload()
    answer = he.post("/punches/imports/", {"file": SimpleUploadedFile("x.dat", b""), "zone": "Asia/Shanghai"})
    assert "文件是空的" in answer.content.decode()


def test_a_file_nobody_knows_is_read_by_a_mapping_that_is_kept_by_name(upload, cast):
    text = "卡,谁,何时\n00013,陈,2026-11-19 09:00\n00013,陈,2026-11-19 18:00\n"
    he, batch = upload(text.encode("gb18030"), "own.csv")
    told = {"key": "1", "key_kind": "employee_no", "name": "2", "date": "", "times": ["3"], "saved_as": "门禁"}
    he.post(f"/punches/imports/{batch.pk}/map/", told)
    run = take(he, batch)
    assert (run.state, Punch.objects.filter(employee=cast.chen).count()) == ("done", 2), run.told
    he, again = upload(text.replace("11-19", "11-18").encode(), "own2.csv")
    he.post(f"/punches/imports/{again.pk}/map/", {"saved": SavedMapping.objects.get(name="门禁").pk})
    assert take(he, again).state == "done"
    assert Punch.objects.filter(employee=cast.chen).count() == 4


@pytest.mark.parametrize("told", [{}, {"key": "1"}, {"saved": "99"}, {"saved": "x"}])
def test_a_mapping_that_says_too_little_is_refused(upload, told):
    he, batch = upload("卡,何时\n1,2026-11-19 09:00\n".encode(), "own.csv")
    assert he.post(f"/punches/imports/{batch.pk}/map/", told).status_code in {404, 409}


def test_another_zone_is_another_instant_of_the_same_clock(upload, cast):
    he, batch = upload()
    he.post(f"/punches/imports/{batch.pk}/decide/", {"format": "zk_attlog", "zone": "Europe/Berlin"})
    take(he, batch)
    punch = Punch.objects.get(person_key="00013", device_time__second=7)
    assert (punch.zone, punch.at.hour) == ("Europe/Berlin", 8)
