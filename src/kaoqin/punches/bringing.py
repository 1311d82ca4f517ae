"""Bringing a punch file: kept whole, recognised, previewed, taken as a job, its bad lines repaired one by one."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core.jobs import Progress, ask, work
from kaoqin.core.models import JobRun
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.punches import formats
from kaoqin.punches.formats import KeyKind, Mapping, Options, PunchLine, Reading
from kaoqin.punches.ledger import Press, Taken, Whose, take
from kaoqin.punches.models import BadLine, ImportBatch, SavedMapping
from kaoqin.punches.words import IMPORT_PUNCHES, BatchState, LineState, Source
from kaoqin.security.audit import record
from kaoqin.security.doors import actor_of, require
from kaoqin.security.models import Account
from kaoqin.security.words import Actor

PORTION = 20_000


@transaction.atomic
def bring(name: str, data: bytes, zone: str, *, by: Actor, at: dt.datetime) -> ImportBatch:
    """Keep a file and what it most probably is. Refuses an empty one; the same bytes brought again are the same batch."""
    require(by, IMPORT_PUNCHES, everywhere=True)
    if not data.strip():
        raise Refusal("punches.file_empty", gettext("文件是空的。"), "file")
    digest = hashlib.sha256(data).hexdigest()
    known = ImportBatch.objects.filter(sha256=digest).exclude(state=BatchState.DISCARDED).first()
    if known:
        return known
    found = formats.recognise(name, data)
    best = found[0] if found else None
    return ImportBatch.objects.create(
        name=name[:200],
        sha256=digest,
        content=data,
        format=best.format if best else "mapped",
        options={"sheet": best.sheet} if best and best.sheet else {},
        zone=zone,
        uploaded_at=at,
        uploaded_by_id=by.account_id,
    )


@dataclass(frozen=True)
class Preview:
    """A file as it would be taken now: the reading, or why it cannot be read, and who it is about."""

    reading: Reading | None
    told: str
    people: int
    unknown: tuple[str, ...]
    first: dt.datetime | None
    last: dt.datetime | None


def preview(batch: ImportBatch) -> Preview:
    """Read the whole file without taking anything."""
    try:
        reading = read_batch(batch)
    except Refusal as refusal:
        return Preview(None, refusal.sentence, 0, (), None, None)
    lines = reading.punches
    keys = {line.person_key for line in lines}
    whose = Whose(keys)
    today = dt.date.max
    unknown = tuple(sorted(key for key in keys if whose.employee(key, "", today) is None))
    times = [line.local_time.replace(tzinfo=None) for line in lines]
    return Preview(reading, "", len(keys), unknown, min(times, default=None), max(times, default=None))


def read_batch(batch: ImportBatch) -> Reading:
    return formats.read(bytes(batch.content), batch.name, batch.format, Options.from_json(batch.options))


@transaction.atomic
def decide(batch: ImportBatch, format_code: str, options: Options, zone: str, *, by: Actor) -> None:
    """How the file is to be read; only before it is taken."""
    require(by, IMPORT_PUNCHES, everywhere=True)
    _refuse_taken(batch)
    batch.format, batch.options, batch.zone = format_code, options.to_json(), zone
    batch.save(update_fields=["format", "options", "zone"])


def _refuse_taken(batch: ImportBatch) -> None:
    if batch.state != BatchState.PREVIEW:
        raise Refusal("punches.batch_taken", gettext("这个文件已经导入,不能再改读取方式。"))


@transaction.atomic
def save_mapping(name: str, mapping: Mapping, *, by: Actor, at: dt.datetime) -> SavedMapping:
    """Keep a mapping by name for the next file of the kind."""
    require(by, IMPORT_PUNCHES, everywhere=True)
    if not name.strip():
        raise Refusal("punches.mapping_name", gettext("请给列映射起个名字。"), "name")
    kept, _ = SavedMapping.objects.update_or_create(
        name=name.strip(), defaults={"mapping": mapping.to_json(), "saved_at": at}
    )
    return kept


@transaction.atomic
def discard(batch: ImportBatch, *, by: Actor, at: dt.datetime) -> None:
    """Give a file up that was not taken; it stays on record."""
    require(by, IMPORT_PUNCHES, everywhere=True)
    _refuse_taken(batch)
    batch.state = BatchState.DISCARDED
    batch.save(update_fields=["state"])
    record(by, "punches.discard", batch, Sentence("放弃导入 {name}", name=batch.name), at=at)


@transaction.atomic
def take_batch(batch: ImportBatch, *, by: Actor, at: dt.datetime) -> JobRun:
    """Ask the worker to take the file. Refuses while a question about it is open."""
    require(by, IMPORT_PUNCHES, everywhere=True)
    _refuse_taken(batch)
    reading = read_batch(batch)
    if reading.questions:
        raise Refusal("punches.question_open", reading.questions[0].sentence)
    batch.state = BatchState.RUNNING
    batch.save(update_fields=["state"])
    return ask(
        "punches.import",
        gettext("导入打卡:{name}").format(name=batch.name),
        account_id=by.account_id,
        at=at,
        batch_id=batch.pk,
    )


@work("punches.import")
def do_take(progress: Progress, batch_id: int) -> dict[str, Any]:
    """Take a file: all of it in one transaction, bad lines into quarantine."""
    at = timezone.now()
    try:
        with transaction.atomic():
            batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
            if batch.state != BatchState.RUNNING:
                raise Refusal("punches.batch_taken", gettext("这个文件已经导入过了,或者已经放弃。"))
            by = actor_of(Account.objects.get(pk=progress.run.account_id or 0), timezone.localdate(at))
            taken = take_reading(batch, read_batch(batch), by, at, progress)
    except BaseException:
        ImportBatch.objects.filter(pk=batch_id, state=BatchState.RUNNING).update(state=BatchState.PREVIEW)
        raise
    said = gettext("新增 {new} 条,已有 {known} 条,问题行 {bad} 行。").format(
        new=taken.new, known=taken.known, bad=batch.bad_lines.count()
    )
    return {"said": said, "address": f"/punches/imports/{batch_id}/"}


def take_reading(batch: ImportBatch, reading: Reading, by: Actor, at: dt.datetime, progress: Progress) -> Taken:
    lines, taken = reading.punches, Taken()
    progress.expect(len(lines))
    for begin in range(0, len(lines), PORTION):
        presses = [press_of(line, batch.zone) for line in lines[begin : begin + PORTION]]
        taken += take(presses, source=Source.FILE, by=by, at=at, batch_id=batch.pk)
        progress.advance(begin + len(presses))
    BadLine.objects.bulk_create(
        BadLine(
            batch=batch, line_no=bad.line_no, cell=bad.cell, raw=bad.raw, code=bad.code, sentence=bad.sentence[:300]
        )
        for bad in reading.bad_lines
    )
    batch.options = reading.options.to_json()
    batch.state, batch.taken_at = BatchState.DONE, at
    batch.read_count, batch.new_count, batch.known_count = len(lines), taken.new, taken.known
    batch.skipped_count = sum(skipped.count for skipped in reading.skipped)
    batch.save()
    record(
        by, "punches.import", batch, Sentence("导入 {name}:新增 {new} 条打卡", name=batch.name, new=taken.new), at=at
    )
    return taken


def press_of(line: PunchLine, zone: str) -> Press:
    """A line of a file as a press; a time with its own offset keeps its instant."""
    local = line.local_time
    if local.tzinfo is not None:
        local, zone = local.astimezone(dt.UTC).replace(tzinfo=None), "UTC"
    evidence = {"status": line.status, "verify": line.verify, "workcode": line.workcode, "remark": line.remark}
    kind = {} if line.key_kind == KeyKind.PIN else {"key_kind": str(line.key_kind)}
    return Press(
        line.person_key[:60],
        local,
        zone,
        origin=line.device[:60],
        person_name=line.person_name,
        place=line.place,
        mark=f"{line.status}/{line.verify}" if line.status or line.verify else "",
        evidence={name: value for name, value in {**evidence, **kind}.items() if value},
    )


@transaction.atomic
def repair(bad: BadLine, text: str, *, by: Actor, at: dt.datetime) -> Taken:
    """Read a line again as a person mended it, and take what it tells. Refuses with what is still wrong."""
    require(by, IMPORT_PUNCHES, everywhere=True)
    if bad.state != LineState.WAITING:
        raise Refusal("punches.line_decided", gettext("这一行已经处理过了。"))
    lines = formats.read_line(text, bad.batch.format, Options.from_json(bad.batch.options))
    wrong = [line for line in lines if not isinstance(line, PunchLine)]
    if wrong or not lines:
        raise Refusal("punches.still_wrong", wrong[0].sentence if wrong else gettext("这一行里没有打卡。"))
    presses = [press_of(line, bad.batch.zone) for line in lines if isinstance(line, PunchLine)]
    taken = take(presses, source=Source.FILE, by=by, at=at, batch_id=bad.batch_id)
    bad.state, bad.repaired, bad.decided_at = LineState.REPAIRED, text, at
    bad.save(update_fields=["state", "repaired", "decided_at"])
    record(
        by,
        "punches.repair",
        bad.batch,
        Sentence("修复 {name} 第 {line_no} 行", name=bad.batch.name, line_no=bad.line_no),
        at=at,
    )
    return taken


@transaction.atomic
def set_aside(bad: Sequence[BadLine], *, by: Actor, at: dt.datetime) -> None:
    """Lines that are no punches after all; they stay on record."""
    require(by, IMPORT_PUNCHES, everywhere=True)
    BadLine.objects.filter(pk__in=[line.pk for line in bad], state=LineState.WAITING).update(
        state=LineState.SET_ASIDE, decided_at=at
    )
    if bad:
        record(
            by,
            "punches.set_aside",
            bad[0].batch,
            Sentence("忽略 {name} 的 {count} 行", name=bad[0].batch.name, count=len(bad)),
            at=at,
        )
