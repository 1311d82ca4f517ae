"""The pages of every table import: bring the file, match the columns, repair the faults, take it all."""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from kaoqin.core.imports import (
    ImportKind,
    Record,
    RowFault,
    Sheet,
    check_all,
    find_header,
    kind_of,
    missing_columns,
    propose,
)
from kaoqin.core.jobs import Progress, ask, work
from kaoqin.core.models import TableImport
from kaoqin.core.tabular import read_table
from kaoqin.core.words import NotFound, Refusal, read_number
from kaoqin.security.doors import actor_of, require
from kaoqin.security.models import Account
from kaoqin.security.requests import AskedBy
from kaoqin.web import import_files

SHOWN_FAULTS = 100
SHOWN_GOOD = 10


def _known(code: str) -> ImportKind:
    kind = kind_of(code)
    if kind is None:
        raise NotFound("web.no_import_kind", gettext("没有这种导入。"))
    return kind


def _kind(request: AskedBy, code: str) -> ImportKind:
    kind = _known(code)
    require(request.by, kind.permission)
    request.stands_at = kind.back
    return kind


def _brought(request: AskedBy, import_id: int) -> tuple[TableImport, ImportKind]:
    kept = TableImport.objects.filter(pk=import_id, account_id=request.user.pk).first()
    if kept is None:
        raise NotFound("web.no_import", gettext("没有这次导入,或者它是别人的。"))
    return kept, _kind(request, kept.kind)


def sheet_of(kept: TableImport) -> Sheet:
    return Sheet(kept.rows, kept.header, kept.mapping, kept.edits, kept.dropped)


def start(request: AskedBy, code: str) -> HttpResponse:
    kind = _kind(request, code)
    told = ""
    if request.method == "POST":
        try:
            return redirect("web:import", _bring(request, kind).pk)
        except Refusal as refusal:
            told = refusal.sentence
    recent = TableImport.objects.filter(kind=code, account_id=request.user.pk).order_by("-brought_at")[:5]
    return render(
        request, "web/import_start.html", {"kind": kind, "told": told, "recent": recent}, status=422 if told else 200
    )


def _bring(request: AskedBy, kind: ImportKind) -> TableImport:
    brought = request.FILES.get("file")
    if brought is None:
        raise Refusal("web.no_file", gettext("请选择要导入的文件。"))
    rows = read_table(brought.read())
    if kind.reshape:
        rows = kind.reshape(rows)
    header = find_header(kind, rows)
    return TableImport.objects.create(
        kind=kind.code,
        name=(brought.name or "")[:200],
        rows=rows,
        header=header,
        mapping=propose(kind, rows[header]),
        account_id=request.user.pk,
        brought_at=timezone.now(),
    )


def template_file(request: AskedBy, code: str) -> HttpResponse:
    """An empty table to fill in."""
    return import_files.template(_kind(request, code))


def show(request: AskedBy, import_id: int) -> HttpResponse:
    """The preview: how columns are matched, which rows have faults (to be repaired in place), which are good."""
    kept, kind = _brought(request, import_id)
    return render(request, "web/import.html", _preview(kept, kind, request))


def _preview(kept: TableImport, kind: ImportKind, request: AskedBy) -> dict[str, Any]:
    sheet = sheet_of(kept)
    missing = missing_columns(kind, kept.mapping)
    numbered = [] if missing else sheet.records()
    rows = rows_with_faults(numbered, _faults(kept, kind, request))
    bad = [row for row in rows if row["faults"]]
    return {
        "kept": kept,
        "kind": kind,
        "missing": missing,
        "choices": [
            (place, cell or gettext("第 {number} 列").format(number=place + 1))
            for place, cell in enumerate(kept.rows[kept.header])
        ],
        "matched": [(column, kept.mapping.get(column.key)) for column in kind.columns],
        "bad": bad[:SHOWN_FAULTS],
        "bad_count": len(bad),
        "good": [row for row in rows if not row["faults"]][:SHOWN_GOOD],
        "good_count": len(rows) - len(bad),
        "ready": bool(rows) and not bad and not missing,
        "columns": [column for column in kind.columns if column.key in kept.mapping],
    }


def rows_with_faults(numbered: list[tuple[int, Record]], faults: list[RowFault]) -> list[dict[str, Any]]:
    told: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for fault in faults:
        told[fault.row][fault.column].append(fault.sentence)
    return [
        {"number": number, "record": record, "faults": dict(told[i]) if i in told else {}}
        for i, (number, record) in enumerate(numbered)
    ]


