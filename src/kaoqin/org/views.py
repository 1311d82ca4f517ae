"""Pages of room org: people, one person, departments, sites."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import read_number
from kaoqin.org import actions, lead_queries, place_queries, queries
from kaoqin.org.forms import DepartmentForm, DetailsForm, HireForm, LeaveForm, MoveForm, SiteForm
from kaoqin.org.models import Employee, Site
from kaoqin.org.words import MANAGE_FACTS, MANAGE_PEOPLE, MANAGE_STRUCTURE, SEE_PEOPLE, SEE_SELF
from kaoqin.security.doors import may, reach, require
from kaoqin.security.requests import AskedBy
from kaoqin.security.words import MANAGE_ACCOUNTS


def people(request: AskedBy) -> HttpResponseBase:
    found = queries.people(SEE_PEOPLE, seen_by=request.by, on=request.today)
    department = read_number(request.GET.get("department", ""), 0)
    if department:
        found = queries.in_departments(found, department, request.today)
    names = place_queries.department_names(request.today)
    page: ListPage[Any] = ListPage(
        request,
        queries.with_posting(found, request.today).order_by("number"),
        title=pgettext("list", "员工"),
        columns=[
            Column("number", gettext("工号"), lambda e: e.number, sort="number", link=lambda e: f"/people/{e.pk}/"),
            Column("name", gettext("姓名"), lambda e: e.name, sort="name", link=lambda e: f"/people/{e.pk}/"),
            Column("department", gettext("部门"), lambda e: names.get(e.department_id, "")),
            Column("title", gettext("职位"), lambda e: e.title or "", sort="title"),
            Column("site", gettext("地点"), lambda e: e.site_name or "", sort="site_name"),
            Column("hired_on", gettext("入职日期"), lambda e: e.hired_on, sort="hired_on"),
            Column("left_on", gettext("离职日期"), lambda e: e.left_on, sort="left_on"),
            Column("phone", gettext("手机"), lambda e: e.phone, hidden=True),
            Column("email", gettext("邮箱"), lambda e: e.email, hidden=True),
        ],
        search=["number", "name", "phone"],
        filters=[
            Filter("department", gettext("部门"), _department_filter(request), ""),
            Filter("left", gettext("在职"), [("1", gettext("在职")), ("0", gettext("已离职"))], "left_on__isnull"),
        ],
        empty=gettext("还没有员工。可以从 Excel 导入整个名册,或逐个办理入职。"),
        add=("/people/hire/", gettext("入职")) if may(request.by, MANAGE_PEOPLE) else None,
        template="org/people.html",
        more={"may_import": may(request.by, MANAGE_PEOPLE)},
    )
    return page.answer()


def _department_filter(request: AskedBy) -> list[tuple[str, str]]:
    return [(str(node.id), f"{'  ' * node.depth}{node.name}") for node in place_queries.tree(request.today)]


def hire(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_PEOPLE)
    form = HireForm(request.today, request.POST or None)
    made = attempt(form, lambda said: _hire(request, form, said)) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("{name} 已入职。").format(name=made.name))
        return redirect("org:person", made.pk)
    return _form_page(request, form, gettext("员工入职"), "/people/", pgettext("list", "员工"))


def _hire(request: AskedBy, form: HireForm, said: dict[str, Any]) -> Employee:
    return actions.hire(
        said["number"], said["name"], said["hired_on"], form.place(), by=request.by, at=request.asked_at
    )


def person(request: AskedBy, employee_id: int) -> HttpResponse:
    """One person; everybody may see oneself."""
    code = SEE_SELF if employee_id == request.by.employee_id else SEE_PEOPLE
    found = queries.person(employee_id, code, seen_by=request.by, on=request.today)
    told = request.session.pop("initial_password", None)
    leaders = lead_queries.leading(request.today).chain(employee_id)
    names = queries.by_ids(leaders).in_bulk()
    context = {
        "employee": found,
        "postings": found.postings.select_related("site").order_by("-begins_on"),
        "names": place_queries.department_names(request.today),
        "leaders": [names[key] for key in leaders],
        "may_manage": may(request.by, MANAGE_PEOPLE),
        "sees_facts": may(request.by, MANAGE_FACTS),
        "may_open_account": may(request.by, MANAGE_ACCOUNTS) and not found.account_id,
        "initial_password": told[1] if told and told[0] == found.account_id else "",
        "username": found.account.username if found.account else "",
    }
    return render(request, "org/person.html", context)


def details(request: AskedBy, employee_id: int) -> HttpResponse:
    found = queries.person(employee_id, MANAGE_PEOPLE, seen_by=request.by, on=request.today)
    initial = {"name": found.name, "phone": found.phone, "email": found.email}
    form = DetailsForm(request.POST or None, initial=initial)

    def change(said: dict[str, Any]) -> bool:
        actions.change_details(found, **said, by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        return redirect("org:person", found.pk)
    return _form_page(
        request, form, gettext("修改资料:{name}").format(name=found.name), f"/people/{found.pk}/", found.name
    )


def move(request: AskedBy, employee_id: int) -> HttpResponse:
    found = queries.person(employee_id, MANAGE_PEOPLE, seen_by=request.by, on=request.today)
    form = MoveForm(request.today, request.POST or None, initial={"on": request.today})

    def change(said: dict[str, Any]) -> bool:
        actions.move(found, said["on"], form.place(), by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("调动已登记。"))
        return redirect("org:person", found.pk)
    return _form_page(request, form, gettext("调动:{name}").format(name=found.name), f"/people/{found.pk}/", found.name)


def leave(request: AskedBy, employee_id: int) -> HttpResponse:
    found = queries.person(employee_id, MANAGE_PEOPLE, seen_by=request.by, on=request.today)
    form = LeaveForm(request.POST or None, initial={"left_on": request.today})

    def change(said: dict[str, Any]) -> bool:
        actions.leave(found, said["left_on"], by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("离职已登记。"))
        return redirect("org:person", found.pk)
    return _form_page(request, form, gettext("离职:{name}").format(name=found.name), f"/people/{found.pk}/", found.name)


def give_account(request: AskedBy, employee_id: int) -> HttpResponse:
    require(request.by, MANAGE_ACCOUNTS, everywhere=True)
    found = queries.person(employee_id, SEE_PEOPLE, seen_by=request.by, on=request.today)
    if request.method == "POST":
        password = actions.give_account(found, found.number, by=request.by, at=request.asked_at)
        request.session["initial_password"] = [found.account_id, password]
    return redirect("org:person", found.pk)


def _form_page(request: AskedBy, form: Any, title: str, back: str, back_label: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "back_label": back_label}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def departments(request: AskedBy) -> HttpResponse:
    require(request.by, SEE_PEOPLE)
    context = {
        "today": request.today,
        "nodes": place_queries.tree(request.today),
        "counts": queries.head_counts(request.today),
        "heads": lead_queries.heads(request.today),
        "may_import": may(request.by, MANAGE_STRUCTURE) and reach(request.by, MANAGE_STRUCTURE).everyone,
        "may_manage": may(request.by, MANAGE_STRUCTURE),
    }
    return render(request, "org/departments.html", context)


def new_department(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_STRUCTURE, everywhere=True)
    form = DepartmentForm(request.today, request.POST or None, new=True, initial={"begins_on": request.today})

    def change(said: dict[str, Any]) -> bool:
        actions.open_department(
            said["code"], said["name"], form.above(), said["begins_on"], by=request.by, at=request.asked_at
        )
        return True

    if request.method == "POST" and attempt(form, change):
        return redirect("org:departments")
    return _form_page(request, form, gettext("新建部门"), "/departments/", pgettext("list", "部门"))


def change_department(request: AskedBy, department_id: int) -> HttpResponse:
    require(request.by, MANAGE_STRUCTURE, everywhere=True)
    found = place_queries.department(department_id)
    node = next((n for n in place_queries.tree(request.today) if n.id == department_id), None)
    initial = {
        "name": node.name if node else "",
        "parent": node.parent_id if node else None,
        "begins_on": request.today,
    }
    form = DepartmentForm(request.today, request.POST or None, new=False, initial=initial)

    def change(said: dict[str, Any]) -> bool:
        parent = form.above()
        actions.change_department(
            found,
            said["begins_on"],
            name=said["name"],
            parent=parent,
            closed=said["closed"],
            by=request.by,
            at=request.asked_at,
        )
        return True

    if request.method == "POST" and attempt(form, change):
        return redirect("org:departments")
    return _form_page(
        request, form, gettext("变更部门:{code}").format(code=found.code), "/departments/", pgettext("list", "部门")
    )


def sites(request: AskedBy) -> HttpResponseBase:
    require(request.by, SEE_PEOPLE)
    may_manage = may(request.by, MANAGE_STRUCTURE)
    page = ListPage(
        request,
        Site.objects.order_by("code"),
        title=pgettext("list", "地点"),
        columns=[
            Column("code", gettext("编码"), lambda s: s.code, sort="code"),
            Column(
                "name",
                gettext("名称"),
                lambda s: s.name,
                sort="name",
                link=(lambda s: f"/sites/{s.pk}/") if may_manage else None,
            ),
            Column("timezone", gettext("时区"), lambda s: s.timezone, sort="timezone"),
            Column("province", gettext("省份"), lambda s: s.get_province_display(), sort="province"),
            Column("address", gettext("地址"), lambda s: s.address),
            Column(
                "position",
                gettext("位置"),
                lambda s: f"{s.latitude}, {s.longitude}({s.get_datum_display()})" if s.datum else "",
            ),
        ],
        search=["code", "name", "address"],
        empty=gettext("还没有地点。地点决定员工的时区,先建一个。"),
        add=("/sites/new/", gettext("新建地点")) if may_manage else None,
    )
    return page.answer()


def site(request: AskedBy, site_id: int | None = None) -> HttpResponse:
    require(request.by, MANAGE_STRUCTURE, everywhere=True)
    found = place_queries.site(site_id) if site_id else None
    initial = {name: getattr(found, name) for name in actions.SiteDetails.__dataclass_fields__} if found else None
    form = SiteForm(request.POST or None, initial=initial)

    def change(said: dict[str, Any]) -> bool:
        actions.keep_site(actions.SiteDetails(**said), by=request.by, at=request.asked_at, site=found)
        return True

    if request.method == "POST" and attempt(form, change):
        return redirect("org:sites")
    return _form_page(
        request,
        form,
        gettext("修改地点:{name}").format(name=found.name) if found else gettext("新建地点"),
        "/sites/",
        gettext("地点"),
    )
