"""Pages of what HR alone may see about a person. Each look is remembered."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.core.pages import attempt
from kaoqin.org import facts as known_facts
from kaoqin.org import queries
from kaoqin.org.facts_forms import BirthForm, FactsForm, known
from kaoqin.org.models import Birth
from kaoqin.org.words import MANAGE_FACTS
from kaoqin.security.audit import record_access
from kaoqin.security.requests import AskedBy
from kaoqin.security.words import Look


def facts(request: AskedBy, employee_id: int) -> HttpResponse:
    """What leave is reckoned from: gender, years of work, children."""
    found = queries.person(employee_id, MANAGE_FACTS, seen_by=request.by, on=request.today)
    record_access(request.by, [found.pk], Look.FACTS, request.path, at=request.asked_at)
    now = known_facts.facts_of(found, seen_by=request.by, on=request.today)
    form = FactsForm(request.POST or None, initial=known(now))

    def change(said: dict[str, Any]) -> bool:
        known_facts.keep_facts(found, form.facts(), by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存,假期余额随之更新。"))
        return redirect("org:facts", found.pk)
    births = known_facts.births_of(found, seen_by=request.by, on=request.today)
    context = {"employee": found, "form": form, "births": births}
    return render(request, "org/facts.html", context, status=422 if form.errors else 200)


def birth(request: AskedBy, employee_id: int, birth_id: int | None = None) -> HttpResponse:
    """A child expected, born or lost: a new one, or what is known now."""
    found = queries.person(employee_id, MANAGE_FACTS, seen_by=request.by, on=request.today)
    row = known_facts.birth(birth_id, seen_by=request.by, on=request.today) if birth_id else None
    names = known_facts.Delivery.__dataclass_fields__
    form = BirthForm(request.POST or None, initial={name: getattr(row, name) for name in names} if row else None)

    def change(said: dict[str, Any]) -> Birth:
        whose, told = row.employee if row else found, form.delivery()
        return known_facts.keep_birth(whose, told, by=request.by, at=request.asked_at, birth=row)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已保存,假期余额随之更新。"))
        return redirect("org:facts", found.pk)
    context = {"form": form, "title": gettext("生育情况:{name}").format(name=found.name)}
    context |= {"back": f"/people/{found.pk}/facts/", "back_label": gettext("个人情况")}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
