"""Pages of skills: all, one with who has it and who is planned without it, and what is typed in about them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, ListPage
from kaoqin.core.words import NotFound, say_list
from kaoqin.org import number_queries
from kaoqin.scheduling import skill_actions, skills
from kaoqin.scheduling.models import HeldSkill, Skill
from kaoqin.scheduling.skill_forms import GiveForm, NeedForm, SkillForm
from kaoqin.scheduling.words import MANAGE_RULES
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def all_skills(request: AskedBy) -> HttpResponseBase:
    """All skills, with the shifts that need them and how many have them."""
    page: ListPage[Any] = ListPage(
        request,
        skills.skills(request.today, seen_by=request.by),
        title=gettext("技能"),
        columns=[
            Column("name", gettext("名称"), lambda s: s.name, "name", link=lambda s: f"/skills/{s.pk}/"),
            Column("shifts", gettext("需要的班次"), lambda s: _codes(request, s), wraps=True),
            Column("held", gettext("具备的人"), lambda s: s.held, "held", numeric=True),
            Column("ending", gettext("30 天内到期"), lambda s: s.ending or "", "ending", numeric=True),
        ],
        search=["name"],
        empty=gettext("还没有技能。有些班要持证或会某项技能才能上时,在这里登记;换班时会检查。"),
        add=("/skills/new/", gettext("新增技能")),
    )
    return page.answer()


def _codes(request: AskedBy, skill: Skill) -> str:
    today = request.today
    rows = [
        one for one in skill.shifts.all() if one.begins_on <= today and (one.ends_on is None or today <= one.ends_on)
    ]
    return say_list(sorted(one.shift.code for one in rows))


def new_skill(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_RULES)
    form = SkillForm(request.POST or None)
    made: Skill | None = None
    if request.method == "POST":
        made = attempt(form, lambda said: skill_actions.new_skill(said["name"], by=request.by, at=request.asked_at))
    if made:
        return redirect("scheduling:skill", made.pk)
    context = {"form": form, "title": gettext("新增技能"), "back": "/skills/", "back_label": gettext("技能")}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def skill(request: AskedBy, skill_id: int) -> HttpResponseBase:
    """Who has a skill, which shifts need it, and who is planned without it."""
    found = skills.skill(skill_id, seen_by=request.by)
    page: ListPage[HeldSkill] = ListPage(
        request,
        skills.holders(found),
        title=found.name,
        columns=[
            Column("number", gettext("工号"), lambda h: h.employee.number, "employee__number"),
            Column("name", gettext("姓名"), lambda h: h.employee.name, "employee__name"),
            Column("begins_on", gettext("自"), lambda h: h.begins_on, "begins_on"),
            Column("ends_on", gettext("有效期至"), lambda h: h.ends_on or gettext("长期"), "ends_on"),
            Column("end", "", lambda h: "", button=lambda h: _end_button(request, h)),
        ],
        search=["employee__number", "employee__name"],
        empty=gettext("还没有人具备。"),
        add=(f"/skills/{found.pk}/give/", gettext("登记人员")),
        template="scheduling/skill.html",
        more={
            "skill": found,
            "needing": skills.needing(found, request.today),
            "without": skills.planned_without(found, request.today),
        },
    )
    return page.answer()


def _end_button(request: AskedBy, held: HeldSkill) -> tuple[str, str] | None:
    over = held.ends_on is not None and held.ends_on < request.today
    return None if over else (gettext("不再具备"), f"/skills/held/{held.pk}/end/")


def need(request: AskedBy, skill_id: int) -> HttpResponse:
    """Which shifts need a skill, from a day on."""
    found = skills.skill(skill_id, seen_by=request.by)
    initial = {"begins_on": request.today, "shifts": [one.shift_id for one in skills.needing(found, request.today)]}
    form = NeedForm(request.POST or None, initial=initial)

    def keep(said: dict[str, Any]) -> bool:
        skill_actions.need(found, said["shifts"], said["begins_on"], by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, keep):
        messages.success(request, gettext("已保存。"))
        return redirect("scheduling:skill", found.pk)
    return _form_page(request, found, form, gettext("需要这项技能的班次"))


def give(request: AskedBy, skill_id: int) -> HttpResponse:
    """Who has a skill, many at once."""
    found = skills.skill(skill_id, seen_by=request.by)
    form = GiveForm(request.POST or None, initial={"begins_on": request.today})

    def keep(said: dict[str, Any]) -> int:
        ids = number_queries.reached_by_numbers(said["numbers"], MANAGE_RULES, seen_by=request.by, on=request.today)
        told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
        return skill_actions.give(found, ids, said["begins_on"], said["ends_on"], **told)

    count = attempt(form, keep) if request.method == "POST" else None
    if count:
        messages.success(request, ngettext("已登记 {count} 人。", "已登记 {count} 人。", count).format(count=count))
        return redirect("scheduling:skill", found.pk)
    return _form_page(request, found, form, gettext("登记人员"))


def _form_page(request: AskedBy, found: Skill, form: Any, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": f"/skills/{found.pk}/", "back_label": found.name}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: AskedBy, held_id: int) -> HttpResponse:
    """Somebody has a skill no more from today on."""
    require(request.by, MANAGE_RULES)
    held = HeldSkill.objects.filter(pk=held_id).select_related("employee", "skill").first()
    if held is None:
        raise NotFound("scheduling.no_skill", gettext("没有这项技能。"))
    skill_actions.end(held, request.today, by=request.by, at=request.asked_at)
    messages.success(request, gettext("已保存。"))
    return redirect("scheduling:skill", held.skill_id)