@require_POST
def match(request: AskedBy, import_id: int) -> HttpResponse:
    """Another matching of columns, or another header row."""
    kept, kind = _brought(request, import_id)
    header = read_number(request.POST.get("header", ""), kept.header)
    if header != kept.header and header < len(kept.rows):
        kept.header, kept.mapping = header, propose(kind, kept.rows[header])
    else:
        chosen = {column.key: request.POST.get(f"column_{column.key}", "") for column in kind.columns}
        kept.mapping = {key: int(place) for key, place in chosen.items() if place.isdecimal()}
    kept.save(update_fields=["header", "mapping"])
    return redirect("web:import", kept.pk)


@require_POST
def repair(request: AskedBy, import_id: int) -> HttpResponse:
    """The repaired cells of one row, or the row left out."""
    kept, kind = _brought(request, import_id)
    number = read_number(request.POST.get("row", ""), 0)
    if number not in {row for row, _ in sheet_of(kept).records()}:
        raise NotFound("web.no_row", gettext("没有这一行,或者它已经去掉了。"))
    if request.POST.get("drop"):
        kept.dropped = [*kept.dropped, number]
    else:
        cells = {c.key: request.POST[c.key].strip() for c in kind.columns if c.key in request.POST}
        kept.edits = {**kept.edits, str(number): cells}
    kept.save(update_fields=["edits", "dropped"])
    return render(request, "web/_import_rows.html", _preview(kept, kind, request))


def bad_rows(request: AskedBy, import_id: int) -> HttpResponse:
    """The rows with faults as a file, to be mended where tables are mended and brought again."""
    kept, kind = _brought(request, import_id)
    sheet = sheet_of(kept)
    faults = _faults(kept, kind, request)
    if not faults:
        raise NotFound("web.no_bad_rows", gettext("这次导入没有有问题的行。"))
    return import_files.bad_rows(kind, kept.name, sheet, faults)


def _faults(kept: TableImport, kind: ImportKind, request: AskedBy) -> list[RowFault]:
    """All that is wrong with the rows; none can be said before the columns are matched, or after the rows were taken."""
    if kept.taken_at or missing_columns(kind, kept.mapping):
        return []
    records = [record for _, record in sheet_of(kept).records()]
    return check_all(kind, records, request.by, request.today)


@require_POST
def drop_bad(request: AskedBy, import_id: int) -> HttpResponse:
    """All rows with faults are left out, so that the others can be taken."""
    kept, kind = _brought(request, import_id)
    numbers = [number for number, _ in sheet_of(kept).records()]
    bad = {numbers[fault.row] for fault in _faults(kept, kind, request)}
    kept.dropped = sorted({*kept.dropped, *bad})
    kept.save(update_fields=["dropped"])
    return redirect("web:import", kept.pk)


@require_POST
def take(request: AskedBy, import_id: int) -> HttpResponse:
    """Hand it to the worker; what it checked is checked again there."""
    kept, kind = _brought(request, import_id)
    if kept.taken_at:
        raise Refusal("web.taken_already", gettext("这个文件已经导入过了。"))
    run = ask(
        "table_import",
        f"{kind.title}:{kept.name}",
        account_id=request.by.account_id,
        at=request.asked_at,
        import_id=kept.pk,
    )
    return redirect("web:job", run.pk)


@work("table_import")
def do_import(progress: Progress, import_id: int) -> dict[str, Any]:
    """All rows of an import in one transaction, or none and the reason."""
    at = timezone.now()
    with transaction.atomic():
        kept = TableImport.objects.select_for_update().get(pk=import_id)
        if kept.taken_at:
            raise Refusal("web.taken_already", gettext("这个文件已经导入过了。"))
        kind = _known(kept.kind)
        by = actor_of(Account.objects.get(pk=kept.account_id), timezone.localdate(at))
        records = [record for _, record in sheet_of(kept).records()]
        progress.expect(len(records))
        _refuse_faults(kind, records, by, timezone.localdate(at))
        kept.said, kept.taken_at = kind.take(records, by, at, progress.advance), at
        kept.save(update_fields=["said", "taken_at"])
    return {"said": kept.said, "address": kind.back}


def _refuse_faults(kind: ImportKind, records: list[Record], by: Any, today: dt.date) -> None:
    faults = check_all(kind, records, by, today)
    if faults:
        raise Refusal(
            "web.import_faults",
            ngettext(
                "有 {count} 处问题,未导入任何一行。请回到导入页修正。",
                "有 {count} 处问题,未导入任何一行。请回到导入页修正。",
                len(faults),
            ).format(count=len(faults)),
        )
