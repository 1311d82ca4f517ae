"""Pages of customers."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import Refusal, say_list
from kaoqin.field import customer_actions as actions
from kaoqin.field import queries
from kaoqin.field.forms import ChangeForm, CustomerForm, OwnerForm, PlaceForm
from kaoqin.field.models import Customer
from kaoqin.field.words import MANAGE_CUSTOMERS, VISIT, Sureness
from kaoqin.maps import queries as maps
from kaoqin.maps.scenes import Area, Scene, Spot
from kaoqin.org import number_queries, place_queries
from kaoqin.phones.drawing import draw
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

PLACE_TONES = {"exact": "green", "nearly": "yellow", "unplaced": "secondary"}


def customers(request: AskedBy) -> HttpResponseBase:
    """The customers of whoever asks, and of the people within reach."""
    require(request.by, VISIT)
    manages = may(request.by, MANAGE_CUSTOMERS)
    page: ListPage[Customer] = ListPage(
        request,
        queries.customers(seen_by=request.by, on=request.today),
        title=pgettext("list", "客户"),
        columns=[
            Column("code", gettext("客户编号"), lambda c: c.code, "code", link=lambda c: f"/field/customers/{c.pk}/"),
            Column("name", gettext("客户名称"), lambda c: c.name, "name"),
            Column("owners", gettext("负责人"), lambda c: say_list(one.employee.name for one in queries.held(c))),
            Column("address", gettext("地址"), lambda c: c.address, wraps=True),
            Column("contact", gettext("联系人"), lambda c: c.contact_name, hidden=True),
            Column("phone", gettext("联系电话"), lambda c: queries.phone_said(c, seen_by=request.by)),
            Column("sureness", gettext("位置"), _sureness, "sureness", tone=lambda c: PLACE_TONES[c.sureness]),
            Column("radius", gettext("半径(米)"), lambda c: c.radius_m, "radius_m", numeric=True, hidden=True),
            Column("closed", gettext("停用"), lambda c: gettext("停用") if c.closed else "", "closed", hidden=True),
        ],
        search=["code", "name", "address"],
        filters=[
            Filter("sureness", gettext("位置"), Sureness.choices, "sureness"),
            Filter("nobody", gettext("负责人"), [("True", gettext("没有负责人"))], ""),
            Filter("closed", gettext("状态"), [("False", gettext("在用")), ("True", gettext("停用"))], "closed"),
        ],
        empty=gettext("还没有归您负责的客户。") if not manages else gettext("还没有客户。从表格导入,或逐个新增。"),
        add=("/field/customers/new/", gettext("新增客户")) if manages else None,
        template="field/customers.html",
        more={"manages": manages},
    )
    if request.GET.get("nobody"):
        page.rows = queries.nobodys(page.rows, request.today)
    return page.answer()


def _sureness(row: Customer) -> str:
    return str(Sureness(row.sureness).label)


def new_customer(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_CUSTOMERS, everywhere=True)
    form = CustomerForm(request.POST or None)

    def change(_: dict[str, Any]) -> Customer:
        return actions.add_customer(form.details(), by=request.by, at=request.asked_at, today=request.today)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已保存。请接着填写位置和负责人。"))
        return redirect("field:customer", made.pk)
    context = {"form": form, "title": gettext("新增客户"), "back": "/field/customers/"}
    context["back_label"] = pgettext("list", "客户")
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def customer(request: AskedBy, customer_id: int) -> HttpResponse:
    """A customer: where it is, whose it is, and putting it where it is."""
    require(request.by, VISIT)
    found = queries.customer(customer_id, seen_by=request.by, on=request.today)
    form = PlaceForm(request.POST or None, initial=queries.place_told(found))

    def change(_: dict[str, Any]) -> bool:
        actions.put(found, form.where(), by=request.by, at=request.asked_at, today=request.today)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存位置。"))
        return redirect("field:customer", found.pk)
    return render(request, "field/customer.html", _told(request, found, form), status=422 if form.errors else 200)


def _told(request: AskedBy, found: Customer, form: PlaceForm) -> dict[str, Any]:
    fence = queries.fence_of(found)
    return {
        "customer": found,
        "form": form,
        "phone": queries.phone_said(found, seen_by=request.by),
        "sureness": _sureness(found),
        "tone": PLACE_TONES[found.sureness],
        "picture": draw([fence]) if fence else None,
        "scene": (Scene([Area(fence, found.name)]) if fence else Scene(spots=_sites())).drawn(),
        "places": queries.may_place(found, seen_by=request.by, on=request.today),
        "provider": maps.provider(),
        "manages": may(request.by, MANAGE_CUSTOMERS),
        "owners": queries.owners_of(found)[:50],
        "owner_form": OwnerForm(initial={"begins_on": request.today}),
        "today": request.today,
    }


def _sites() -> list[Spot]:
    """The company's sites, so that one sees where on earth the map is while nobody knows where the customer is."""
    return [Spot(point, gettext("公司"), "secondary") for point in place_queries.site_positions().values()]


def change_customer(request: AskedBy, customer_id: int) -> HttpResponse:
    """Name, address and contact."""
    require(request.by, MANAGE_CUSTOMERS, everywhere=True)
    found = queries.customer(customer_id, seen_by=request.by, on=request.today)
    names = ("code", "name", "address", "contact_name", "contact_phone", "closed")
    form = ChangeForm(request.POST or None, initial={name: getattr(found, name) for name in names})

    def change(said: dict[str, Any]) -> bool:
        actions.describe(found, form.details(), said["closed"], by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect("field:customer", found.pk)
    context = {"form": form, "title": found.name, "back": f"/field/customers/{found.pk}/", "back_label": found.name}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


@require_POST
def give(request: AskedBy, customer_id: int) -> HttpResponse:
    """Somebody is an owner from a day on."""
    require(request.by, MANAGE_CUSTOMERS, everywhere=True)
    found = queries.customer(customer_id, seen_by=request.by, on=request.today)
    form = OwnerForm(request.POST)

    def change(said: dict[str, Any]) -> bool:
        (who,) = number_queries.meant([said["person"].strip()], request.today)
        actions.give(found, who, said["begins_on"], by=request.by, at=request.asked_at)
        return True

    if attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect("field:customer", found.pk)
    told = _told(request, found, PlaceForm(initial=queries.place_told(found))) | {"owner_form": form}
    return render(request, "field/customer.html", told, status=422)


@require_POST
def end_owner(request: AskedBy, customer_id: int, ownership_id: int) -> HttpResponse:
    """Somebody is no owner any more."""
    require(request.by, MANAGE_CUSTOMERS, everywhere=True)
    found = queries.customer(customer_id, seen_by=request.by, on=request.today)
    try:
        actions.end_ownership(found, ownership_id, by=request.by, at=request.asked_at, today=request.today)
        messages.success(request, gettext("已保存。"))
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("field:customer", found.pk)
