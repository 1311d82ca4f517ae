"""Invented names: common surnames with common given names, drawn in a fixed order."""

import random
from collections.abc import Iterator

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN = [
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "刚",
    "桂英",
    "秀兰",
    "建华",
    "志强",
    "海燕",
    "小红",
    "晓东",
    "文博",
    "雨桐",
    "子涵",
    "思远",
    "佳怡",
    "俊杰",
    "梦洁",
    "浩然",
    "欣怡",
    "宇轩",
    "晨曦",
    "雅琴",
    "国栋",
    "立新",
    "春梅",
    "玉兰",
    "庆丰",
    "长江",
    "红梅",
    "少华",
    "永康",
    "丽华",
    "建国",
    "卫东",
    "新民",
]


def names(seed: int) -> Iterator[str]:
    """An endless row of names, always the same for a seed."""
    draw = random.Random(seed)  # noqa: S311 - invented people need no secrets
    while True:
        yield draw.choice(SURNAMES) + draw.choice(GIVEN)
