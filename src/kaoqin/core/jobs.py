"""Long work: asked for by a person, done by the worker, with progress that anybody may watch who asked.

A task is a function `work(run: Progress, **arguments) -> dict` registered under a kind. The queue is procrastinate's,
in the same database: a job is asked for in the transaction of its reason.
"""

import contextlib
import datetime as dt
import logging
from collections.abc import Callable
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import get_language, gettext
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job, Status

from kaoqin.core.kept import remove
from kaoqin.core.models import JobRun, JobState, KeptFile
from kaoqin.core.sentences import SOURCE_LANGUAGE
from kaoqin.core.words import Refusal

log = logging.getLogger(__name__)
Work = Callable[..., dict[str, Any]]
_works: dict[str, Work] = {}
_resuming: set[str] = set()


class Progress:
    """The progress of one run; said at most once a percent.

    It is said on a connection of its own: whoever watches sees it while the work's own transaction is still open.
    """

    def __init__(self, run: JobRun) -> None:
        self.run = run
        self._said = 0

    def expect(self, total: int) -> None:
        """How much there is to do."""
        self.run.total = total
        self._say()

    def advance(self, done: int) -> None:
        """How much has been done so far in all."""
        self.run.done = done
        if done - self._said >= max(1, self.run.total // 100) or done >= self.run.total:
            self._said = done
            self._say()

    def _say(self) -> None:
        with contextlib.closing(connection.copy()) as beside, beside.cursor() as cursor:
            cursor.execute(
                "UPDATE core_jobrun SET total = %s, done = %s WHERE id = %s",
                [self.run.total, self.run.done, self.run.pk],
            )


def ask_once(task: Any, lock: str, **arguments: Any) -> None:
    """Have a task done, unless it waits to be done already."""
    if ProcrastinateJob.objects.filter(queueing_lock=lock, status="todo").exists():
        return
    with contextlib.suppress(exceptions.AlreadyEnqueued), transaction.atomic():
        task.configure(queueing_lock=lock).defer(**arguments)


def work(kind: str, *, resumes: bool = False) -> Callable[[Work], Work]:
    """Register the function that does a kind of job. One that `resumes` goes on where it was when it is called again: it
    is done once more where its process died."""

    def registered(function: Work) -> Work:
        _works[kind] = function
        if resumes:
            _resuming.add(kind)
        return function

    return registered


def ask(kind: str, title: str, *, account_id: int | None, at: dt.datetime, **arguments: Any) -> JobRun:
    """Put a job in the queue. Raises KeyError for a kind nobody registered."""
    _works[kind]
    run = JobRun.objects.create(kind=kind, title=title, account_id=account_id, asked_at=at)
    do_job.defer(run_id=run.pk, arguments=arguments, language=get_language() or SOURCE_LANGUAGE)
    return run


@app.task(name="kaoqin.job")
def do_job(run_id: int, arguments: dict[str, Any], language: str = SOURCE_LANGUAGE) -> None:
    """Do one run; a refusal is told to the person, any other error is logged and told in general words.

    All it says is said in the language of the person who asked.
    """
    with translation.override(language):
        _do(run_id, arguments)


def _do(run_id: int, arguments: dict[str, Any]) -> None:
    run = JobRun.objects.get(pk=run_id)
    run.state, run.begun_at = JobState.RUNNING, timezone.now()
    run.save(update_fields=["state", "begun_at"])
    try:
        run.result = _works[run.kind](Progress(run), **arguments)
        run.state = JobState.DONE
        run.done = run.total
    except Refusal as refusal:
        run.state, run.told = JobState.FAILED, refusal.sentence
    except Exception:
        log.exception("job %s (%s) failed", run.pk, run.kind)
        run.state, run.told = JobState.FAILED, gettext("出现意外错误,已记入日志。请把任务编号告诉管理员。")
    run.ended_at = timezone.now()
    run.save(update_fields=["state", "told", "result", "total", "done", "ended_at"])


@app.periodic(cron="* * * * *")
@app.task(name="kaoqin.resume", queueing_lock="kaoqin.resume")
async def resume(timestamp: int) -> None:
    """What was being done by a process that is gone, by the queue's heartbeat: it is done once more; a run that cannot go
    on where it was is told to have ended. Left as it is, its lock would keep its kind of work from being done ever again."""
    for job in await app.job_manager.get_stalled_jobs():
        if job.task_name != do_job.name or await _run_of(job).filter(kind__in=_resuming).aexists():
            await _put_back(job)
        else:
            await _give_up(job)


def _run_of(job: Job) -> QuerySet[JobRun]:
    return JobRun.objects.filter(pk=cast(int, job.task_kwargs["run_id"]))


async def _put_back(job: Job) -> None:
    """Into the queue again; where the same waits there already, this one is over."""
    try:
        await app.job_manager.retry_job(job)
    except exceptions.UniqueViolation:
        await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)


async def _give_up(job: Job) -> None:
    with translation.override(str(job.task_kwargs.get("language", SOURCE_LANGUAGE))):
        said = gettext("执行它的进程中断了,没有做完。请重新发起。")
    await _run_of(job).aupdate(state=JobState.FAILED, told=said, ended_at=timezone.now())
    await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)


def clean_up(before: dt.datetime) -> int:
    """Delete runs that ended before, with the files they made; returns how many."""
    old = JobRun.objects.filter(ended_at__lt=before)
    for kept in KeptFile.objects.filter(job__in=old):
        remove(kept)
    return old.delete()[0]


@app.periodic(cron="17 3 * * *")
@app.task(name="kaoqin.clean_up")
def clean_up_nightly(timestamp: int) -> None:
    """Every night: jobs and export files older than seven days go."""
    clean_up(dt.datetime.fromtimestamp(timestamp, dt.UTC) - dt.timedelta(days=7))
