"""What a person decided about a file, and what the reading found out; kept with the batch as JSON."""

from collections.abc import Mapping as JsonObject
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.utils.translation import gettext

from kaoqin.punches.formats.mapping import Mapping
from kaoqin.punches.formats.words import DateOrder, FormatRefusal, Overnight


@dataclass(frozen=True)
class Options:
    """Decisions for one file. All empty: the formats find out themselves, and ask what they cannot know.

    `period` (first and last day) gives header cells like `1 2 3` their dates. `header` is filled in by the
    reading, so that a single repaired row can be read again without the file.
    """

    encoding: str = ""
    sheet: str = ""
    date_order: DateOrder | None = None
    overnight: Overnight | None = None
    period: tuple[date, date] | None = None
    mapping: Mapping | None = None
    header: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A JSON object of what is decided."""
        told: dict[str, Any] = {"encoding": self.encoding, "sheet": self.sheet, "header": list(self.header)}
        told["date_order"] = self.date_order and self.date_order.value
        told["overnight"] = self.overnight and self.overnight.value
        told["period"] = self.period and [day.isoformat() for day in self.period]
        told["mapping"] = self.mapping and self.mapping.to_json()
        return {name: value for name, value in told.items() if value}

    @classmethod
    def from_json(cls, told: object) -> Self:
        """The options of a JSON object; refuses what it does not know."""
        if not isinstance(told, JsonObject):
            raise _bad(gettext("应是一个对象"))
        try:
            return cls(
                encoding=str(told.get("encoding") or ""),
                sheet=str(told.get("sheet") or ""),
                date_order=DateOrder(told["date_order"]) if told.get("date_order") else None,
                overnight=Overnight(told["overnight"]) if told.get("overnight") else None,
                period=_period(told.get("period")),
                mapping=Mapping.from_json(told["mapping"]) if told.get("mapping") else None,
                header=tuple(str(name) for name in told.get("header") or ()),
            )
        except (TypeError, ValueError) as fault:
            raise _bad(str(fault)) from fault


def _period(told: object) -> tuple[date, date] | None:
    if not told:
        return None
    if not isinstance(told, list | tuple) or len(told) != 2:
        raise ValueError("period")
    first, last = (date.fromisoformat(str(day)) for day in told)
    if not first <= last or (last - first).days > 400:
        raise ValueError("period")
    return first, last


def _bad(why: str) -> FormatRefusal:
    return FormatRefusal("formats.bad_options", gettext("读取选项无法使用：{why}。").format(why=why))
