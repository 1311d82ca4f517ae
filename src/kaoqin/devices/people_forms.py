"""What people say of who is on terminals, of cards, and of how one terminal differs from others."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kaoqin.devices.people_actions import Rule
from kaoqin.devices.wire import Option
from kaoqin.devices.words import AccessKind
from kaoqin.org import number_queries, place_queries
from kaoqin.org.models import Employee
from kaoqin.security.words import ScopeKind


def _date_input() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class KeepForm(forms.Form):
    adopt = forms.BooleanField(
        label=gettext_lazy("机内已有的本公司员工也由系统管理"),
        required=False,
        help_text=gettext_lazy(
            "勾选后,其中不在名单的(已离职、已调走)会从这台机删除。不勾选则只列出,由您逐个确认。机内未知的人和机内管理员都不会动。"
        ),
    )


class AccessForm(forms.Form):
    """Who belongs on a terminal, from when to when."""

    who = forms.ChoiceField(label=gettext_lazy("哪些人"))
    number = forms.CharField(
        label=gettext_lazy("工号"), max_length=40, required=False, help_text=gettext_lazy("选「单个员工」时填写。")
    )
    begins_on = forms.DateField(label=gettext_lazy("自哪天起"), widget=_date_input())
    ends_on = forms.DateField(
        label=gettext_lazy("到哪天为止(含)"),
        required=False,
        help_text=gettext_lazy("留空则一直有效。"),
        widget=_date_input(),
    )
    everywhere = forms.BooleanField(label=gettext_lazy("本地点的所有考勤机都适用"), required=False)

    def __init__(self, told: Any, today: dt.date) -> None:
        super().__init__(told, initial={"begins_on": today})
        single = [(str(kind), kind.label) for kind in (AccessKind.EMPLOYEE, AccessKind.CHOSEN_ONLY)]
        self.fields["who"].choices = [*single, *place_queries.scope_choices(today)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("who") == AccessKind.EMPLOYEE and not said.get("number", "").strip():
            self.add_error("number", gettext_lazy("请填写工号。"))
        return said

    def rule(self) -> Rule:
        """What was said, of a valid form. Refuses a number nobody has."""
        said = self.cleaned_data
        kind, _, key = said["who"].partition(":")
        if kind == AccessKind.EMPLOYEE:
            told: dict[str, Any] = {"employee": number_queries.by_number(said["number"].strip())}
        elif kind == ScopeKind.SITE:
            told = {"site": place_queries.site(int(key))}
        else:
            told = {"department": place_queries.department(int(key))} if key else {}
        dates = {"begins_on": said["begins_on"], "ends_on": said["ends_on"]}
        return Rule(AccessKind(kind), everywhere=said["everywhere"], **dates, **told)


class CardForm(forms.Form):
    """Which card somebody carries."""

    number = forms.CharField(label=gettext_lazy("工号"), max_length=40)
    card = forms.CharField(
        label=gettext_lazy("卡号"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("十进制数字,一般印在卡面上;留空表示不再有卡。"),
    )
    begins_on = forms.DateField(label=gettext_lazy("自哪天起"), widget=_date_input())

    def employee(self) -> Employee:
        """Whose it is. Refuses a number nobody has."""
        return number_queries.by_number(self.cleaned_data["number"].strip())


class OptionsForm(forms.Form):
    """How one terminal differs: made of what its protocol lets people choose."""

    def __init__(self, told: Any, options: Sequence[Option], chosen: Mapping[str, str]) -> None:
        super().__init__(told, initial={one.name: chosen.get(one.name, "") for one in options})
        for one in options:
            self.fields[one.name] = forms.ChoiceField(
                label=str(one.label), choices=one.choices, required=False, help_text=str(one.help)
            )
