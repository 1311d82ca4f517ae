"""Pages of HR: kinds of visits and what they ask for."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, ListPage
from kaoqin.field import kind_actions as actions
from kaoqin.field import kind_queries as queries
from kaoqin.field.forms import AskedForms, NameForm, TermsForm, asked_in, asked_told
from kaoqin.field.models import KindVersion, VisitKind
from kaoqin.field.words import MANAGE_VISIT_KINDS, KindTerms
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def kinds(request: AskedBy) -> HttpResponseBase:
    """All kinds, with what they ask for last."""
    require(request.by, MANAGE_VISIT_KINDS)
    page: ListPage[VisitKind] = ListPage(
        request,
        queries.kinds(seen_by=request.by),
        title=gettext("拜访类型"),
        columns=[
            Column("name", gettext("名称"), lambda k: k.name, "name", link=lambda k: f"/field/kinds/{k.pk}/"),
            Column("least", gettext("最短停留(分钟)"), lambda k: _last(k).least_minutes, numeric=True),
            Column("photo", gettext("必须拍照"), lambda k: _last(k).photo_needed),
            Column("note", gettext("必须写说明"), lambda k: _last(k).note_needed),
            Column("fields", gettext("表单(项)"), lambda k: len(_last(k).fields), numeric=True),
            Column("closed", gettext("停用"), lambda k: gettext("停用") if k.closed else "", "closed"),
        ],
        search=["name"],
        empty=gettext("还没有拜访类型。先新增一种,员工才能签到。"),
        add=("/field/kinds/new/", gettext("新增拜访类型")),
    )
    return page.answer()


def _last(kind: VisitKind) -> KindVersion:
    return max(kind.versions.all(), key=lambda one: one.begins_on)


def new_kind(request: AskedBy) -> HttpResponse:
    """A kind begins with asking for nothing; what it asks for is said on its page."""
    require(request.by, MANAGE_VISIT_KINDS, everywhere=True)
    form = NameForm(request.POST or None)

    def change(said: dict[str, Any]) -> VisitKind:
        return actions.new_kind(said["name"], request.today, KindTerms(), by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已保存。请接着填写它要求什么。"))
        return redirect("field:kind", made.pk)
    context = {"form": form, "title": gettext("新增拜访类型"), "back": "/field/kinds/"}
    context["back_label"] = gettext("拜访类型")
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def kind(request: AskedBy, kind_id: int) -> HttpResponse:
    """What a kind asks for from a day on; begins with what it asks for last."""
    require(request.by, MANAGE_VISIT_KINDS)
    found = queries.kind(kind_id, seen_by=request.by)
    now = queries.terms_in(_last(found))
    form = TermsForm(request.POST or None, initial={**vars(now), "begins_on": request.today})
    rows = AskedForms(request.POST or None, initial=asked_told(now.fields), prefix="fields")

    def change(said: dict[str, Any]) -> bool:
        told = form.terms(asked_in([one.cleaned_data for one in rows.forms if one.has_changed() or one.initial]))
        actions.keep_terms(found, said["begins_on"], told, by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and rows.is_valid() and attempt(form, change):
        messages.success(request, gettext("已保存。之前的拜访仍按当时的要求。"))
        return redirect("field:kind", found.pk)
    versions = sorted(found.versions.all(), key=lambda one: one.begins_on, reverse=True)
    context = {
        "kind": found,
        "form": form,
        "rows": rows,
        "versions": [(one, [asked["label"] for asked in one.fields]) for one in versions],
    }
    return render(request, "field/kind.html", context, status=422 if form.errors or rows.total_error_count() else 200)


@require_POST
def close_kind(request: AskedBy, kind_id: int) -> HttpResponse:
    """A kind is offered no more, or again."""
    require(request.by, MANAGE_VISIT_KINDS, everywhere=True)
    found = queries.kind(kind_id, seen_by=request.by)
    actions.close_kind(found, not found.closed, by=request.by, at=request.asked_at)
    messages.success(request, gettext("已保存。"))
    return redirect("field:kinds")
