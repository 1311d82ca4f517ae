"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.core.personal import table
from kaoqin.phones.models import Phone, Place, PunchPhoto, Record, Token

PARTS = (
    table(
        "phones.phones",
        _("手机"),
        Phone,
        lambda who: Phone.objects.filter(employee=who.employee_id).order_by("pk"),
        {
            "registered_at": _("登记时间"),
            "name": _("手机"),
            "state": _("状态"),
            "bound_at": _("启用时间"),
            "ended_at": _("停用时间"),
        },
    ),
    table(
        "phones.records",
        _("手机打卡与签到"),
        Record,
        lambda who: Record.objects.filter(employee=who.employee_id).order_by("at"),
        {
            "at": _("计入的时间"),
            "device_time": _("手机显示的时间"),
            "received_at": _("收到时间"),
            "zone": _("时区"),
            "kind": _("类型"),
            "way": _("打卡方式"),
            "state": _("状态"),
            "verdict": _("判定"),
            "place": _("地点"),
            "distance_m": _("距范围(米)"),
            "latitude": _("纬度"),
            "longitude": _("经度"),
            "accuracy_m": _("定位误差(米)"),
            "keeping": _("保存状态"),
            "address": _("网络地址"),
            "network": _("网络"),
            "device": _("设备编号"),
            "provider": _("定位来源"),
            "stations": _("周围的Wi-Fi"),
            "flags": _("备注"),
            "note": _("说明"),
            "payload": _("手机发送的原文"),
            "decision__counts": _("复核结果"),
            "decision__reason": _("复核理由"),
            "decision__decided_at": _("复核时间"),
        },
    ),
    table(
        "phones.places",
        _("本人的打卡地点"),
        Place,
        lambda who: Place.objects.filter(employee=who.employee_id).order_by("begins_on"),
        {
            "begins_on": _("开始"),
            "ends_on": _("结束"),
            "name": _("名称"),
            "corners": _("坐标"),
            "datum": _("坐标系"),
            "radius_m": _("半径(米)"),
        },
    ),
    table(
        "phones.photos",
        _("打卡的现场照片"),
        PunchPhoto,
        lambda who: PunchPhoto.objects.filter(employee=who.employee_id).order_by("pk"),
        {
            "brought_at": _("收到时间"),
            "record__at": _("计入的时间"),
            "size_bytes": _("大小(字节)"),
            "sha256": _("摘要"),
        },
    ),
    table(
        "phones.clients",
        _("手机客户端"),
        Token,
        lambda who: Token.objects.filter(phone__employee=who.employee_id).order_by("pk"),
        {
            "made_at": _("连接时间"),
            "phone__name": _("手机"),
            "last_used_on": _("最近使用"),
            "revoked_at": _("断开时间"),
        },
    ),
)
