"""The pages: the inbox, preferences, browsers, announcements, channels."""

import json

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from test_told_once import tell

import make
from kaoqin.notices import actions, publishing, queries
from kaoqin.notices.models import (
    Announcement,
    Choice,
    Delivery,
    GroupBot,
    Notice,
    PersonalRhythm,
    PushSubscription,
    ServerKey,
)
from kaoqin.notices.publishing import Draft
from kaoqin.notices.views import browser_name
from kaoqin.notices.words import TEST, Channel
from outside import Browser


def body(answer):
    return answer.content.decode()


def test_the_bell_counts_what_is_not_read_and_a_notice_leads_where_it_says(enter, cast):
    tell(cast, "chen", title="<b>请看</b>", link="/my/attendance/")
    chen = enter("chen")
    assert "1 条未读" in body(chen.get("/"))
    listed = body(chen.get("/notices/"))
    assert "&lt;b&gt;请看&lt;/b&gt;" in listed
    number = Notice.objects.get().pk
    assert chen.get(f"/notices/{number}/")["Location"] == "/my/attendance/"
    assert "0 条未读" in body(chen.get("/notices/"))
    assert "请看" not in body(chen.get("/notices/?unread=1"))


def test_one_that_leads_nowhere_is_shown(enter, cast):
    tell(cast, "chen", title="请看", body="第一行\n第二行")
    assert "第一行<br>第二行" in body(enter("chen").get(f"/notices/{Notice.objects.get().pk}/"))


def test_all_are_read_at_once_and_exported(enter, cast):
    for number in range(3):
        tell(cast, "chen", key=str(number), title=f"第 {number} 件")
    chen = enter("chen")
    assert "第 2 件" in chen.get("/notices/?export=csv").getvalue().decode()
    assert "3 条通知标为已读" in body(chen.post("/notices/read/", follow=True))
    assert queries.unread_count(seen_by=cast.by("chen")) == 0


def test_nobody_opens_anothers(enter, cast):
    tell(cast, "chen")
    assert enter("wang").get(f"/notices/{Notice.objects.get().pk}/").status_code == 404
    assert Notice.objects.get().read_at is None


def test_the_inbox_costs_the_same_for_many(enter, cast):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            chen.get("/notices/")
        return len(asked)

    chen = enter("chen")
    tell(cast, "chen")
    few = cost()
    for number in range(20):
        tell(cast, "chen", key=f"n{number}")
    assert cost() == few


def test_preferences_are_kept_and_wrong_ones_said(enter, cast, mailing):
    chen = enter("chen")
    assert "chen@plant.example" in body(chen.get("/me/notices/"))
    told = {"quiet_from": "22:00", "quiet_until": "07:00", "digest_at": "", "wish": [f"{TEST}:push"]}
    assert chen.post("/me/notices/", told).status_code == 302
    kept = PersonalRhythm.objects.get(account=cast.accounts["chen"])
    assert (kept.quiet_from, kept.quiet_until, kept.digest_at) == (1320, 420, None)
    assert Choice.objects.filter(kind=TEST, channel="email", wanted=False).exists()
    wrong = chen.post("/me/notices/", {**told, "quiet_until": ""})
    assert (wrong.status_code, "免打扰时段要有开始和结束" in body(wrong)) == (422, True)
    assert 'value="22:00"' in body(chen.get("/me/notices/"))


def test_a_browser_begins_and_ends(enter, cast):
    chen, browser = enter("chen"), Browser("https://push.example/1")
    endpoint, p256dh, auth = browser.keys
    told = {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}
    agent = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    answer = chen.post("/me/notices/browsers/", told, content_type="application/json", headers={"user-agent": agent})
    assert answer.status_code == 200
    made = PushSubscription.objects.get()
    shown = body(chen.get("/me/notices/"))
    assert "Chrome · Windows" in shown
    assert auth not in shown
    assert endpoint not in shown
    assert auth not in str(vars(made))
    chen.post(f"/me/notices/browsers/{made.pk}/end/")
    assert "Chrome · Windows" not in body(chen.get("/me/notices/"))


@pytest.mark.parametrize("told", ["", "[]", "{}", '{"endpoint": 1, "keys": []}', '{"endpoint": "x", "keys": {}}'])
def test_what_is_no_browser_is_sent_back(enter, told):
    assert enter("chen").post("/me/notices/browsers/", told, content_type="application/json").status_code == 400


def test_an_endpoint_that_cannot_be_is_said(enter):
    told = {"endpoint": "http://10.0.0.1/", "keys": {"p256dh": "x", "auth": "x"}}
    answer = enter("chen").post("/me/notices/browsers/", json.dumps(told), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "core.barred_address")


def test_browsers_are_named():
    assert browser_name("Mozilla/5.0 (iPhone; CPU) Version/18 Mobile Safari/604.1") == "Safari · iPhone"
    assert browser_name("Mozilla/5.0 (X11; Linux) Firefox/145.0") == "Firefox"
    assert browser_name("weird\x00agent") == "weirdagent"


def test_the_script_for_pushes_may_look_after_all_pages(enter):
    answer = enter("chen").get("/worker.js")
    assert (answer["Service-Worker-Allowed"], "showNotification" in body(answer)) == ("/", True)


def test_a_test_message_to_oneself(enter, cast, mailing):
    assert "从 1 个渠道发出" in body(enter("chen").post("/me/notices/test/", follow=True))
    assert Delivery.objects.get().channel == "email"


