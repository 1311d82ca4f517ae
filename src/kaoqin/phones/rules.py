"""The rules that weigh a punch: each with its weight, its text and what sees it, in one table. Pure.

A weight is how much likelier (as a natural logarithm) what a rule sees is of a false punch than of an honest one. Most are fitted
(logistic regression) on generated companies that are not those measured; the others are judged.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kaoqin.phones import client_signs as client
from kaoqin.phones import fix_signs as fix
from kaoqin.phones import hand_signs as hand
from kaoqin.phones import past_signs as before
from kaoqin.phones import phone_signs as phone
from kaoqin.phones import place_signs as place
from kaoqin.phones.past import Evidence, Past, Sign

PRIOR = -7.5
"""What a punch of which nothing is known weighs, for each doubt."""


class Doubt(StrEnum):
    """The two ways to cheat. What speaks against the one says nothing of the other."""

    MADE_UP = "made_up"
    OTHER_HAND = "other_hand"


@dataclass(frozen=True)
class Rule:
    """A rule: its code, its weight where it holds wholly, its text, and what sees it. Those `of_before` look at the scores
    of earlier punches."""

    code: str
    weight: float
    text: Promise
    sees: Callable[[Evidence, Past], Sign | None]
    of_before: bool = False


MADE_UP = (
    Rule("mock", 9.0, _("手机系统报告:这个位置是模拟出来的"), client.said_mock),
    Rule("emulator", 6.0, _("打卡来自模拟器,不是真的手机"), client.said_emulator),
    Rule("provider", 6.0, _("定位来源「{provider}」是虚拟定位软件用的名字"), client.odd_provider),
    Rule("clock", 3.0, _("手机时钟与实际时间差 {minutes} 分钟"), client.edited_clock),
    Rule("travel", 11.0, _("{minutes} 分钟走了 {km} 公里,需要每小时 {kmh} 公里"), place.impossible_travel),
    Rule(
        "fast",
        7.5,
        _("{minutes} 分钟走了 {km} 公里,每小时 {kmh} 公里,平时最快每小时 {usual} 公里"),
        place.faster_than_ever,
    ),
    Rule("stations", 6.0, _("周围的 {stations} 个 Wi-Fi 没有一个是别人在这里见过的"), place.strange_stations),
    Rule("stations_known", -3.5, _("周围的 Wi-Fi 就是这个地点的"), place.known_stations),
    Rule("network", 7.0, _("网络「{network}」没有别人在这里用过"), place.strange_network),
    Rule("region", 0.4, _("网络地址属于 {region},与平时不同,而定位没有变"), place.region_elsewhere),
    Rule("region_far", 1.5, _("网络地址属于 {region},离定位 {km} 公里"), place.region_far),
    Rule("zone", 2.0, _("手机的时区是 UTC{hours},与所在地点不符"), place.zone_elsewhere),
    Rule("accuracy", 2.0, _("定位精度 {metres} 米,这部手机平时是 {usual} 米"), fix.unusual_accuracy),
    Rule("nearness", 1.8, _("离地点中心 {metres} 米,平时是 {usual} 米"), fix.unusual_nearness),
    Rule("middle", 1.5, _("离设定的地点中心只有 {metres} 米,几乎重合"), fix.on_the_middle),
    Rule("no_accuracy", 3.0, _("定位精度 {metres} 米,没有手机能这样准"), fix.no_accuracy),
    Rule("whole_metres", 0.6, _("定位精度正好 {metres} 米,这部手机平时带小数"), fix.whole_metres),
    Rule("decimals", -0.8, _("定位精度带小数,与这部手机平时一样"), fix.decimals),
    Rule("same_accuracy", 3.6, _("位置不同,定位精度却第 {times} 次正好是 {metres} 米"), fix.same_accuracy),
    Rule("same_place", 4.0, _("坐标第 {times} 次与以前一模一样,直到最后一位"), fix.same_place),
    Rule("edge", 0.3, _("第 {times} 次正好在围栏边上打卡"), fix.always_at_edge),
    Rule("odd_shift", 4.5, _("同一班次里另有一次打卡可疑"), before.odd_shift, of_before=True),
    Rule("odd_before", 5.0, _("以前有 {times} 次打卡可疑"), before.odd_before, of_before=True),
)
OTHER_HAND = (
    Rule("anothers_phone", 8.5, _("这台手机主要是 {people} 在用"), phone.anothers_phone),
    Rule("lent_phone", 0.1, _("这台本人的手机还为 {people} 打过卡"), phone.lent_phone),
    Rule("handed_on_phone", 2.0, _("这台手机以前是 {people} 在用"), phone.handed_on_phone),
    Rule("new_phone", 3.5, _("刚开始用这台手机打卡"), phone.new_phone),
    Rule("new_network", 4.5, _("第一次从网络「{network}」打卡"), hand.new_network),
    Rule("phones_in_turn", 5.0, _("在几台手机之间来回换了 {changes} 次,这台不是常用的"), phone.phones_in_turn),
    Rule(
        "same_hand", 7.0, _("用这台手机打卡时,{other} 总在两分钟内打卡(共 {times} 次),用另一台时却不是"), hand.same_hand
    ),
    Rule("always_together", 0.1, _("与 {other} 几乎每次都在两分钟内先后打卡,共 {times} 次"), hand.always_together),
    Rule("stands_elsewhere", 3.0, _("这台手机在这里总离另一台 {metres} 米"), hand.stands_elsewhere),
    Rule("odd_phone", 3.3, _("用这台手机的打卡,以前有 {times} 次可疑"), before.odd_phone, of_before=True),
)
RULES = {Doubt.MADE_UP: MADE_UP, Doubt.OTHER_HAND: OTHER_HAND}
TEXTS = {rule.code: rule.text for rules in RULES.values() for rule in rules}
