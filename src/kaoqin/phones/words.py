"""Words of punching by phone: ways, what became of a record, what is odd about it, permissions."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from kaoqin.consent.words import purpose
from kaoqin.notices.words import Channel, notice_kind
from kaoqin.security.words import EVERYONE, Role, permission


class Way(models.TextChoices):
    """What proves that somebody is where they punch. A tablet is no phone; whether somebody may use one is said here, too."""

    GPS = "gps", gettext_lazy("定位")
    NETWORK = "network", gettext_lazy("办公网络")
    QR = "qr", gettext_lazy("屏幕二维码")
    FIXED_QR = "fixed_qr", gettext_lazy("固定二维码 + 定位")
    WIFI = "wifi", gettext_lazy("Wi-Fi")
    BEACON = "beacon", gettext_lazy("蓝牙信标")
    NFC = "nfc", gettext_lazy("NFC 标签 + 定位")
    KIOSK = "kiosk", gettext_lazy("打卡平板")


MARKS = (Way.FIXED_QR, Way.NFC)
"""What hangs on a wall and says the same every day."""


SIGNALS = (Way.WIFI, Way.BEACON)
"""What only a native client or a mini-program hears."""


class Outside(models.TextChoices):
    """What a punch outside of all places is."""

    FIELD = "field", gettext_lazy("记为外勤,直接有效")
    REVIEW = "review", gettext_lazy("待主管复核")


class Demand(models.TextChoices):
    """When something is asked for besides the place."""

    NEVER = "never", gettext_lazy("不需要")
    OUTSIDE = "outside", gettext_lazy("在范围外或不能确认位置时")
    ALWAYS = "always", gettext_lazy("每次打卡")


class PhoneState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("phone", "待批准")
    BOUND = "bound", pgettext_lazy("phone", "使用中")
    REPLACED = "replaced", pgettext_lazy("phone", "已停用")
    REJECTED = "rejected", pgettext_lazy("phone", "未批准")


SPEAKING = (PhoneState.BOUND, PhoneState.WAITING)
"""Phones for which a token speaks: one that is in use no more has none."""

PHONE_TONES = {
    PhoneState.BOUND.value: "green",
    PhoneState.WAITING.value: "yellow",
    PhoneState.REPLACED.value: "secondary",
    PhoneState.REJECTED.value: "red",
}


class RecordState(models.TextChoices):
    """What became of a record when it came. One that is held waits for a person."""

    COUNTED = "counted", gettext_lazy("有效")
    FIELD = "field", gettext_lazy("外勤")
    HELD = "held", gettext_lazy("待复核")
    REFUSED = "refused", gettext_lazy("不接受")


PUNCH_KIND = "punch"
"""The kind of record that is a punch; others belong to rooms above."""

KNOWN = "known"
"""The answer to a record that has come before; it is not kept again."""


class Keeping(models.TextChoices):
    """How much of a record's evidence is still kept."""

    WHOLE = "whole", gettext_lazy("完整")
    COARSE = "coarse", gettext_lazy("坐标已模糊")
    GONE = "gone", gettext_lazy("证据已到期删除")


class Seen(models.TextChoices):
    """Where a record was made: as `core.places.Verdict`, or nobody can say."""

    INSIDE = "inside", gettext_lazy("在范围内")
    UNCERTAIN = "uncertain", gettext_lazy("定位不准,可能在范围内")
    OUTSIDE = "outside", gettext_lazy("不在范围内")
    UNKNOWN = "unknown", gettext_lazy("没有位置依据")


class Queue(models.TextChoices):
    """Which records a manager looks at."""

    OPEN = "open", gettext_lazy("需要处理(待复核与可疑)")
    HELD = "held", gettext_lazy("待复核")
    SUSPECT = "suspect", gettext_lazy("可疑")
    OUTSIDE = "outside", gettext_lazy("不在范围内")
    DECIDED = "decided", gettext_lazy("已处理")
    ALL = "all", gettext_lazy("全部")


WAITING_QUEUES = frozenset({Queue.OPEN, Queue.HELD, Queue.SUSPECT})


class Flag(models.TextChoices):
    """What is odd about a record, as the manager reads it."""

    CLOCK_EDITED = "clock_edited", gettext_lazy("手机时钟与服务器不符,已按可核实的时间记录")
    CLOCK_UNPROVEN = "clock_unproven", gettext_lazy("手机休眠或页面关闭过,时间按手机时钟")
    NO_TIME = "no_time", gettext_lazy("时间无法核实")
    LATE = "late", gettext_lazy("上传过晚,超过允许的离线时间")
    OUT_OF_ORDER = "out_of_order", gettext_lazy("上传顺序颠倒")
    GAP = "gap", gettext_lazy("与上一条之间缺少记录")
    REPLAY = "replay", gettext_lazy("与已收到的记录编号相同而内容不同")
    PHONE_WAITING = "phone_waiting", gettext_lazy("手机还未批准")
    PHONE_ENDED = "phone_ended", gettext_lazy("手机当时已停用")
    NO_CONSENT = "no_consent", gettext_lazy("未同意使用位置,未保存定位")
    POINT_STALE = "point_stale", gettext_lazy("定位不是打卡时取得的")
    POINT_COARSE = "point_coarse", gettext_lazy("定位误差太大")
    CODE_WRONG = "code_wrong", gettext_lazy("二维码或标签无效、已过期,或不是本地点的")
    CODE_USED = "code_used", gettext_lazy("这个二维码本人已经用过")
    NO_NOTE = "no_note", gettext_lazy("在范围外,没有填写说明")
    NO_PHOTO = "no_photo", gettext_lazy("没有现场照片")
    PHOTO_AWAITED = "photo_awaited", gettext_lazy("现场照片还没有传到")
    PHOTO_LATE = "photo_late", gettext_lazy("现场照片超过 30 分钟才传到")
    NO_FACE = "no_face", gettext_lazy("手机没有核对人脸,或没有通过")
    PHOTO_OTHER = "photo_other", gettext_lazy("现场照片与这条打卡签名的不是同一张")


