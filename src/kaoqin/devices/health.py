"""How a terminal is, and why nothing comes from it: reckoned from what is known, in words of no protocol. Pure."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.sentences import SOURCE_LANGUAGE, Sentence
from kaoqin.devices.words import Alarm, DeviceState, Light

SILENT_AFTER = dt.timedelta(seconds=100)
"""Three missed polls of the slowest, for a terminal asks every 15 to 30 seconds, or two missed looks at one that is
visited; what else takes time on the way to the page and the alarm leaves it within two minutes."""
DRIFT_SECONDS = 60
FULL_PERCENT = 80
LONG_WITHOUT = dt.timedelta(days=1)


@dataclass(frozen=True)
class Known:
    """What is known of a terminal. Counts are of what came in the last seven days: punches read, new ones, those held
    for their clock, those of numbers that were nobody's when they came. `unknown_numbers` are nobody's now, `bad_lines`
    wait for a person now. `old_address` is where its last upload came from, if that is not where it calls from now,
    `barred_from` where it was turned away lately; `visited`: it is asked at its own address, and does not call by
    itself; `visit_fault` is what went wrong last."""

    state: str
    at: dt.datetime
    seen_at: dt.datetime | None = None
    upload_at: dt.datetime | None = None
    ahead_seconds: int | None = None
    memory_percent: int | None = None
    address: str = ""
    old_address: str = ""
    readings: int = 0
    new: int = 0
    held: int = 0
    unknown: int = 0
    unknown_numbers: int = 0
    bad_lines: int = 0
    visited: bool = False
    visit_fault: str = ""
    waiting_commands: int = 0
    barred_from: str = ""

    @property
    def silent(self) -> bool:
        return self.seen_at is not None and self.at - self.seen_at > SILENT_AFTER


def light(known: Known) -> Light:
    """The worst that is known of a terminal."""
    if known.state == DeviceState.PENDING:
        return Light.PENDING
    if known.state != DeviceState.APPROVED:
        return Light.OFF
    if known.seen_at is None:
        return Light.NEVER
    if known.silent:
        return Light.SILENT
    if abs(known.ahead_seconds or 0) > DRIFT_SECONDS:
        return Light.CLOCK
    return Light.MEMORY if (known.memory_percent or 0) > FULL_PERCENT else Light.ONLINE


@dataclass(frozen=True)
class Finding:
    """One reason, and what to do next."""

    code: str
    sentence: str
    next_step: str | Promise


def diagnose(known: Known) -> list[Finding]:
    """Why nothing comes from a terminal, or not all, what must be mended first at the head; empty where all is well."""
    barred = list(_barred(known))
    return barred or [*_unreached(known), *_unread(known)]


def _barred(known: Known) -> Iterator[Finding]:
    """The terminal may not speak."""
    if known.state == DeviceState.PENDING:
        yield Finding(
            "pending",
            gettext("还没有批准:它在联系,但打卡留在机内,没有收下。"),
            gettext("核对机身标签上的序列号,然后点「批准」并选择地点。"),
        )
    elif known.state == DeviceState.REFUSED:
        yield Finding(
            "refused", gettext("这台考勤机被拒绝,它的数据不接收。"), gettext("如果确实是自己的,请点「批准」。")
        )
    elif known.state == DeviceState.RETIRED:
        yield Finding("retired", gettext("这台考勤机已停用,它的数据不接收。"), gettext("如果重新使用,请点「批准」。"))


def _unreached(known: Known) -> Iterator[Finding]:
    """It does not call or cannot be reached, or calls from elsewhere."""
    if known.visited and (known.visit_fault or known.seen_at is None):
        yield _not_visited(known)
    elif known.visited and known.silent:
        yield Finding("unreached", gettext("访问不到这台考勤机。"), str(_REACH))
    elif known.seen_at is None:
        yield Finding(
            "never",
            gettext("还从来没有联系过服务器。"),
            gettext("在考勤机菜单的「通讯设置—云服务器」中填写本服务器的地址与端口,关闭域名与 HTTPS,再重启考勤机。"),
        )
    elif known.silent:
        minutes = int((known.at - known.seen_at).total_seconds() // 60)
        yield Finding(
            "silent",
            gettext("已经 {minutes} 分钟没有联系。").format(minutes=minutes),
            gettext("到现场看电源、网线与机上的网络图标;打卡存在机内,恢复后会自动补传。恢复之前可请人事补卡。"),
        )
    if known.barred_from:
        yield Finding(
            "barred",
            gettext("来自 {address} 的联系被拒绝:不在允许的地址内,数据留在机内。").format(address=known.barred_from),
            gettext("如果是这台考勤机换了网络,在「允许的地址」里加上它;如果不是,可能有人冒用这个序列号。"),
        )
    if known.old_address:
        said = gettext("网络地址变了:上次上传来自 {old},现在是 {new}。")
        yield Finding(
            "address",
            said.format(old=known.old_address, new=known.address),
            gettext("确认是不是换了网络;如果没有换,可能有另一台设备用了同一个序列号。"),
        )


def _not_visited(known: Known) -> Finding:
    said = gettext("上次访问没有成功:{fault}") if known.visit_fault else gettext("还没有访问过这台考勤机。")
    return Finding(
        "visit",
        said.format(fault=known.visit_fault),
        gettext("在本页「连接」核对地址、端口、用户名与密码,再点「立即读取记录」。"),
    )


def _unread(known: Known) -> Iterator[Finding]:
    """It calls, but what it sends does not count."""
    if abs(known.ahead_seconds or 0) > DRIFT_SECONDS:
        yield Finding(
            "clock",
            gettext("时钟差 {seconds} 秒。").format(seconds=known.ahead_seconds),
            gettext("核对服务器时间与这里的「设备时区」;考勤机下次联系时会按服务器校时。"),
        )
    if known.held:
        yield Finding(
            "held",
            gettext("最近 7 天有 {count} 条打卡的机内时间不可能是对的,没有计入。").format(count=known.held),
            gettext("请人事在「打卡记录—时钟修复」确认真实时间。"),
        )
    if known.bad_lines:
        yield Finding(
            "all_bad" if not known.readings else "bad",
            gettext("有 {count} 行读不懂,等待处理。").format(count=known.bad_lines),
            gettext("在本页「待处理的问题行」修复或忽略;如果每一行都读不懂,请核对协议与语言设置。"),
        )
    yield from _unknown(known)
    if known.seen_at and not known.silent and _long_without(known):
        yield Finding(
            "no_upload",
            gettext("在联系,但一天以上没有上传打卡。"),
            gettext("先在机上试打一次卡;仍没有,就下发「重新上传全部记录」。"),
        )
    if (known.memory_percent or 0) > FULL_PERCENT:
        yield Finding(
            "memory",
            gettext("存储已用 {percent}%,满了以后不再记录或覆盖旧记录。").format(percent=known.memory_percent),
            gettext("确认记录都已上传后,在考勤机上清除旧记录。"),
        )


def _unknown(known: Known) -> Iterator[Finding]:
    if not known.unknown_numbers:
        return
    every = 0 < known.readings <= known.unknown
    said = (
        gettext("最近 7 天上传的打卡都不知道是谁的:有 {count} 个编号没有对应员工。")
        if every
        else gettext("有 {count} 个编号不知道是谁的,他们的打卡没有计入考勤。")
    )
    yield Finding(
        "all_unknown" if every else "unknown",
        said.format(count=known.unknown_numbers),
        gettext("请人事在「打卡记录—未知打卡编号」对应到员工;如果这台机另有一套编号,请先设编号组。"),
    )


_REACH = gettext_lazy(
    "先看本页「连接」里上次访问的结果,核对地址、端口与密码,点「立即读取记录」再试;仍不行,到现场看电源与网线。打卡存在机内,恢复后会自动读回。"
)


def _long_without(known: Known) -> bool:
    return known.upload_at is None or known.at - known.upload_at > LONG_WITHOUT


def sentence_of(kind: str, facts: Mapping[str, Any]) -> Sentence:
    """The same as a sentence that is kept, and told in the language of whoever reads it."""
    with translation.override(SOURCE_LANGUAGE):
        text = str(_ALARMS[Alarm(kind)])
    return Sentence(text, **facts)


def say_alarm(kind: str, facts: Mapping[str, Any]) -> str:
    """What an alarm means, and what to do."""
    return str(_ALARMS[Alarm(kind)]).format(**facts)


_ALARMS = {
    Alarm.SILENT: gettext_lazy("没有联系。打卡存在机内,恢复后自动补传;急用可手动点名。"),
    Alarm.SITE_OUT: gettext_lazy(
        "这里的 {count} 台考勤机同时失联:先查供电与网络,再查服务器。恢复前可手动点名,恢复后自动核对。"
    ),
    Alarm.CLOCK: gettext_lazy("时钟快 {seconds} 秒(负数为慢)。核对服务器时间与「设备时区」。"),
    Alarm.MEMORY: gettext_lazy("存储已用 {percent}%。确认记录都已上传后,在考勤机上清除旧记录。"),
    Alarm.COUNT: gettext_lazy(
        "{day} 考勤机内有 {told} 条打卡,已收到 {known} 条,重新上传后仍对不上。请导出 U 盘记录核对。"
    ),
    Alarm.TWO_ADDRESSES: gettext_lazy(
        "从 {one} 与 {other} 轮流联系:可能有另一台设备冒用这个序列号。请核对现场与网络。"
    ),
    Alarm.BARRED: gettext_lazy(
        "从 {address} 联系,不在允许的地址内,已拒绝。换了网络就把它加入允许的地址;否则可能有人冒用这个序列号。"
    ),
}
