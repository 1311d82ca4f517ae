"""Who answers for the terminals of each site: the list, and naming them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, ListPage
from kaoqin.core.words import say_list
from kaoqin.devices import actions, queries
from kaoqin.devices.forms import KeepersForm
from kaoqin.devices.words import NAME_KEEPERS
from kaoqin.org import place_queries
from kaoqin.org.models import Site
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy


def keepers(request: AskedBy) -> HttpResponseBase:
    """Every site with who answers for its terminals."""
    named = queries.keepers(seen_by=request.by)
    names = may(request.by, NAME_KEEPERS)

    def said(site: Site) -> str:
        return say_list(account.name for account in named.get(site.pk, ())) or gettext("(系统管理员)")

    def link(site: Site) -> str:
        return f"/devices/keepers/{site.pk}/" if names else ""

    page: ListPage[Site] = ListPage(
        request,
        place_queries.sites_among(int(key) for key, _ in place_queries.site_choices()),
        title=gettext("考勤机负责人"),
        columns=[
            Column("site", gettext("地点"), lambda site: site.name, "name", link=link),
            Column("keepers", gettext("负责人"), said),
        ],
        search=["name", "code"],
        empty=gettext("还没有地点。"),
        template="devices/keepers.html",
    )
    return page.answer()


def name_keepers(request: AskedBy, site_id: int) -> HttpResponse:
    """Name them for one site."""
    require(request.by, NAME_KEEPERS, everywhere=True)
    site = place_queries.site(site_id)
    able = queries.able_keepers(site_id, request.today, seen_by=request.by)
    now = [str(account.pk) for account in queries.keepers(seen_by=request.by).get(site_id, ())]
    form = KeepersForm(request.POST or None, able=able, initial={"accounts": now})

    def change(said: dict[str, Any]) -> bool:
        actions.name_keepers(site, said["accounts"], by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect("devices:keepers")
    title = gettext("{site}的考勤机负责人").format(site=site.name)
    context = {"form": form, "title": title, "back": "/devices/keepers/", "back_label": gettext("考勤机负责人")}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
