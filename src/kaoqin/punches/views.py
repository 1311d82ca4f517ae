"""Pages of room punches: the ledger, bringing files, bad lines, unknown numbers, corrections."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import load_wall_clock
from kaoqin.core.words import NotFound, Refusal, read_number
from kaoqin.punches import actions, bringing, formats, queries
from kaoqin.punches.forms import (
    AttachForm,
    CorrectionForm,
    EndKeyForm,
    FileForm,
    MappingForm,
    ReadingForm,
    ReasonForm,
    SavedMappingForm,
)
from kaoqin.punches.models import BadLine, ImportBatch, PersonKey, SavedMapping
from kaoqin.punches.words import (
    CORRECT_PUNCHES,
    IMPORT_PUNCHES,
    BatchState,
    CorrectionKind,
    LineState,
    Source,
    Trust,
)
from kaoqin.security.audit import record_access
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy
from kaoqin.security.words import Look

SHOWN_LINES = 20
SHOWN_BAD = 200


_STATES = {CorrectionKind.VOID: gettext_lazy("已作废"), CorrectionKind.CLOCK: gettext_lazy("已修复时间")}


def punches(request: AskedBy) -> HttpResponseBase:
    """The ledger."""
    correct = may(request.by, CORRECT_PUNCHES)
    page: ListPage[Any] = ListPage(
        request,
        queries.punches(seen_by=request.by, on=request.today),
        title=pgettext("list", "打卡记录"),
        columns=[
            Column(
                "time",
                gettext("设备时间"),
                lambda p: f"{load_wall_clock(p.device_time):%Y-%m-%d %H:%M:%S}",
                "at",
                link=(lambda p: f"/punches/{p.pk}/") if correct else None,
            ),
            Column(
                "number",
                gettext("工号"),
                lambda p: (
                    p.employee.number if p.employee else gettext("{person_key}(未知)").format(person_key=p.person_key)
                ),
                "person_key",
            ),
            Column("name", gettext("姓名"), lambda p: p.employee.name if p.employee else p.person_name, "person_name"),
            Column("source", gettext("来源"), lambda p: p.get_source_display(), "source"),
            Column("origin", gettext("设备"), lambda p: p.origin, "origin"),
            Column("place", gettext("地点"), lambda p: p.place),
            Column("state", gettext("状态"), lambda p: _STATES.get(p.corrected) or p.get_trust_display(), "trust"),
            Column("received", gettext("收到时间"), lambda p: p.received_at, "received_at", hidden=True),
            Column("zone", gettext("时区"), lambda p: p.zone, hidden=True),
        ],
        search=queries.of_whom,
        filters=[
            Filter("source", gettext("来源"), Source.choices, "source"),
            Filter("trust", gettext("状态"), Trust.choices, "trust"),
        ],
        empty=gettext("还没有打卡记录。从考勤机或平台导出的文件可以直接导入。"),
        add=("/punches/imports/", gettext("导入打卡")) if may(request.by, IMPORT_PUNCHES) else None,
        template="punches/punches.html",
        more={
            "may_correct": correct,
            "waiting": queries.waiting(seen_by=request.by) if may(request.by, IMPORT_PUNCHES) else None,
        },
    )
    return page.answer()


def punch(request: AskedBy, punch_id: int) -> HttpResponse:
    """One punch as it came, and voiding it."""
    require(request.by, CORRECT_PUNCHES)
    found = queries.punch(punch_id, seen_by=request.by, on=request.today)
    if found.place and found.employee_id:
        record_access(request.by, [found.employee_id], Look.PUNCH, request.path, at=request.asked_at)
    form = ReasonForm(request.POST or None)

    def change(said: dict[str, Any]) -> object:
        return actions.void(found, said["reason"], by=request.by, at=request.asked_at, today=request.today)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已作废;原始记录仍然保留。"))
        return redirect("punches:punch", punch_id)
    context = {
        "punch": found,
        "form": form,
        "voids": found.voids.filter(withdrawn_at__isnull=True).select_related("made_by"),
    }
    return render(request, "punches/punch.html", context, status=422 if form.errors else 200)


def new_correction(request: AskedBy) -> HttpResponse:
    """A forgotten punch."""
    require(request.by, CORRECT_PUNCHES)
    form = CorrectionForm(request.POST or None, initial={"number": request.GET.get("number", "")})

    def change(said: dict[str, Any]) -> object:
        return actions.add_correction(
            form.employee(), said["local_time"], said["reason"], by=request.by, at=request.asked_at, today=request.today
        )

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已补卡,相关日期正在重新核算。"))
        return redirect("punches:corrections")
    context = {
        "form": form,
        "title": pgettext("action", "补卡"),
        "back": "/punches/corrections/",
        "back_label": gettext("更正"),
    }
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def corrections(request: AskedBy) -> HttpResponseBase:
    """All corrections within reach."""
    page: ListPage[Any] = ListPage(
        request,
        queries.all_corrections(seen_by=request.by, on=request.today),
        title=gettext("更正"),
        columns=[
            Column("made_at", gettext("登记时间"), lambda c: c.made_at, "made_at"),
            Column("kind", gettext("类型"), lambda c: c.get_kind_display(), "kind"),
            Column("number", gettext("工号"), lambda c: c.employee.number, "employee__number"),
            Column("name", gettext("姓名"), lambda c: c.employee.name, "employee__name"),
            Column(
                "time",
                gettext("打卡时间"),
                lambda c: f"{load_wall_clock(c.local_time or c.punch.device_time):%Y-%m-%d %H:%M}",
            ),
            Column("reason", gettext("原因"), lambda c: c.reason),
            Column(
                "state",
                gettext("状态"),
                lambda c: gettext("已撤回") if c.withdrawn_at else gettext("有效"),
                "withdrawn_at",
                button=lambda c: (
                    None
                    if c.withdrawn_at or c.kind == CorrectionKind.CLOCK
                    else (gettext("撤回"), f"/punches/corrections/{c.pk}/withdraw/")
                ),
            ),
        ],
        search=["employee__number", "employee__name", "reason"],
        empty=gettext("还没有补卡或作废。"),
        add=("/punches/corrections/new/", pgettext("action", "补卡")),
        template="punches/corrections.html",
    )
    return page.answer()


@require_POST
def withdraw_correction(request: AskedBy, correction_id: int) -> HttpResponse:
    found = queries.correction(correction_id, seen_by=request.by)
    actions.withdraw_correction(found, by=request.by, at=request.asked_at, today=request.today)
    return redirect("punches:corrections")


def imports(request: AskedBy) -> HttpResponseBase:
    """Bring a file, and the files brought before."""
    require(request.by, IMPORT_PUNCHES, everywhere=True)
    form = FileForm(request.POST or None, request.FILES or None)
    batch = attempt(form, lambda said: _bring(request, said)) if request.method == "POST" else None
    if batch:
        return redirect("punches:batch", batch.pk)
    page: ListPage[ImportBatch] = ListPage(
        request,
        queries.batches(seen_by=request.by),
        title=gettext("导入打卡"),
        columns=[
            Column("name", gettext("文件"), lambda b: b.name, "name", link=lambda b: f"/punches/imports/{b.pk}/"),
            Column("format", gettext("格式"), lambda b: formats.format_named(b.format).title, "format"),
            Column("state", gettext("状态"), lambda b: b.get_state_display(), "state"),
            Column("new", gettext("新增"), lambda b: b.new_count or "", "new_count", True),
            Column("known", gettext("已有"), lambda b: b.known_count or "", "known_count", True),
            Column("by", gettext("上传人"), lambda b: b.uploaded_by.name if b.uploaded_by else ""),
            Column("at", gettext("上传时间"), lambda b: b.uploaded_at, "uploaded_at"),
        ],
        search=["name"],
        empty=gettext("还没有导入过文件。"),
        template="punches/imports.html",
        more={"form": form, "formats": formats.FORMATS, "waiting": queries.waiting(seen_by=request.by)},
    )
    return page.answer()


def _bring(request: AskedBy, said: dict[str, Any]) -> ImportBatch:
    return bringing.bring(said["file"].name, said["file"].read(), said["zone"], by=request.by, at=request.asked_at)


def batch(request: AskedBy, batch_id: int) -> HttpResponse:
    """A brought file: before it is taken its preview, afterwards what became of it."""
    require(request.by, IMPORT_PUNCHES, everywhere=True)
    found = queries.batch(batch_id, seen_by=request.by)
    if found.state == BatchState.PREVIEW:
        return _preview_page(request, found)
    bad = found.bad_lines.order_by("line_no", "pk")
    context = {
        "batch": found,
        "format": formats.format_named(found.format).title,
        "bad": bad.filter(state=LineState.WAITING)[:SHOWN_BAD],
        "waiting_count": bad.filter(state=LineState.WAITING).count(),
        "repaired_count": bad.filter(state=LineState.REPAIRED).count(),
        "aside_count": bad.filter(state=LineState.SET_ASIDE).count(),
    }
    return render(request, "punches/batch.html", context)


def _preview_page(request: AskedBy, found: ImportBatch, form: ReadingForm | None = None) -> HttpResponse:
    seen = bringing.preview(found)
    reading = seen.reading
    peeked = (
        formats.peek(found.name, bytes(found.content), found.options.get("encoding", ""))
        if not seen.told or found.format == "mapped"
        else None
    )
    sheets = [sheet.name for sheet in peeked.sheets] if peeked else []
    context = {
        "batch": found,
        "seen": seen,
        "reading": reading,
        "lines": reading.punches[:SHOWN_LINES] if reading else [],
        "count": len(reading.punches) if reading else 0,
        "bad": reading.bad_lines[:SHOWN_LINES] if reading else [],
        "bad_count": len(reading.bad_lines) if reading else 0,
        "form": form or ReadingForm(sheets, initial=_initial(found)),
        "mapping": MappingForm(_columns(found, peeked)) if found.format == "mapped" else None,
        "saved": SavedMappingForm() if found.format == "mapped" and SavedMapping.objects.exists() else None,
        "peek": peeked.sheets[0].rows[:8] if peeked and peeked.sheets and found.format == "mapped" else (),
        "format": formats.format_named(found.format).title,
        "ready": bool(reading and reading.punches and not reading.questions),
    }
    return render(request, "punches/preview.html", context, status=422 if form else 200)


def _initial(found: ImportBatch) -> dict[str, Any]:
    period = found.options.get("period") or ["", ""]
    return {
        **found.options,
        "format": found.format,
        "zone": found.zone,
        "period_first": period[0],
        "period_last": period[1],
    }


def _columns(found: ImportBatch, peeked: formats.Peek | None) -> list[str]:
    """The column labels a person picks from: the widest of the first rows that is all text."""
    if not peeked or not peeked.sheets:
        return []
    sheet = next((s for s in peeked.sheets if s.name == found.options.get("sheet")), peeked.sheets[0])
    rows = [row for _, row in sheet.rows]
    return list(max(rows[:10], key=lambda row: sum(bool(cell) and not cell[:1].isdigit() for cell in row), default=()))


@require_POST
def decide(request: AskedBy, batch_id: int) -> HttpResponse:
    """Another way to read a file."""
    found = _open_batch(request, batch_id)
    sheets = [sheet.name for sheet in formats.peek(found.name, bytes(found.content)).sheets]
    form = ReadingForm(sheets, request.POST)
    if not form.is_valid():
        return _preview_page(request, found, form)
    mapping = formats.Mapping.from_json(found.options["mapping"]) if found.options.get("mapping") else None
    said = form.cleaned_data
    bringing.decide(found, said["format"], form.options(mapping), said["zone"], by=request.by)
    return redirect("punches:batch", batch_id)


def _open_batch(request: AskedBy, batch_id: int) -> ImportBatch:
    require(request.by, IMPORT_PUNCHES, everywhere=True)
    return queries.batch(batch_id, seen_by=request.by)


@require_POST
def map_columns(request: AskedBy, batch_id: int) -> HttpResponse:
    """The columns pointed out by hand, or a saved mapping."""
    found = _open_batch(request, batch_id)
    if request.POST.get("saved"):
        kept = SavedMapping.objects.filter(pk=read_number(request.POST["saved"], 0)).first()
        if kept is None:
            raise NotFound("punches.no_mapping", gettext("没有这个列映射。"))
        mapping = formats.Mapping.from_json(kept.mapping)
    else:
        peeked = formats.peek(found.name, bytes(found.content), found.options.get("encoding", ""))
        form = MappingForm(_columns(found, peeked), request.POST)
        if not form.is_valid():
            raise Refusal("punches.mapping_incomplete", gettext("请指出人员列和至少一个时间列。"))
        mapping = form.mapping()
        if form.cleaned_data["saved_as"]:
            bringing.save_mapping(form.cleaned_data["saved_as"], mapping, by=request.by, at=request.asked_at)
    options = formats.Options.from_json({**found.options, "mapping": mapping.to_json(), "header": []})
    bringing.decide(found, "mapped", options, found.zone, by=request.by)
    return redirect("punches:batch", batch_id)


@require_POST
def take(request: AskedBy, batch_id: int) -> HttpResponse:
    run = bringing.take_batch(_open_batch(request, batch_id), by=request.by, at=request.asked_at)
    return redirect("web:job", run.pk)


@require_POST
def discard(request: AskedBy, batch_id: int) -> HttpResponse:
    bringing.discard(_open_batch(request, batch_id), by=request.by, at=request.asked_at)
    return redirect("punches:imports")


@require_POST
def repair(request: AskedBy, line_id: int) -> HttpResponse:
    """A mended line, or one set aside; answers with the line's new row."""
    require(request.by, IMPORT_PUNCHES, everywhere=True)
    bad = BadLine.objects.select_related("batch").filter(pk=line_id).first()
    if bad is None:
        raise NotFound("punches.no_line", gettext("没有这一行。"))
    told = ""
    try:
        if request.POST.get("aside"):
            bringing.set_aside([bad], by=request.by, at=request.asked_at)
        else:
            bringing.repair(bad, request.POST.get("text", ""), by=request.by, at=request.asked_at)
    except Refusal as refusal:
        told = refusal.sentence
    bad.refresh_from_db()
    context = {"line": bad, "told": told, "text": request.POST.get("text", bad.raw)}
    return render(request, "punches/_bad_line.html", context, status=422 if told else 200)


