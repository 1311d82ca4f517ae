"""Group bots: each vendor's signature, keyword, limits, and the errors that come with status 200."""

import datetime as dt
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from test_told_once import tell

import make
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.notices import actions, bots
from kaoqin.notices.actions import BotDetails
from kaoqin.notices.delivering import work_off
from kaoqin.notices.models import Delivery, GroupBot
from kaoqin.notices.words import ANNOUNCEMENT, TEST, Channel, Vendor
from outside import Bots

SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
VENDORS = list(Vendor)


def keep(cast, groups, vendor, who="sun", bot=None, **told):
    details = BotDetails(
        **{"name": f"{vendor}群", "vendor": vendor, "address": groups.of(vendor), "kinds": (TEST,), **told}
    )
    return actions.keep_bot(details, by=cast.by(who), at=make.NOW, bot=bot)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_group_reads_what_is_told_once(cast, groups, vendor, settings):
    settings.PUBLIC_URL = "https://kaoqin.plant.example"
    keep(cast, groups, vendor)
    for _ in range(2):
        tell(cast, "chen", title="失联", body="八台", link="/devices/")
    assert work_off(Channel.BOT) == 1
    ((taken, text),) = groups.posts
    assert taken == vendor
    assert text.startswith("失联\n八台\nhttps://kaoqin.plant.example/devices/\n")


@pytest.mark.parametrize("vendor", [Vendor.DINGTALK, Vendor.FEISHU])
def test_signed_where_there_is_a_secret(cast, groups, vendor):
    groups.signed = True
    made = keep(cast, groups, vendor, secret=Bots.secret)
    actions.test_bot(made, by=cast.by("sun"), at=make.NOW)
    assert len(groups.posts) == 1
    keep(cast, groups, vendor, bot=made, address="", no_secret=True)
    with pytest.raises(Refusal, match=r"签名|加签"):
        actions.test_bot(GroupBot.objects.get(), by=cast.by("sun"), at=make.NOW)


def test_the_signatures_are_the_vendors():
    """By the recipes of the vendors' pages: 钉钉 signs in milliseconds with the secret as key, 飞书 in seconds with the text."""
    at = dt.datetime.fromtimestamp(1599360473, dt.UTC)
    dingtalk = bots.post(
        Vendor.DINGTALK, "https://x/robot/send?access_token=a", "x", secret="this is secret", keyword="", at=at
    )
    asked = parse_qs(urlsplit(dingtalk.address).query)
    assert (asked["access_token"], asked["timestamp"]) == (["a"], ["1599360473000"])
    feishu = json.loads(bots.post(Vendor.FEISHU, "https://x/", "x", secret="demo", keyword="", at=at).body)
    assert (feishu["timestamp"], feishu["sign"]) == ("1599360473", "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=")


@pytest.mark.parametrize("vendor", [Vendor.DINGTALK, Vendor.FEISHU])
def test_the_keyword_is_in_what_is_said(cast, groups, vendor):
    groups.keyword = "考勤"
    keep(cast, groups, vendor, keyword="考勤")
    tell(cast, "chen", title="x")
    assert work_off(Channel.BOT) == 1
    assert "考勤" in groups.posts[0][1]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_bot_that_is_gone_is_said_and_given_up(cast, groups, vendor):
    wrong = groups.of(vendor)[:-1] + "x"
    keep(cast, groups, vendor, address=wrong)
    tell(cast, "chen")
    work_off(Channel.BOT)
    dead = Delivery.objects.get()
    assert dead.state == "dead"
    assert "换上新地址" in dead.fault
    assert urlsplit(wrong).path not in dead.fault


RATES = {Vendor.WECOM: (45009, MINUTE), Vendor.DINGTALK: (130101, 10 * MINUTE), Vendor.FEISHU: (11232, MINUTE)}


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_bot_that_was_too_quick_waits_as_long_as_the_vendor_wants(cast, groups, vendor, clock):
    code, wait = RATES[vendor]
    keep(cast, groups, vendor)
    tell(cast, "chen")
    groups.answers = [(code, "too fast")]
    work_off(Channel.BOT)
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.tries, waiting.due_at) == ("waiting", 0, make.NOW + wait)
    tell(cast, "chen", key="2")
    clock(make.NOW + wait - SECOND)
    assert work_off(Channel.BOT) == 0, "nor does anything else by this bot"
    clock(make.NOW + wait)
    assert work_off(Channel.BOT) == 1
    assert len(groups.posts) == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_what_comes_quickly_is_one_message_so_that_the_limit_holds(cast, groups, clock):
    keep(cast, groups, Vendor.WECOM)
    tell(cast, "chen", key="first")
    assert work_off(Channel.BOT) == 1
    for number in range(30):
        tell(cast, "chen", key=str(number), title=f"第 {number} 件")
    assert work_off(Channel.BOT) == 0
    clock(make.NOW + 3 * SECOND)
    assert work_off(Channel.BOT) == 1
    assert "第 29 件" in groups.posts[1][1]


