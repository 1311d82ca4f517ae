"""The text people agree to before their position is used, by its version."""

from django.utils.translation import gettext_lazy

VERSION = 1
TEXT = (
    gettext_lazy("目的:只用于判断您打卡时是否在打卡地点、拜访签到签退时是否在客户处,不作其他用途。"),
    gettext_lazy("内容:打卡、签到、签退那一刻的经纬度与误差;其他时候不保存位置,不记录轨迹。"),
    gettext_lazy("谁能看到:您的主管与人事。考勤记录里只留地点名称与距离,不留经纬度。"),
    gettext_lazy(
        "可以不同意,也可以随时撤回:改用办公网络或考勤机打卡,拜访照样可以签到,只是无法判断是否在客户处;不影响您的工作。"
    ),
)