@require_POST
def set_all_aside(request: AskedBy, batch_id: int) -> HttpResponse:
    found = _open_batch(request, batch_id)
    bringing.set_aside(list(found.bad_lines.filter(state=LineState.WAITING)), by=request.by, at=request.asked_at)
    return redirect("punches:batch", batch_id)


def unknown(request: AskedBy) -> HttpResponse:
    """Numbers nobody has: whose are they?"""
    keys = queries.unknown_keys(seen_by=request.by)
    form = AttachForm(request.POST or None)
    count = attempt(form, lambda said: (_attach(request, form, said),)) if request.method == "POST" else None
    if count:
        messages.success(
            request,
            ngettext(
                "已归入 {count} 条打卡,相关日期正在重新核算。", "已归入 {count} 条打卡,相关日期正在重新核算。", count[0]
            ).format(count=count[0]),
        )
        return redirect("punches:unknown")
    context = {"keys": keys, "form": form, "title": gettext("未知打卡编号")}
    return render(request, "punches/unknown.html", context, status=422 if form.errors else 200)


def _attach(request: AskedBy, form: AttachForm, said: dict[str, Any]) -> int:
    origin, group = said["origin"] if said["where"] == "origin" else "", form.pin_group_id()
    return actions.attach(
        said["person_key"],
        origin,
        form.employee(),
        said["begins_on"],
        by=request.by,
        at=request.asked_at,
        pin_group_id=group,
    )


