"""A mapping: which columns of somebody's own file hold the person and the times. Can be kept as JSON."""

from collections.abc import Mapping as JsonObject
from dataclasses import dataclass, fields
from typing import Any, Self

from django.utils.translation import gettext

from kaoqin.punches.formats.words import FormatRefusal, KeyKind

Column = str | int
"""A column by its header (text) or by its place (1 is the first)."""


@dataclass(frozen=True)
class Mapping:
    """Columns by header or place. `times` are full date-times, or clock times that go with `date`.

    `date_format` and `time_format` are patterns such as `YYYYMMDD` or `DD/MM/YY hh:mm:ss AM` (clock.py); empty
    means the known, unmistakable shapes. `skip_rows` rows are passed over where no header is named.
    """

    key: Column
    times: tuple[Column, ...]
    key_kind: KeyKind = KeyKind.PIN
    date: Column | None = None
    name: Column | None = None
    device: Column | None = None
    status: Column | None = None
    verify: Column | None = None
    workcode: Column | None = None
    place: Column | None = None
    remark: Column | None = None
    result: Column | None = None
    source: Column | None = None
    date_format: str = ""
    time_format: str = ""
    delimiter: str = ""
    skip_rows: int = 0

    def named_columns(self) -> tuple[Column, ...]:
        """Every column the mapping names."""
        single = (getattr(self, name) for name in _COLUMN_FIELDS)
        return tuple(column for column in (*single, *self.times) if column is not None)

    def to_json(self) -> dict[str, Any]:
        """A JSON object without the fields that are left at their default."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        kept = {name: value for name, value in told.items() if value not in (None, "", 0)}
        return {**kept, "times": list(self.times), "key_kind": self.key_kind.value}

    @classmethod
    def from_json(cls, told: object) -> Self:
        """The mapping of a JSON object. Refuses unknown fields and columns that are no column."""
        if not isinstance(told, JsonObject):
            raise _bad(gettext("映射应是一个对象"))
        unknown = sorted(str(name) for name in set(told) - {field.name for field in fields(cls)})
        if unknown:
            raise _bad(gettext("没有这样的字段：{found}").format(found="、".join(unknown)))
        return cls(**{str(name): _value(str(name), value) for name, value in _completed(told).items()})


_COLUMN_FIELDS = (
    *("key", "date", "name", "device", "status", "verify", "workcode"),
    *("place", "remark", "result", "source"),
)
_TEXT_FIELDS = ("date_format", "time_format", "delimiter")


def _bad(why: str) -> FormatRefusal:
    return FormatRefusal("formats.bad_mapping", gettext("列映射无法使用：{why}。").format(why=why))


def _completed(told: JsonObject[str, object]) -> JsonObject[str, object]:
    missing = [name for name in ("key", "times") if not told.get(name)]
    if missing:
        raise _bad(gettext("请指定工号(考勤号)列和时间列"))
    return told


def _value(name: str, value: object) -> Any:
    if name == "times":
        return _times(value)
    if name == "key_kind":
        return _key_kind(value)
    if name in _TEXT_FIELDS:
        return _text(name, value)
    if name == "skip_rows":
        return _count(value)
    return None if value is None else _column(name, value)


def _times(value: object) -> tuple[Column, ...]:
    if not isinstance(value, list | tuple):
        raise _bad(gettext("times 应是列的列表"))
    return tuple(_column("times", column) for column in value)


def _key_kind(value: object) -> KeyKind:
    if value not in list(KeyKind):
        raise _bad(gettext("key_kind 应是 {found} 之一").format(found="、".join(KeyKind)))
    return KeyKind(str(value))


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > 40 or (name == "delimiter" and len(value) > 1):
        raise _bad(gettext("{name} 的值不对").format(name=name))
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1000:
        raise _bad(gettext("skip_rows 应是 0 到 1000 的整数"))
    return value


def _column(name: str, value: object) -> Column:
    by_place = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1000
    by_header = isinstance(value, str) and 0 < len(value.strip()) <= 100
    if not (by_place or by_header):
        raise _bad(gettext("{name} 应是列名，或从 1 起的列号").format(name=name))
    return value if isinstance(value, int) else str(value).strip()