def test_a_code_nobody_knows_is_tried_again_with_what_was_said(cast, groups):
    keep(cast, groups, Vendor.WECOM)
    tell(cast, "chen")
    groups.answers = [(12345, "系统升级")]
    work_off(Channel.BOT)
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.tries) == ("waiting", 1)
    assert "系统升级" in waiting.fault


@pytest.mark.parametrize(
    ("status", "body"), [(502, b"<html>"), (200, b"<html>"), (200, b"[]"), (404, b'{"errcode": 0}')]
)
def test_an_answer_that_is_none_is_no_success(status, body):
    assert bots.verdict(Vendor.WECOM, status, body).fault


def test_a_text_too_long_is_cut_between_characters_and_keeps_the_keyword():
    body = bots.post(Vendor.WECOM, "https://x/", "长" * 2000, secret="", keyword="考勤", at=make.NOW).body
    text = json.loads(body)["text"]["content"]
    assert len(text.encode()) <= 2048
    assert text.endswith("考勤")
    assert "其余请登录查看" in text


def test_nobody_is_called_by_a_text():
    body = bots.post(Vendor.FEISHU, "https://x/", '<at user_id="all">', secret="", keyword="", at=make.NOW).body
    assert "<at" not in json.loads(body)["content"]["text"]


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/cgi-bin/webhook/send?key=1",
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com.elsewhere.example/",
        "https://qyapi.weixin.qq.com@elsewhere.example/",
        "https://oapi.dingtalk.com/robot/send?access_token=1",
        "https://qyapi.weixin.qq.com:99999999/",
        "file:///etc/passwd",
        "x",
    ],
)
def test_an_address_that_is_not_the_vendors_is_refused(cast, groups, address):
    with pytest.raises(Refusal):
        keep(cast, groups, Vendor.WECOM, address=address)


def test_the_vendors_own_address_is_taken_and_never_shown(cast, groups):
    made = keep(
        cast, groups, Vendor.WECOM, address="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123456789abcdef"
    )
    assert made.shown == "qyapi.weixin.qq.com/…cdef"
    assert "0123456789" not in str(vars(GroupBot.objects.get()))


def test_a_bot_keeps_address_and_secret_that_were_not_typed_again(cast, groups):
    made = keep(cast, groups, Vendor.FEISHU, secret="s1")
    before = made.address_sealed, made.secret_sealed
    kept = keep(cast, groups, Vendor.FEISHU, bot=made, name="新名", address="", secret="")
    assert (kept.name, kept.address_sealed, kept.secret_sealed) == ("新名", *before)
    with pytest.raises(Refusal):
        keep(cast, groups, Vendor.WECOM, bot=kept, address="")


def test_names_are_told_apart(cast, groups):
    keep(cast, groups, Vendor.WECOM, name="群")
    with pytest.raises(Refusal):
        keep(cast, groups, Vendor.FEISHU, name="群")


def test_a_bot_posts_only_what_it_is_to_post_and_nothing_once_it_is_off(cast, groups):
    made = keep(cast, groups, Vendor.WECOM, kinds=(ANNOUNCEMENT,))
    tell(cast, "chen", kind=TEST)
    assert not Delivery.objects.exists()
    tell(cast, "chen", kind=ANNOUNCEMENT)
    actions.switch_bot(made, False, by=cast.by("sun"), at=make.NOW)
    assert (work_off(Channel.BOT), Delivery.objects.get().state) == (0, "dropped")
    tell(cast, "chen", kind=ANNOUNCEMENT, key="2")
    assert Delivery.objects.count() == 1


def test_only_administrators_keep_bots(cast, groups):
    with pytest.raises(NotAllowed):
        keep(cast, groups, Vendor.WECOM, who="he")
