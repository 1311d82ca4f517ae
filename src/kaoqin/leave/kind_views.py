"""Pages of the kinds of leave and of what the law of the regions gives; both dated."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.leave import kind_actions, queries
from kaoqin.leave.entitling import number, plain
from kaoqin.leave.forms import KindForm, ParameterForm
from kaoqin.leave.models import LeaveKindVersion, RegionParameter
from kaoqin.leave.words import MANAGE_KINDS, Confidence, Parameter, Source
from kaoqin.org.words import Province
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy

CONFIDENCE_TONES = {
    Confidence.LAW: "green",
    Confidence.PAGE: "azure",
    Confidence.KNOWLEDGE: "orange",
    Confidence.COMPANY: "secondary",
}


def kinds(request: AskedBy) -> HttpResponseBase:
    """Every kind with the rules in force."""
    page: ListPage[Any] = ListPage(
        request,
        queries.kinds(seen_by=request.by, on=request.today),
        title=gettext("假期类型"),
        columns=[
            Column("name", gettext("名称"), lambda v: v.kind.name, link=lambda v: f"/leave/kinds/{v.kind.code}/"),
            Column("unit", gettext("单位"), lambda v: v.get_unit_display(), "unit"),
            Column("count", gettext("计天"), lambda v: v.get_count_mode_display(), "count_mode"),
            Column("source", gettext("余额"), lambda v: v.get_source_display(), "source"),
            Column("entitlement", gettext("怎样发放"), _granted),
            Column("paid", gettext("工资比例(%)"), lambda v: v.paid_percent, "paid_percent", numeric=True),
            Column("begins_on", gettext("自哪天起"), lambda v: v.begins_on, "begins_on"),
            Column("law", gettext("依据"), lambda v: v.law, hidden=True),
            Column(
                "confidence",
                gettext("可信度"),
                lambda v: v.get_confidence_display(),
                "confidence",
                tone=lambda v: CONFIDENCE_TONES[Confidence(v.confidence)],
            ),
            Column(
                "closed",
                gettext("状态"),
                lambda v: gettext("停用") if v.closed else gettext("启用"),
                "closed",
                tone=lambda v: "secondary" if v.closed else "green",
            ),
        ],
        search=["kind__code", "law"],
        filters=[Filter("source", gettext("余额"), Source.choices, "source")],
        add=("/leave/kinds/new/", gettext("新增假期")),
        template="leave/kinds.html",
    )
    return page.answer()


def _granted(version: LeaveKindVersion) -> str:
    if version.source == Source.NONE:
        return ""
    said = str(version.get_entitlement_display())
    return (
        gettext("{rule}:{days} 天").format(rule=said, days=plain(version.entitled_days))
        if version.entitled_days
        else said
    )


def kind(request: AskedBy, code: str = "") -> HttpResponse:
    """A kind's rules from a day on, with those before; or a kind a company makes up."""
    require(request.by, MANAGE_KINDS, everywhere=True)
    versions = queries.versions(code, seen_by=request.by) if code else []
    newest = versions[0] if versions else None
    form = KindForm(request.POST or None, version=newest, initial={"begins_on": request.today})

    def change(said: dict[str, Any]) -> LeaveKindVersion:
        told = {"law": said["law"], "new": not code, "by": request.by, "at": request.asked_at}
        return kind_actions.keep_kind(code or said["code"], said["begins_on"], form.rules(), **told)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已保存。余额今晚随之更新,也可以在「假期余额」里立即更新。"))
        return redirect("leave:kinds")
    context = {"form": form, "versions": versions, "name": newest.kind.name if newest else ""}
    return render(request, "leave/kind.html", context, status=422 if form.errors else 200)


def regions(request: AskedBy) -> HttpResponseBase:
    """What the law of each region gives, with where it stands and how sure it is."""
    page: ListPage[RegionParameter] = ListPage(
        request,
        queries.parameters(seen_by=request.by),
        title=gettext("地方参数"),
        columns=[
            Column("region", gettext("地区"), lambda p: p.get_region_display() or gettext("全国"), "region"),
            Column(
                "name",
                gettext("参数"),
                lambda p: p.get_name_display(),
                "name",
                link=lambda p: f"/leave/regions/{p.pk}/",
            ),
            Column("value", gettext("数值"), lambda p: number(p.value), "value", numeric=True),
            Column("begins_on", gettext("自哪天起"), lambda p: p.begins_on, "begins_on"),
            Column("source", gettext("依据"), lambda p: p.source),
            Column(
                "confidence",
                gettext("可信度"),
                lambda p: p.get_confidence_display(),
                "confidence",
                tone=lambda p: CONFIDENCE_TONES[Confidence(p.confidence)],
            ),
            Column(
                "checked_on",
                gettext("核对日期"),
                lambda p: p.checked_on,
                "checked_on",
                tone=lambda p: "red" if queries.stale(p, request.today) else "",
            ),
        ],
        search=["source"],
        filters=[
            Filter("region", gettext("地区"), Province.choices, "region"),
            Filter("name", gettext("参数"), Parameter.choices, "name"),
            Filter("confidence", gettext("可信度"), Confidence.choices, "confidence"),
        ],
        add=("/leave/regions/new/", gettext("新增参数")),
        template="leave/regions.html",
        more={"stale": queries.stale_count(seen_by=request.by, today=request.today)},
    )
    return page.answer()


def region(request: AskedBy, parameter_id: int | None = None) -> HttpResponse:
    """A parameter from a day on."""
    require(request.by, MANAGE_KINDS, everywhere=True)
    known = queries.parameter(parameter_id, seen_by=request.by) if parameter_id else None
    names = ("region", "name", "begins_on", "value", "source")
    initial = {name: getattr(known, name) for name in names} if known else {"begins_on": request.today}
    form = ParameterForm(request.POST or None, initial=initial)

    def change(said: dict[str, Any]) -> RegionParameter:
        return kind_actions.keep_parameter(form.told(), by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已保存,核对日期为今天。"))
        return redirect("leave:regions")
    title = gettext("修改地方参数") if known else gettext("新增地方参数")
    context = {"form": form, "title": title, "back": "/leave/regions/", "back_label": gettext("地方参数")}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
