"""Words of tracks: the purpose people agree to, permissions."""

from django.utils.translation import gettext_lazy

from kaoqin.consent.words import purpose
from kaoqin.security.words import EVERYONE, Role, permission

TRACK = purpose(
    "track",
    gettext_lazy("在岗时记录轨迹"),
    1,
    (
        gettext_lazy("目的:核对外勤拜访与里程,不作其他用途。"),
        gettext_lazy("内容:上班打卡之后、下班打卡之前的位置;不在岗时不记录,手机上会显示「轨迹记录中」,可以随时停止。"),
        gettext_lazy("谁能看到:您的主管与人事;谁看过,您在「我的轨迹」里能看到。"),
        gettext_lazy("保存:原始定位点默认 30 天,整理过的路线默认 180 天,之后自动删除。"),
        gettext_lazy("可以不同意,也可以随时撤回:已保存的轨迹会立即删除,改用拜访签到,不影响您的工作。"),
    ),
)

OWN_TRACK = permission("tracks.own", gettext_lazy("记录与查看自己的轨迹"), EVERYONE)
SEE_TRACKS = permission("tracks.see", gettext_lazy("查看员工的轨迹"), [Role.MANAGER, Role.HR])
