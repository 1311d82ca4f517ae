"""Words of what people may know of their data: permissions, and how long a copy lies there."""

import datetime as dt

from django.utils.translation import gettext_lazy

from kaoqin.security.words import EVERYONE, Role, permission

FETCHABLE_FOR = dt.timedelta(days=1)
"""So long a copy can be fetched; then its file goes."""
MOST_A_DAY = 3

OWN_DATA = permission("privacy.own", gettext_lazy("查看和导出自己的个人信息"), EVERYONE)
SEE_COPIES = permission("privacy.see_copies", gettext_lazy("查看个人信息副本的记录"), [Role.HR, Role.AUDITOR])
COPY_FOR_LEAVERS = permission("privacy.copy", gettext_lazy("为离职员工制作个人信息副本"), [Role.HR])
