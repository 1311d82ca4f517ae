"""Pages of the ways that sites state: what holds where and until when, stating anew, ending."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, ListPage
from kaoqin.core.words import say_list
from kaoqin.org import place_queries
from kaoqin.phones import queries, site_ways_actions
from kaoqin.phones.forms import EndForm, SiteWaysForm
from kaoqin.phones.models import SiteWays
from kaoqin.phones.words import MANAGE_PLACES, Way
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def say_ways(stated: SiteWays) -> str:
    """The ways that are open, in words."""
    return say_list(Way(one).label for one in stated.ways)


def site_ways(request: AskedBy) -> HttpResponseBase:
    """All that sites state and stated."""
    page: ListPage[SiteWays] = ListPage(
        request,
        queries.site_ways(seen_by=request.by),
        title=pgettext("list", "各地点的打卡方式"),
        columns=[
            Column(
                "site", gettext("地点"), lambda w: w.site.name, "site__name", link=lambda w: f"/phones/ways/{w.pk}/"
            ),
            Column("ways", gettext("打卡方式"), say_ways, wraps=True),
            Column("begins_on", gettext("自"), lambda w: w.begins_on, "begins_on"),
            Column("ends_on", gettext("至"), lambda w: w.ends_on, "ends_on"),
        ],
        search=["site__name"],
        empty=gettext(
            "各地点都按考勤组的打卡方式。某个地点要多开或少开几种方式时,在这里规定:在那里工作的人只按它,不看考勤组。"
        ),
        add=("/phones/ways/new/", gettext("规定一个地点的打卡方式")),
    )
    return page.answer()


def new_site_ways(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_PLACES, everywhere=True)
    form = SiteWaysForm(request.POST or None, initial={"begins_on": request.today})

    def change(said: dict[str, Any]) -> bool:
        told = (
            place_queries.site(int(said["site"])),
            said["begins_on"],
            said["ends_on"],
            [Way(one) for one in said["ways"]],
        )
        site_ways_actions.state_site_ways(*told, by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect("phones:site_ways")
    return _form_page(request, form, gettext("规定一个地点的打卡方式"))


def end_site_ways(request: AskedBy, ways_id: int) -> HttpResponse:
    """Until when it holds; after that the groups' ways hold again."""
    require(request.by, MANAGE_PLACES)
    found = queries.one_site_ways(ways_id, seen_by=request.by)
    form = EndForm(request.POST or None, initial={"ends_on": found.ends_on or request.today})

    def change(said: dict[str, Any]) -> bool:
        site_ways_actions.end_site_ways(found, said["ends_on"], by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect("phones:site_ways")
    return _form_page(request, form, f"{found.site.name}:{say_ways(found)}")


def _form_page(request: AskedBy, form: SiteWaysForm | EndForm, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": "/phones/ways/"}
    context["back_label"] = pgettext("list", "各地点的打卡方式")
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
