"""What people type in when they ask for leave or for its end."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.time import load_wall_clock
from kaoqin.leave import queries
from kaoqin.leave.asking import AskedLeave
from kaoqin.leave.forms import DATE, WhenForm
from kaoqin.leave.ledger import Kind
from kaoqin.leave.models import TakenLeave


class LeaveForm(WhenForm):
    """Leave of one of the kinds somebody is offered; only the fields that the chosen kind asks for."""

    kind = forms.ChoiceField(label=gettext_lazy("假期类型"))
    reason = forms.CharField(label=gettext_lazy("事由"), max_length=200, required=False)
    field_order = ("kind", "first", "start_time", "first_half", "last", "end_time", "last_half", "reason")

    def __init__(self, *told: Any, kinds: Sequence[Kind], **more: Any) -> None:
        super().__init__(*told, **more)
        labels = [(one.code, one.row.name) for one in kinds]
        self.fields["kind"] = forms.ChoiceField(
            label=gettext_lazy("假期类型"), choices=labels, error_messages={"required": gettext("请选择假期类型。")}
        )
        self.order_fields(self.field_order)
        asked = (self.data or self.initial).get("kind", "")
        self.chosen = next((one for one in kinds if one.code == asked), None)
        self.narrow(self.chosen)

    @property
    def shape(self) -> str:
        """Which fields it has, in a word: by the clock, by half days, by days."""
        return "clock" if "start_time" in self.fields else "halves" if "first_half" in self.fields else "days"

    def when(self) -> list[list[forms.BoundField]]:
        """The fields of when, in pairs: those of the beginning, those of the end."""
        pairs = (("first", "start_time", "first_half"), ("last", "end_time", "last_half"))
        return [[self[name] for name in names if name in self.fields] for names in pairs]

    def asked(self) -> AskedLeave:
        """What was typed."""
        said = self.cleaned_data
        times = {name: f"{said[name]:%H:%M}" for name in ("start_time", "end_time") if name in said}
        halves = {name: said.get(name, "") for name in ("first_half", "last_half")}
        return AskedLeave(said["kind"], said["first"], said["last"], reason=said["reason"].strip(), **halves, **times)

    @staticmethod
    def shown(asked: AskedLeave) -> Mapping[str, Any]:
        """Leave as the fields show it."""
        return vars(asked)


class EndForm(forms.Form):
    """Which leave is over, and since when: a day of leave by the day, else a moment."""

    leave = forms.ChoiceField(label=gettext_lazy("哪一次请假"))
    since_day = forms.DateField(
        label=gettext_lazy("从哪天起不休了"),
        widget=forms.DateInput(DATE, format="%Y-%m-%d"),
        required=False,
        help_text=gettext_lazy("填请假的第一天,就是整个取消。"),
    )
    since = forms.DateTimeField(
        label=gettext_lazy("从什么时候起不休了"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        required=False,
        help_text=gettext_lazy("填请假开始的时刻,就是整个取消。"),
    )
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200, required=False)

    def __init__(self, *told: Any, leaves: Mapping[int, TakenLeave], by_day: set[int], **more: Any) -> None:
        super().__init__(*told, **more)
        self._leaves = leaves
        choices = [(key, f"{one.kind.name} {queries.say_when(one, by_day)}") for key, one in leaves.items()]
        self.fields["leave"] = forms.ChoiceField(label=gettext_lazy("哪一次请假"), choices=choices)
        self.order_fields(["leave", "since_day", "since", "reason"])
        found = leaves.get(_number((self.data or self.initial).get("leave"))) or next(iter(leaves.values()), None)
        self.by_the_day = found is not None and found.kind_id in by_day
        name = "since_day" if self.by_the_day else "since"
        del self.fields["since" if self.by_the_day else "since_day"]
        self.fields[name].required = True

    @property
    def shape(self) -> str:
        """Whether it asks for a day or for a moment."""
        return "day" if self.by_the_day else "moment"

    def chosen(self) -> TakenLeave:
        return self._leaves[int(self.cleaned_data["leave"])]

    def moment(self) -> dt.datetime:
        """Since when, by the wall clock: the beginning of the roster day, or the moment."""
        said = self.cleaned_data
        if not self.by_the_day:
            typed: dt.datetime = said["since"]
            return typed.replace(tzinfo=None)
        found = self.chosen()
        begin = queries.interval(found.employee_id, said["since_day"], said["since_day"])[0]
        return max(begin, load_wall_clock(found.start))


def _number(text: Any) -> int:
    return int(text) if str(text or "").isdecimal() else 0
