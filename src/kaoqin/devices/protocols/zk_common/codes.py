"""What the result codes of both PUSH dialects say, for people (facts A.7)."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

_REASONS: Mapping[int, str | Promise] = {
    -1: gettext_lazy("参数错误,或没有这条数据"),
    -2: gettext_lazy("照片大小不符"),
    -3: gettext_lazy("读写存储出错"),
    -9: gettext_lazy("模板大小不符"),
    -10: gettext_lazy("机内没有这个编号"),
    -11: gettext_lazy("模板无效"),
    -12: gettext_lazy("模板无效"),
    -30: gettext_lazy("版本不符"),
    -1001: gettext_lazy("机内已存满"),
    -1002: gettext_lazy("固件不支持这条命令"),
    -1003: gettext_lazy("执行超时"),
    -1004: gettext_lazy("配置不符,或没有这张表"),
    -1005: gettext_lazy("考勤机正忙"),
    -1006: gettext_lazy("数据太长"),
    -1007: gettext_lazy("内存不足"),
    -1008: gettext_lazy("下载失败"),
    -5000: gettext_lazy("门禁模式的固件不接受这种写法"),
}


def reason(code: int) -> str:
    """Why a terminal did not do what it was told."""
    told = _REASONS.get(code)
    return f"{told}({code})" if told else gettext("考勤机返回代码 {code}").format(code=code)
