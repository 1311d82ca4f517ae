"""Pages of everybody: the inbox, one's preferences, one's browsers."""

import json
import re
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import Refusal
from kaoqin.notices import actions, queries, senders
from kaoqin.notices.actions import Preferences
from kaoqin.notices.forms import PreferencesForm, minute_of, time_of
from kaoqin.notices.models import Notice
from kaoqin.notices.words import OWN_NOTICES, PERSONAL, Channel, notice_kinds
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy

_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac", "macOS"))


def inbox(request: AskedBy) -> HttpResponseBase:
    """All that one was told."""
    page: ListPage[Notice] = ListPage(
        request,
        queries.inbox(seen_by=request.by),
        title=gettext("我的通知"),
        columns=[
            Column("title", gettext("标题"), lambda n: queries.words(n)[0], link=lambda n: f"/notices/{n.pk}/"),
            Column("body", gettext("内容"), lambda n: queries.words(n)[1]),
            Column("kind", gettext("类型"), lambda n: kind_label(n.kind), "kind"),
            Column("told", gettext("时间"), lambda n: n.told_at, "told_at"),
            Column("read", gettext("已读时间"), lambda n: n.read_at, "read_at"),
        ],
        search=["title", "body"],
        filters=[
            Filter("unread", gettext("状态"), [("1", gettext("未读")), ("0", gettext("已读"))], "read_at__isnull"),
            Filter("kind", gettext("类型"), [(one.code, one.label) for one in notice_kinds().values()], "kind"),
        ],
        empty=gettext("还没有通知。有事需要您知道或处理时,会出现在这里。"),
        template="notices/inbox.html",
        rows_template="notices/_inbox_rows.html",
        more={"unread": queries.unread_count(seen_by=request.by)},
    )
    return page.answer()


def kind_label(code: str) -> str:
    """What people call a kind; of one that is declared no more, its code."""
    kind = notice_kinds().get(code)
    return str(kind.label) if kind else code


@require_GET
def open_notice(request: AskedBy, notice_id: int) -> HttpResponse:
    """To where a notice leads; it is read by that."""
    require(request.by, OWN_NOTICES)
    found = actions.mark_read(notice_id, by=request.by, at=request.asked_at)
    return redirect(found.link) if found.link else render(request, "notices/notice.html", {"notice": found})


@require_POST
def read(request: AskedBy, notice_id: int) -> HttpResponse:
    require(request.by, OWN_NOTICES)
    actions.mark_read(notice_id, by=request.by, at=request.asked_at)
    return redirect("notices:inbox")


@require_POST
def read_all(request: AskedBy) -> HttpResponse:
    require(request.by, OWN_NOTICES)
    count = actions.mark_all_read(by=request.by, at=request.asked_at)
    said = ngettext("{count} 条通知标为已读。", "{count} 条通知标为已读。", count)
    messages.success(request, said.format(count=count))
    return redirect("notices:inbox")


def preferences(request: AskedBy) -> HttpResponse:
    """What comes by which channel, and when."""
    kept = queries.own_rhythm(seen_by=request.by)
    names = ("quiet_from", "quiet_until", "digest_at")
    initial = {name: time_of(getattr(kept, name)) for name in names} | {"email": kept.email}
    nobodys = request.by.employee_id is None
    form = PreferencesForm(request.POST or None, initial=initial, own_address=nobodys)

    def change(said: dict[str, Any]) -> bool:
        minutes = {name: minute_of(said[name]) for name in names}
        chosen = Preferences(_ticked(request), **minutes, email=said.get("email", ""))
        actions.choose(chosen, by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect("notices:preferences")
    return _preferences_page(request, form)


def _ticked(request: AskedBy) -> dict[tuple[str, Channel], bool]:
    """What is ticked of the kinds and channels that were on the page."""
    ticked = set(request.POST.getlist("wish"))
    return {(kind, one): f"{kind}:{one}" in ticked for kind in notice_kinds() for one in PERSONAL}


def _preferences_page(request: AskedBy, form: PreferencesForm) -> HttpResponse:
    account = request.by.account_id or 0
    context = {
        "form": form,
        "wishes": queries.wishes(seen_by=request.by),
        "channels": [(one, one.label) for one in PERSONAL],
        "mail_works": queries.mail_works(),
        "nobodys": request.by.employee_id is None,
        "mailbox": queries.mailboxes([account]).get(account, ""),
        "browsers": queries.own_browsers(seen_by=request.by),
        "public_key": senders.server_key(request.asked_at).public,
        "rhythm": queries.rhythms([account], request.today)[account],
    }
    return render(request, "notices/preferences.html", context, status=422 if form.errors else 200)


@require_POST
def subscribe(request: AskedBy) -> JsonResponse:
    """The browser gives its keys."""
    require(request.by, OWN_NOTICES)
    try:
        told = json.loads(request.body)
        endpoint, keys = str(told["endpoint"]), told["keys"]
        secrets = str(keys["p256dh"]), str(keys["auth"])
    except (ValueError, KeyError, TypeError):
        said = gettext("浏览器给出的推送密钥不对,请刷新页面再试。")
        return JsonResponse({"sentence": said}, status=400)
    browser = browser_name(request.headers.get("User-Agent", ""))
    try:
        actions.subscribe(endpoint, *secrets, browser=browser, by=request.by, at=request.asked_at)
    except Refusal as refusal:
        return JsonResponse({"code": refusal.code, "sentence": refusal.sentence}, status=409)
    return JsonResponse({})


def browser_name(agent: str) -> str:
    """Which browser it is, on what, for the list of one's browsers: `Chrome · Windows`."""
    found = [next((name for sign, name in signs if sign in agent), "") for signs in (_BROWSERS, _SYSTEMS)]
    return " · ".join(name for name in found if name) or re.sub(r"[^\x20-\x7e]", "", agent)[:60]


@require_POST
def unsubscribe(request: AskedBy, subscription_id: int) -> HttpResponse:
    require(request.by, OWN_NOTICES)
    actions.unsubscribe(subscription_id, by=request.by, at=request.asked_at)
    messages.success(request, gettext("这个浏览器不再接收推送。"))
    return redirect("notices:preferences")


@require_POST
def test_own(request: AskedBy) -> HttpResponse:
    require(request.by, OWN_NOTICES)
    ways = actions.test_own(by=request.by, at=request.asked_at)
    said = ngettext(
        "测试消息已放进收件箱,并从 {count} 个渠道发出。", "测试消息已放进收件箱,并从 {count} 个渠道发出。", ways
    )
    messages.success(request, said.format(count=ways))
    return redirect("notices:preferences")
