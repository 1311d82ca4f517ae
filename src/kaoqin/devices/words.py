"""Words of the terminals: states, what may happen at one, permissions."""

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from kaoqin.notices.words import Channel, notice_kind
from kaoqin.security.words import Role, permission


class DeviceState(models.TextChoices):
    """Only an approved terminal is believed; the others keep their data."""

    PENDING = "pending", gettext_lazy("待批准")
    APPROVED = "approved", gettext_lazy("已启用")
    REFUSED = "refused", gettext_lazy("已拒绝")
    RETIRED = "retired", gettext_lazy("已停用")


class Light(models.TextChoices):
    """How a terminal is, the worst first; one light each."""

    PENDING = "pending", gettext_lazy("待批准")
    SILENT = "silent", gettext_lazy("失联")
    NEVER = "never", gettext_lazy("从未联系")
    CLOCK = "clock", gettext_lazy("时钟偏差")
    MEMORY = "memory", gettext_lazy("存储将满")
    ONLINE = "online", gettext_lazy("在线")
    OFF = "off", gettext_lazy("不在用")


TONES: dict[Light, str] = dict.fromkeys(Light, "yellow") | {Light.ONLINE: "green", Light.OFF: "secondary"}
TONES |= dict.fromkeys((Light.SILENT, Light.NEVER), "red")
"""The colour of each light."""


class Alarm(models.TextChoices):
    """What somebody is told of without looking."""

    SILENT = "silent", gettext_lazy("失联")
    SITE_OUT = "site_out", gettext_lazy("整个地点失联")
    CLOCK = "clock", gettext_lazy("时钟偏差")
    MEMORY = "memory", gettext_lazy("存储将满")
    COUNT = "count", gettext_lazy("记录数对不上")
    TWO_ADDRESSES = "two_addresses", gettext_lazy("同一序列号从两个地址联系")
    BARRED = "barred", gettext_lazy("从不允许的地址联系")


class BadLineState(models.TextChoices):
    WAITING = "waiting", gettext_lazy("待处理")
    REPAIRED = "repaired", gettext_lazy("已修复")
    DISMISSED = "dismissed", gettext_lazy("已忽略")
    REREAD = "reread", gettext_lazy("重读后正常")


class CommandState(models.TextChoices):
    WAITING = "waiting", gettext_lazy("等待下发")
    SENT = "sent", gettext_lazy("已下发")
    DONE = "done", gettext_lazy("已完成")
    FAILED = "failed", gettext_lazy("失败")
    REPLACED = "replaced", gettext_lazy("已被取代")


class Wish(models.TextChoices):
    """What a terminal can be told."""

    PUT_PERSON = "put_person", gettext_lazy("下发人员")
    REMOVE_PERSON = "remove_person", gettext_lazy("删除人员")
    PUT_TEMPLATE = "put_template", gettext_lazy("下发生物特征")
    REMOVE_TEMPLATE = "remove_template", gettext_lazy("删除生物特征")
    TELL_PEOPLE = "tell_people", gettext_lazy("读取人员")
    TELL_PUNCHES = "tell_punches", gettext_lazy("重新上传一段时间的记录")
    COUNT_PUNCHES = "count_punches", gettext_lazy("统计一段时间的记录数")
    TELL_STATE = "tell_state", gettext_lazy("读取设备信息")
    CALL_AGAIN = "call_again", gettext_lazy("重新连接并上传")
    RESTART = "restart", gettext_lazy("重启")


class AccessKind(models.TextChoices):
    """What a rule says of who belongs on a terminal. Without rules: everybody who works at its site."""

    CHOSEN_ONLY = "chosen_only", gettext_lazy("只限另外列出的人,不含本地点全体")
    SITE = "site", gettext_lazy("另一地点的全体")
    DEPARTMENT = "department", gettext_lazy("部门(含下级)")
    EMPLOYEE = "employee", gettext_lazy("单个员工")


class PlacementState(models.TextChoices):
    """How far it is with somebody on a terminal. The last two are there and nobody's to remove unasked."""

    WAITING = "waiting", gettext_lazy("待下发")
    SENT = "sent", gettext_lazy("已下发待确认")
    SAME = "same", gettext_lazy("一致")
    FAILED = "failed", gettext_lazy("失败")
    EXTRA = "extra", gettext_lazy("不在名单")
    STRANGER = "stranger", gettext_lazy("机内未知")


class PlacementFault(models.TextChoices):
    """Why somebody is not on a terminal as they should be, or not off it."""

    CODE = "code", gettext_lazy("考勤机拒绝")
    HELD = "held", gettext_lazy("一次要删除的人太多,等待确认")
    WITHDRAWN = "withdrawn", gettext_lazy("命令被撤回")
    UNANSWERED = "unanswered", gettext_lazy("多次下发没有回音")
    NOT_SHOWN = "not_shown", gettext_lazy("考勤机说已执行,读回来却不是这样")
    BAD_VALUE = "bad_value", gettext_lazy("编号或卡号里有不能下发的字符,或者太长")
    NO_NUMBER = "no_number", gettext_lazy("工号在这台机上是别人的编号,请在「打卡编号」中为他指定一个")
    ADMINISTRATOR = "administrator", gettext_lazy("机内管理员,不改权限也不删除")


class RemovalState(models.TextChoices):
    """How far it is with a terminal forgetting a trait of somebody, what a person must look at first."""

    NEEDS_HAND = "needs_hand", gettext_lazy("须在机上手动删除")
    WAITING = "waiting", gettext_lazy("等待考勤机")
    BY_HAND = "by_hand", gettext_lazy("已手动删除")
    DONE = "done", gettext_lazy("考勤机已删除")


