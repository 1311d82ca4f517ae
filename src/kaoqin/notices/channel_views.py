"""Pages of administrators: how the channels do, group bots, what was not delivered, what holds for everybody."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.notices import actions, queries
from kaoqin.notices.actions import BotDetails
from kaoqin.notices.forms import BotForm, TestMailForm
from kaoqin.notices.models import Delivery, GroupBot
from kaoqin.notices.queries import Rule
from kaoqin.notices.views import kind_label
from kaoqin.notices.words import MANAGE_CHANNELS, PERSONAL, Channel, DeliveryState, Vendor, notice_kinds
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy

TONES = {
    DeliveryState.WAITING: "blue",
    DeliveryState.SENDING: "blue",
    DeliveryState.SENT: "green",
    DeliveryState.DROPPED: "secondary",
    DeliveryState.DEAD: "red",
}


def channels(request: AskedBy) -> HttpResponse:
    """Every channel: whether it is set up, what it did, and a way to try it."""
    return _channels_page(request, TestMailForm())


def _channels_page(request: AskedBy, form: TestMailForm) -> HttpResponse:
    traffic = queries.traffic(request.asked_at, seen_by=request.by)
    context = {
        "form": form,
        "mail_works": queries.mail_works(),
        "mail_host": f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
        "mail_from": settings.DEFAULT_FROM_EMAIL,
        "public_url": settings.PUBLIC_URL,
        "email": traffic.get(Channel.EMAIL),
        "push": traffic.get(Channel.PUSH),
        "browser_count": queries.browser_count(seen_by=request.by),
        "bots": [(bot, traffic.get(f"bot {bot.pk}")) for bot in queries.bots(seen_by=request.by)],
        "dead": queries.dead_count(seen_by=request.by),
    }
    return render(request, "notices/channels.html", context, status=422 if form.errors else 200)


@require_POST
def test_mail(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_CHANNELS, everywhere=True)
    form = TestMailForm(request.POST)

    def change(said: dict[str, Any]) -> bool:
        actions.test_mail(said["address"], by=request.by, at=request.asked_at)
        return True

    if attempt(form, change):
        said = gettext("邮件服务器已收下,请到 {address} 查看。")
        messages.success(request, said.format(address=form.cleaned_data["address"]))
        return redirect("notices:channels")
    return _channels_page(request, form)


def bot(request: AskedBy, bot_id: int | None = None) -> HttpResponse:
    """A new group bot, or one that is there."""
    require(request.by, MANAGE_CHANNELS, everywhere=True)
    found = queries.bot(bot_id, seen_by=request.by) if bot_id else None
    names = ("name", "vendor", "keyword", "kinds")
    initial = {name: getattr(found, name) for name in names} if found else None
    form = BotForm(request.POST or None, initial=initial, bot=found)

    def keep(said: dict[str, Any]) -> GroupBot:
        told = {**said, "vendor": Vendor(said["vendor"]), "kinds": tuple(said["kinds"])}
        return actions.keep_bot(BotDetails(**told), by=request.by, at=request.asked_at, bot=found)

    made = attempt(form, keep) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已保存。点「发测试消息」看看群里能不能收到。"))
        return redirect("notices:channels")
    title = gettext("群机器人:{name}").format(name=found.name) if found else gettext("添加群机器人")
    context = {"form": form, "title": title, "back": "/notices/channels/", "back_label": gettext("通知渠道")}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


@require_POST
def test_bot(request: AskedBy, bot_id: int) -> HttpResponse:
    found = queries.bot(bot_id, seen_by=request.by)
    try:
        actions.test_bot(found, by=request.by, at=request.asked_at)
        messages.success(request, gettext("{name}:对方已收下,请到群里查看。").format(name=found.name))
    except NotAllowed:
        raise
    except Refusal as refusal:
        messages.error(request, f"{found.name}:{refusal.sentence}")
    return redirect("notices:channels")


@require_POST
def switch_bot(request: AskedBy, bot_id: int) -> HttpResponse:
    found = queries.bot(bot_id, seen_by=request.by)
    actions.switch_bot(found, request.POST.get("active") == "1", by=request.by, at=request.asked_at)
    return redirect("notices:channels")


def company(request: AskedBy) -> HttpResponse:
    """For every kind and channel: what holds for who chose nothing, and what nobody may choose."""
    require(request.by, MANAGE_CHANNELS, everywhere=True)
    if request.method == "POST":
        actions.fix_company(_said(request), by=request.by, at=request.asked_at)
        messages.success(request, gettext("已保存。"))
        return redirect("notices:company")
    rules = queries.company_rules()
    rows = [
        (kind, [(one, rules[kind.code, one], one in kind.fixed, _state(rules[kind.code, one])) for one in PERSONAL])
        for kind in notice_kinds().values()
    ]
    states = [(name, label) for name, (_, label) in _states().items()]
    context = {"rows": rows, "channels": [one.label for one in PERSONAL], "states": states}
    return render(request, "notices/company.html", context)


def _states() -> dict[str, tuple[Rule, str]]:
    return {
        "on": (Rule(True, False), gettext("默认开,可以关")),
        "off": (Rule(False, False), gettext("默认关,可以开")),
        "always": (Rule(True, True), gettext("必送,不能关")),
        "never": (Rule(False, True), gettext("不送,不能开")),
    }


def _state(rule: Rule) -> str:
    return next(name for name, (meant, _) in _states().items() if meant == rule)


def _said(request: AskedBy) -> dict[tuple[str, Channel], Rule]:
    states = _states()
    said = {(kind, one): request.POST.get(f"{kind}:{one}", "") for kind in notice_kinds() for one in PERSONAL}
    return {place: states[name][0] for place, name in said.items() if name in states}


def deliveries(request: AskedBy) -> HttpResponseBase:
    """What is on its way and what was given up, without what it says."""
    page: ListPage[Delivery] = ListPage(
        request,
        queries.deliveries(seen_by=request.by),
        title=gettext("发送记录"),
        columns=[
            Column("state", gettext("状态"), lambda d: d.get_state_display(), "state", tone=_tone, button=_again),
            Column("channel", gettext("渠道"), lambda d: d.get_channel_display(), "channel"),
            Column("to", gettext("收件人"), _recipient),
            Column("kind", gettext("类型"), lambda d: kind_label(d.notice.kind), "notice__kind"),
            Column("fault", gettext("原因"), lambda d: d.fault),
            Column("tries", gettext("次数"), lambda d: d.tries, "tries", numeric=True),
            Column("told", gettext("通知时间"), lambda d: d.notice.told_at, "notice__told_at"),
            Column("due", gettext("应发时间"), lambda d: d.due_at, "due_at", hidden=True),
            Column("ended", gettext("结束时间"), lambda d: d.ended_at, "ended_at"),
        ],
        search=["notice__account__name", "notice__account__username", "notice__bot__name", "fault"],
        filters=[
            Filter("state", gettext("状态"), DeliveryState.choices, "state"),
            Filter("channel", gettext("渠道"), Channel.choices, "channel"),
        ],
        empty=gettext("还没有邮件、推送或群消息。"),
        template="notices/deliveries.html",
        more={"dead": queries.dead_count(seen_by=request.by)},
    )
    return page.answer()


def _tone(delivery: Delivery) -> str:
    return TONES[DeliveryState(delivery.state)]


def _recipient(delivery: Delivery) -> str:
    to = delivery.notice.account or delivery.notice.bot
    return to.name if to else ""


def _again(delivery: Delivery) -> tuple[str, str] | None:
    if delivery.state != DeliveryState.DEAD:
        return None
    return gettext("重新发送"), f"/notices/deliveries/{delivery.pk}/again/"


@require_POST
def again(request: AskedBy, delivery_id: int | None = None) -> HttpResponse:
    """One that was given up, or all of them, once more."""
    rows = queries.deliveries(seen_by=request.by).filter(state=DeliveryState.DEAD)
    chosen = [queries.delivery(delivery_id, seen_by=request.by)] if delivery_id else rows
    count = actions.send_again(chosen, by=request.by, at=request.asked_at)
    said = ngettext("{count} 条重新排队发送。", "{count} 条重新排队发送。", count)
    messages.success(request, said.format(count=count))
    return redirect("notices:deliveries")