def test_hr_writes_and_sees_who_has_read(enter, cast):
    he = enter("he")
    told = {"title": "停水", "text": "<b>周五</b> https://plant.example", "must_confirm": "on"}
    where = he.post("/announcements/new/", {**told, "departments": [cast.sales.pk], "ends_on": "2026-11-27"})[
        "Location"
    ]
    made = Announcement.objects.get()
    assert [one.pk for one in made.departments.all()] == [cast.sales.pk]
    chen = enter("chen")
    assert "停水" in body(chen.get("/"))
    shown = body(chen.get(where))
    assert "&lt;b&gt;周五&lt;/b&gt;" in shown
    assert 'href="https://plant.example"' in shown
    assert "谁读了" not in shown
    assert "您已于" in body(chen.post(f"{where}confirm/", follow=True))
    assert "停水" not in body(chen.get("/"))
    he = enter("he")
    assert "1 / 3 人已读" in body(he.get(where))
    listed = body(he.get(f"{where}readers/?read=1"))
    assert ("林小满" in listed, "陈大白" in listed) == (True, False)
    assert "陈大白" in he.get(f"{where}readers/?export=csv").getvalue().decode()
    assert "停水" in body(he.get("/announcements/all/"))
    assert "停水" in body(he.get(f"/announcements/new/?copy={made.pk}"))
    assert "已撤回" in body(he.post(f"{where}withdraw/", follow=True))
    assert enter("chen").get(where).status_code == 404


def test_an_announcement_that_cannot_be_is_sent_back_with_what_was_typed(enter):
    told = {"title": "停水", "text": "周五", "ends_on": "2026-11-01"}
    answer = enter("he").post("/announcements/new/", told)
    assert (answer.status_code, "不能早于发布时间" in body(answer), "停水" in body(answer)) == (422, True, True)


def test_announcements_to_come_are_hrs_to_see_only(enter, cast):
    later = make.NOW + make.DAY
    made = publishing.publish(Draft("明天", "x", begins_at=later), by=cast.by("he"), at=make.NOW)
    assert enter("chen").get(f"/announcements/{made.pk}/").status_code == 404
    assert "待发布" in body(enter("he").get(f"/announcements/{made.pk}/"))


def test_the_administrator_sees_channels_and_tries_them(enter, cast, groups, mailing):
    sun = enter("sun")
    assert "还没有群机器人" in body(sun.get("/notices/channels/"))
    assert "邮件服务器已收下" in body(sun.post("/notices/channels/mail/test/", {"address": "a@b.cn"}, follow=True))
    assert mail.outbox[0].to == ["a@b.cn"]
    assert sun.post("/notices/channels/mail/test/", {"address": "x"}).status_code == 422
    told = {"name": "运维群", "vendor": "feishu", "address": groups.of("feishu"), "kinds": [TEST]}
    assert sun.post("/notices/bots/new/", told)["Location"] == "/notices/channels/"
    made = GroupBot.objects.get()
    shown = body(sun.get("/notices/channels/")) + body(sun.get(f"/notices/bots/{made.pk}/"))
    assert "运维群" in shown
    assert "hook-of-feishu" not in shown
    assert "对方已收下" in body(sun.post(f"/notices/bots/{made.pk}/test/", follow=True))
    groups.answers = [(11232, "too fast")]
    assert "发送太频繁" in body(sun.post(f"/notices/bots/{made.pk}/test/", follow=True))
    sun.post(f"/notices/bots/{made.pk}/active/", {"active": "0"})
    assert "已停用" in body(sun.get("/notices/channels/"))
    wrong = sun.post("/notices/bots/new/", {**told, "name": "x", "address": "https://elsewhere.example/"})
    assert (wrong.status_code, "open.feishu.cn" in body(wrong)) == (422, True)


def test_the_company_decides_what_holds(enter, cast):
    sun = enter("sun")
    assert "默认开,可以关" in body(sun.get("/notices/company/"))
    sun.post("/notices/company/", {f"{TEST}:push": "never", f"{TEST}:email": "nonsense"})
    rule = queries.company_rules()[TEST, Channel.PUSH]
    assert (rule.wanted, rule.fixed) == (False, True)
    assert "disabled" in body(enter("chen").get("/me/notices/"))


def test_the_administrator_sees_what_was_not_delivered_but_not_what_it_says(enter, cast, mailing):
    tell(cast, "chen", title="您的工资", body="秘密")
    Delivery.objects.update(state="dead", fault="邮件服务器拒绝(550)", ended_at=make.NOW)
    sun = enter("sun")
    listed = body(sun.get("/notices/deliveries/?state=dead"))
    assert ("550" in listed, "您的工资" in listed, "秘密" in listed) == (True, False, False)
    assert "1 条没有送达" in body(sun.get("/notices/channels/"))
    sun.post(f"/notices/deliveries/{Delivery.objects.get().pk}/again/")
    assert Delivery.objects.get().state == "waiting"
    Delivery.objects.update(state="dead")
    assert "1 条重新排队发送" in body(sun.post("/notices/deliveries/again/", follow=True))


def test_the_first_key_is_made_when_a_page_needs_it(enter):
    assert not ServerKey.objects.exists()
    page = body(enter("chen").get("/me/notices/"))
    assert f'data-key="{ServerKey.objects.get().public}"' in page


def test_a_bot_that_does_not_exist_any_more(enter, cast):
    assert enter("sun").get("/notices/bots/77/").status_code == 404
    assert actions.masked("https://h.example/k/abcdefgh") == "h.example/…efgh"