def _where(key: PersonKey) -> str:
    """In which source, group or anywhere a number has its meaning."""
    if key.pin_group:
        return gettext("编号组 {name}").format(name=key.pin_group.name)
    return key.origin or gettext("所有来源")


def keys(request: AskedBy) -> HttpResponseBase:
    """Which numbers mean whom, and since when."""
    page: ListPage[Any] = ListPage(
        request,
        queries.person_keys(seen_by=request.by),
        title=gettext("打卡编号"),
        columns=[
            Column("key", gettext_lazy("打卡编号"), lambda k: k.person_key, "person_key"),
            Column("origin", gettext_lazy("设备"), _where, "origin"),
            Column("number", gettext_lazy("工号"), lambda k: k.employee.number, "employee__number"),
            Column("name", gettext_lazy("姓名"), lambda k: k.employee.name, "employee__name"),
            Column("begins_on", gettext_lazy("自"), lambda k: k.begins_on, "begins_on"),
            Column(
                "until",
                gettext_lazy("至"),
                lambda k: k.until - dt.timedelta(days=1) if k.until else gettext("至今"),
                "until",
            ),
            Column(
                "end",
                "",
                lambda k: "" if k.until else gettext("结束对应"),
                link=lambda k: "" if k.until else f"/punches/keys/{k.pk}/end/",
            ),
        ],
        search=["person_key", "origin", "employee__number", "employee__name"],
        filters=[
            Filter(
                "open",
                gettext_lazy("状态"),
                [("1", gettext_lazy("有效")), ("0", gettext_lazy("已结束"))],
                "until__isnull",
            )
        ],
        empty=gettext_lazy("还没有编号对应。在「未知打卡编号」页把编号对应到员工后,会列在这里。"),
        template="punches/keys.html",
    )
    return page.answer()


def end_key(request: AskedBy, key_id: int) -> HttpResponse:
    """End a meaning by a day."""
    found = queries.person_key(key_id, seen_by=request.by)
    form = EndKeyForm(request.POST or None, initial={"on": request.today})

    def change(said: dict[str, Any]) -> tuple[int]:
        return (actions.end_key(found, said["on"], by=request.by, at=request.asked_at),)

    ended = attempt(form, change) if request.method == "POST" else None
    if ended:
        said = gettext("已结束对应,{count} 条打卡待认领,相关日期正在重新核算。")
        messages.success(request, said.format(count=ended[0]))
        return redirect("punches:keys")
    name = found.employee.name if found.employee else ""
    title = gettext("打卡编号 {key} 不再是 {name}").format(key=found.person_key, name=name)
    context = {"form": form, "title": title, "back": "/punches/keys/", "back_label": gettext("打卡编号")}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