HOLDING = frozenset(
    {
        *(Flag.NO_TIME, Flag.LATE, Flag.PHONE_WAITING, Flag.PHONE_ENDED, Flag.NO_NOTE),
        *(Flag.NO_PHOTO, Flag.PHOTO_AWAITED, Flag.PHOTO_LATE, Flag.PHOTO_OTHER, Flag.NO_FACE),
    }
)
"""Flags with which a record waits for a person, wherever it was made."""


@dataclass(frozen=True)
class Ways:
    """How the people of a group may punch by phone; the defaults hold where nothing is stated."""

    ways: tuple[Way, ...] = (Way.GPS, Way.NETWORK)
    outside: Outside = Outside.REVIEW
    note_needed: bool = True
    offline_hours: int = 24
    changes: int = 1
    change_days: int = 30
    review_from_percent: int | None = 50
    """From which score on a punch is looked at by a person; None: the score brings none."""
    photo: Demand = Demand.NEVER
    """When a photo of the spot, taken with the camera of the phone, is asked for."""
    face: Demand = Demand.NEVER
    """When the phone's own face check is asked for, of those who agree to it."""


LOCATION = purpose(
    "location",
    gettext_lazy("打卡和签到时使用位置"),
    1,
    (
        gettext_lazy("目的:只用于判断您打卡时是否在打卡地点、拜访签到签退时是否在客户处,不作其他用途。"),
        gettext_lazy("内容:打卡、签到、签退那一刻的经纬度与误差;其他时候不保存位置,不记录轨迹。"),
        gettext_lazy("谁能看到:您的主管与人事。考勤记录里只留地点名称与距离,不留经纬度。"),
        gettext_lazy(
            "可以不同意,也可以随时撤回:改用办公网络或考勤机打卡,拜访照样可以签到,只是无法判断是否在客户处;不影响您的工作。"
        ),
    ),
)

PHOTO = purpose(
    "photo",
    gettext_lazy("打卡时拍现场照片"),
    1,
    (
        gettext_lazy("目的:考勤组要求时,证明打卡的人和地点属实;只在复核这一条打卡时看,不作人脸比对,不作其他用途。"),
        gettext_lazy("内容:按下快门时用相机现拍的一张照片,去掉相机写入的信息;不读取相册。"),
        gettext_lazy(
            "谁能看到:您本人,以及复核您打卡的主管与人事;谁看过都有记录。保存期限由公司设定,默认 180 天,到期自动删除。"
        ),
        gettext_lazy(
            "可以不同意,也可以随时撤回,撤回时已有的照片立即删除:改扫屏幕二维码,或用办公网络、打卡平板、考勤机打卡,不需要照片;不影响您的工作。"
        ),
    ),
)

FACE = purpose(
    "face",
    gettext_lazy("打卡时由手机核对人脸"),
    1,
    (
        gettext_lazy("目的:考勤组要求时,由您手机自带的人脸识别确认是您本人在打卡,不作其他用途。"),
        gettext_lazy("内容:人脸只在您的手机里核对;本系统只收到「通过」或「没有通过」,没有照片,也没有人脸特征。"),
        gettext_lazy("谁能看到:没有通过时,主管会看到这条打卡待复核。"),
        gettext_lazy("可以不同意,也可以随时撤回:打卡照常有效,不核对人脸,也不会因此待复核;不影响您的工作。"),
    ),
)

PUNCH = permission("phones.punch", gettext_lazy("用手机打卡"), EVERYONE)
SEE_PHONES = permission("phones.see", gettext_lazy("查看员工的手机与手机打卡"), [Role.MANAGER, Role.HR])
APPROVE_PHONES = permission("phones.approve", gettext_lazy("批准更换手机"), [Role.MANAGER, Role.HR])
REVIEW_RECORDS = permission("phones.review", gettext_lazy("复核手机打卡"), [Role.MANAGER, Role.HR])
MANAGE_PLACES = permission("phones.places", gettext_lazy("管理打卡地点与打卡方式"), [Role.HR])

WAITING = notice_kind("phones.waiting", gettext_lazy("手机打卡需要处理"), channels=[Channel.PUSH])
DECIDED = notice_kind("phones.decided", gettext_lazy("自己的手机打卡的复核结果"), channels=[Channel.PUSH])