class Deed(models.TextChoices):
    """What was done at a terminal, in words of no protocol."""

    STARTED = "started", gettext_lazy("开机")
    STOPPED = "stopped", gettext_lazy("关机")
    REJECTED = "rejected", gettext_lazy("验证失败")
    ALARM = "alarm", gettext_lazy("报警")
    MENU = "menu", gettext_lazy("进入菜单")
    SETTINGS = "settings", gettext_lazy("修改设置")
    ENROLLED = "enrolled", gettext_lazy("登记人员或凭证")
    REMOVED = "removed", gettext_lazy("删除人员或凭证")
    CLEARED = "cleared", gettext_lazy("清除数据")
    CLOCK_SET = "clock_set", gettext_lazy("设置时间")
    RESET = "reset", gettext_lazy("恢复出厂")
    RECORDS_DELETED = "records_deleted", gettext_lazy("删除记录")
    ADMINISTRATORS_CLEARED = "administrators_cleared", gettext_lazy("清除管理员")
    PHOTOS_DELETED = "photos_deleted", gettext_lazy("删除考勤照片")
    DOWNLOADED = "downloaded", gettext_lazy("U 盘下载")
    DELETED_AFTER_DOWNLOAD = "deleted_after_download", gettext_lazy("U 盘下载后删除记录")
    IDENTITY_CHECK = "identity_check", gettext_lazy("身份核验")
    DOOR = "door", gettext_lazy("门与设备事件")
    FAULT = "fault", gettext_lazy("设备报错")
    OTHER = "other", gettext_lazy("其他")


class Happening(models.TextChoices):
    """What there is in the history of a terminal."""

    UPLOAD = "upload", gettext_lazy("上传")
    BAD_LINES = "bad_lines", gettext_lazy("问题行")
    OPERATION = "operation", gettext_lazy("机内操作")
    TAMPERING = "tampering", gettext_lazy("可能影响打卡的操作")
    COMMAND = "command", pgettext_lazy("terminal", "命令")
    ALARM = "alarm", gettext_lazy("告警")
    DECISION = "decision", gettext_lazy("审批与设置")


class Fault(models.TextChoices):
    """What is wrong with a line that could not be taken."""

    COLUMNS = "columns", gettext_lazy("应是「考勤号码 TAB 时间 TAB …」,这一行没有 TAB。")
    PIN = "pin", gettext_lazy("没有可用的考勤号码(1 到 60 个字符)。")
    TIME = "time", gettext_lazy("时间应为 2026-03-02 08:00:00 的样子。")
    KIND = "kind", gettext_lazy("不认识这种行。")
    OPERATION = "operation", gettext_lazy("操作代码应是数字。")
    EVENT = "event", gettext_lazy("事件代码应是数字。")
    EVENT_REFUSED = "event_refused", gettext_lazy("拒绝通行或报警的事件,未计为打卡,请核对。")
    RESULT = "result", gettext_lazy("命令结果没有编号。")
    ARCHIVE = "archive", gettext_lazy("压缩包损坏,无法解开;原样保留。")
    UNREAD = "unread", gettext_lazy("程序未能读懂这次上传,已原样保留,修复后可重新读取。")


TAMPERING = frozenset(
    {
        Deed.SETTINGS,
        Deed.CLEARED,
        Deed.CLOCK_SET,
        Deed.RESET,
        Deed.RECORDS_DELETED,
        Deed.ADMINISTRATORS_CLEARED,
        Deed.PHOTOS_DELETED,
        Deed.DELETED_AFTER_DOWNLOAD,
    }
)
"""Deeds that may have changed what a terminal tells: shown next to the day's attendance."""

SEE_DEVICES = permission("devices.see", gettext_lazy("查看考勤机"), [Role.HR, Role.ADMINISTRATOR, Role.AUDITOR])
APPROVE_DEVICES = permission("devices.approve", gettext_lazy("批准、拒绝与停用考勤机"), [Role.HR, Role.ADMINISTRATOR])
COMMAND_DEVICES = permission("devices.command", gettext_lazy("向考勤机下发命令"), [Role.HR, Role.ADMINISTRATOR])
PLACE_PEOPLE = permission("devices.place_people", gettext_lazy("管理考勤机上的人员"), [Role.HR])
GROUP_PINS = permission("devices.pin_groups", gettext_lazy("设置考勤机的编号组"), [Role.HR])
REPAIR_LINES = permission("devices.repair", gettext_lazy("处理考勤机的问题行"), [Role.HR])
KEEP_TEMPLATES = permission("devices.templates", gettext_lazy("保存、同步与删除生物特征模板"), [Role.HR])
NAME_KEEPERS = permission("devices.name_keepers", gettext_lazy("指定考勤机负责人"), [Role.HR, Role.ADMINISTRATOR])

_BOTH = (Channel.EMAIL, Channel.PUSH)
SITE_OUT = notice_kind("devices.site_out", gettext_lazy("整个地点失联"), urgent=True, channels=_BOTH, open=True)
ALARM_RAISED = notice_kind("devices.alarm", gettext_lazy("考勤机告警"), channels=_BOTH, open=True)
ALARM_CLEARED = notice_kind("devices.recovered", gettext_lazy("考勤机恢复"), channels=[Channel.PUSH], open=True)
TERMINAL_WAITS = notice_kind("devices.pending", gettext_lazy("考勤机等待批准"), channels=[Channel.PUSH], open=True)
LINES_BAD = notice_kind("devices.bad_lines", gettext_lazy("考勤机问题行"), channels=[Channel.EMAIL])
