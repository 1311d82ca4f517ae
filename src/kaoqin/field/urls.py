from django.urls import path

from kaoqin.field import customer_views, kind_views, placing_views, plan_views, route_views, views, visit_views

app_name = "field"
urlpatterns = [
    path("visits/", views.own, name="own"),
    path("field/visits/", visit_views.visits, name="visits"),
    path("field/visits/<int:visit_id>/", visit_views.visit, name="visit"),
    path("field/visits/<int:visit_id>/note/", visit_views.note, name="note"),
    path("field/photos/<str:token>/", visit_views.photo, name="photo"),
    path("field/days/<int:employee_id>/<str:date>/", route_views.day, name="day"),
    path("field/plans/", plan_views.plans, name="plans"),
    path("field/plans/<int:employee_id>/stops/", plan_views.add_stop, name="add_stop"),
    path("field/plans/<int:employee_id>/copy/", plan_views.copy_week, name="copy_week"),
    path("field/stops/<int:stop_id>/drop/", plan_views.drop_stop, name="drop_stop"),
    path("field/stops/<int:stop_id>/raise/", plan_views.raise_stop, name="raise_stop"),
    path("field/kinds/", kind_views.kinds, name="kinds"),
    path("field/kinds/new/", kind_views.new_kind, name="new_kind"),
    path("field/kinds/<int:kind_id>/", kind_views.kind, name="kind"),
    path("field/kinds/<int:kind_id>/close/", kind_views.close_kind, name="close_kind"),
    path("field/customers/", customer_views.customers, name="customers"),
    path("field/customers/new/", customer_views.new_customer, name="new_customer"),
    path("field/customers/placing/", placing_views.begin, name="placing"),
    path("field/customers/placing/<int:run_id>/", placing_views.outcome, name="placed"),
    path("field/customers/<int:customer_id>/", customer_views.customer, name="customer"),
    path("field/customers/<int:customer_id>/details/", customer_views.change_customer, name="change_customer"),
    path("field/customers/<int:customer_id>/owners/", customer_views.give, name="give_customer"),
    path(
        "field/customers/<int:customer_id>/owners/<int:ownership_id>/end/", customer_views.end_owner, name="end_owner"
    ),
]
