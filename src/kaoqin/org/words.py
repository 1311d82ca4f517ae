"""Words of the organisation: datums, permissions."""

from django.db import models
from django.utils.translation import gettext_lazy

from kaoqin.security.words import EVERYONE, Role, permission


class Datum(models.TextChoices):
    """In which coordinate system a position is given; a wrong one moves a fence by 300 to 1,500 m."""

    WGS84 = "wgs84", "WGS-84(GPS)"
    GCJ02 = "gcj02", gettext_lazy("GCJ-02(高德、腾讯)")
    BD09 = "bd09", gettext_lazy("BD-09(百度)")


SEE_PEOPLE = permission(
    "org.see_people", gettext_lazy("查看员工"), [Role.MANAGER, Role.HR, Role.ADMINISTRATOR, Role.AUDITOR]
)
SEE_SELF = permission("org.see_self", gettext_lazy("查看自己的资料"), EVERYONE)
MANAGE_PEOPLE = permission("org.manage_people", gettext_lazy("维护员工与任职"), [Role.HR])
MANAGE_STRUCTURE = permission("org.manage_structure", gettext_lazy("维护部门与地点"), [Role.HR, Role.ADMINISTRATOR])
