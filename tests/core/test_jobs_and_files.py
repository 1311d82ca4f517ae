"""Long work: asked for with its reason, done with progress, its failure told, its files kept for who asked."""

import contextlib
import datetime as dt

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

import make
from kaoqin.core import jobs
from kaoqin.core.jobs import ask, clean_up, work
from kaoqin.core.kept import keep, path_of, place
from kaoqin.core.models import JobRun, KeptFile
from kaoqin.core.words import Refusal


@pytest.fixture
def kind(monkeypatch):
    """A kind of work for one test; `kind(function)` says what it does."""
    monkeypatch.setattr(jobs, "_works", dict(jobs._works))
    return work("test.work")


def run(**arguments):
    return make.work_off(ask("test.work", "试", account_id=None, at=make.NOW, **arguments))


def test_a_job_is_done_with_its_arguments_and_says_what_it_did(db, kind):
    kind(lambda progress, n: {"said": f"{n} 个"})
    done = run(n=3)
    assert (done.state, done.result, done.told) == ("done", {"said": "3 个"}, "")
    assert (done.begun_at, done.ended_at) == (make.NOW, make.NOW)


def test_a_refusal_is_told_in_its_own_words_and_any_other_error_in_general_ones(db, kind, caplog):
    @kind
    def refuse(progress, word):
        if word == "refuse":
            raise Refusal("x", "没有表头。")
        raise RuntimeError("secret detail")

    assert (run(word="refuse").state, run(word="refuse").told) == ("failed", "没有表头。")
    assert not caplog.records
    failed = run(word="break")
    assert failed.state == "failed"
    assert "secret" not in failed.told
    assert "secret detail" in caplog.text


def test_progress_is_seen_while_the_work_is_not_committed_and_said_at_most_once_a_percent(committed, kind):
    seen = []

    @kind
    def count(progress):
        with transaction.atomic(), contextlib.closing(connection.copy()) as watching, watching.cursor() as cursor:
            progress.expect(1000)
            for done in range(1, 1001):
                progress.advance(done)
                cursor.execute("SELECT done, total FROM core_jobrun WHERE id = %s", [progress.run.pk])
                seen.append(cursor.fetchone())
        return {}

    done = run()
    assert (done.done, done.total) == (1000, 1000)
    assert {total for _, total in seen} == {1000}
    assert len(set(seen)) <= 101
    assert all(shown > n + 1 - 10 for n, (shown, _) in enumerate(seen))


def test_a_job_without_its_reason_is_not_asked_for(db, kind):
    kind(lambda progress: {})
    with transaction.atomic():
        ask("test.work", "试", account_id=None, at=make.NOW)
        transaction.set_rollback(True)
    assert (JobRun.objects.count(), ProcrastinateJob.objects.count()) == (0, 0)


def test_a_kind_nobody_does_is_an_error_of_the_program(db):
    with pytest.raises(KeyError):
        ask("nobody.does", "x", account_id=None, at=make.NOW)


def finished(ended_at, name="a.txt"):
    made = JobRun.objects.create(kind="x", title="x", asked_at=ended_at, ended_at=ended_at, account_id=1)
    path = place(name)
    path.write_text("内容")
    return keep(made, name, "text/plain", path, ended_at)


def test_old_jobs_go_with_their_files_and_newer_ones_stay(db):
    old, new = finished(make.NOW - dt.timedelta(days=7, seconds=1)), finished(make.NOW - dt.timedelta(days=7))
    paths = path_of(old), path_of(new)
    jobs.clean_up_nightly(int(make.NOW.timestamp()))
    assert [path.exists() for path in paths] == [False, True]
    assert list(KeptFile.objects.all()) == [new]
    clean_up(make.NOW)
    assert not paths[1].exists()


def test_files_have_names_nobody_can_guess(db):
    assert place("a.xlsx").name != place("a.xlsx").name
    assert place("../../x.xlsx").parent == place("x").parent


def test_a_job_and_its_file_are_for_who_asked(enter, cast):
    kept = finished(make.NOW)
    JobRun.objects.filter(pk=kept.job_id).update(account_id=cast.accounts["he"].pk, title="我的导出")
    he = enter("he")
    assert b"".join(he.get(f"/jobs/{kept.job_id}/file/").streaming_content).decode() == "内容"
    assert "我的导出" in he.get("/jobs/").content.decode()
    sun = enter("sun")
    assert [sun.get(f"/jobs/{kept.job_id}/{page}").status_code for page in ("", "file/")] == [404, 404]
    assert "我的导出" not in sun.get("/jobs/").content.decode()
    path_of(kept).unlink()
    assert enter("he").get(f"/jobs/{kept.job_id}/file/").status_code == 404


def test_the_progress_bar_survives_a_reload(enter, cast):
    run = JobRun.objects.create(
        kind="x",
        title="核算",
        state="running",
        done=30,
        total=100,
        account_id=cast.accounts["he"].pk,
        asked_at=make.NOW,
    )
    he = enter("he")
    for headers in ({}, {"HX-Request": "true"}):
        text = he.get(f"/jobs/{run.pk}/", headers=headers).content.decode()
        assert 'value="30" max="100"' in text
        assert "every 1s" in text
    JobRun.objects.update(state="done")
    assert "every 1s" not in he.get(f"/jobs/{run.pk}/").content.decode()
