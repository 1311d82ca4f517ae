"""Words of the organisation: datums, permissions."""

from django.db import models
from django.utils.translation import gettext_lazy

from kaoqin.security.words import EVERYONE, Role, permission


class Datum(models.TextChoices):
    """In which coordinate system a position is given; a wrong one moves a fence by 300 to 1,500 m."""

    WGS84 = "wgs84", "WGS-84(GPS)"
    GCJ02 = "gcj02", gettext_lazy("GCJ-02(高德、腾讯)")
    BD09 = "bd09", gettext_lazy("BD-09(百度)")


class Gender(models.TextChoices):
    FEMALE = "female", gettext_lazy("女")
    MALE = "male", gettext_lazy("男")


class Protection(models.TextChoices):
    """Why the law spares somebody overtime and night work."""

    PREGNANT = "pregnant", gettext_lazy("怀孕满 7 个月(《女职工劳动保护特别规定》第六条)")
    NURSING = "nursing", gettext_lazy("正在哺乳未满 1 周岁的婴儿(《女职工劳动保护特别规定》第九条)")
    MINOR = "minor", gettext_lazy("未满 18 周岁(《未成年人保护法》第六十一条)")


class Province(models.TextChoices):
    """Provinces by the first two digits of their code (GB/T 2260): where a site is decides which local law applies."""

    BEIJING = "11", gettext_lazy("北京")
    TIANJIN = "12", gettext_lazy("天津")
    HEBEI = "13", gettext_lazy("河北")
    SHANXI = "14", gettext_lazy("山西")
    INNER_MONGOLIA = "15", gettext_lazy("内蒙古")
    LIAONING = "21", gettext_lazy("辽宁")
    JILIN = "22", gettext_lazy("吉林")
    HEILONGJIANG = "23", gettext_lazy("黑龙江")
    SHANGHAI = "31", gettext_lazy("上海")
    JIANGSU = "32", gettext_lazy("江苏")
    ZHEJIANG = "33", gettext_lazy("浙江")
    ANHUI = "34", gettext_lazy("安徽")
    FUJIAN = "35", gettext_lazy("福建")
    JIANGXI = "36", gettext_lazy("江西")
    SHANDONG = "37", gettext_lazy("山东")
    HENAN = "41", gettext_lazy("河南")
    HUBEI = "42", gettext_lazy("湖北")
    HUNAN = "43", gettext_lazy("湖南")
    GUANGDONG = "44", gettext_lazy("广东")
    GUANGXI = "45", gettext_lazy("广西")
    HAINAN = "46", gettext_lazy("海南")
    CHONGQING = "50", gettext_lazy("重庆")
    SICHUAN = "51", gettext_lazy("四川")
    GUIZHOU = "52", gettext_lazy("贵州")
    YUNNAN = "53", gettext_lazy("云南")
    TIBET = "54", gettext_lazy("西藏")
    SHAANXI = "61", gettext_lazy("陕西")
    GANSU = "62", gettext_lazy("甘肃")
    QINGHAI = "63", gettext_lazy("青海")
    NINGXIA = "64", gettext_lazy("宁夏")
    XINJIANG = "65", gettext_lazy("新疆")


SEE_PEOPLE = permission(
    "org.see_people", gettext_lazy("查看员工"), [Role.MANAGER, Role.HR, Role.ADMINISTRATOR, Role.AUDITOR]
)
SEE_SELF = permission("org.see_self", gettext_lazy("查看自己的资料"), EVERYONE)
MANAGE_PEOPLE = permission("org.manage_people", gettext_lazy("维护员工与任职"), [Role.HR])
MANAGE_STRUCTURE = permission("org.manage_structure", gettext_lazy("维护部门与地点"), [Role.HR, Role.ADMINISTRATOR])
MANAGE_FACTS = permission("org.manage_facts", gettext_lazy("查看和维护个人情况(生日、工龄、生育)"), [Role.HR])
