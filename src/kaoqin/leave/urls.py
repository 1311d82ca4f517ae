from django.urls import path

from kaoqin.leave import asking_views, kind_views, record_views, views

app_name = "leave"
urlpatterns = [
    path("my/leave/", views.own, name="own"),
    path("requests/new/leave/", asking_views.ask, name="ask"),
    path("requests/new/leave-end/", asking_views.ask_end, name="ask_end"),
    path("leave/", views.balances, name="balances"),
    path("leave/keep/", views.keep, name="keep"),
    path("leave/payouts/", views.payouts, name="payouts"),
    path("leave/people/<int:employee_id>/", views.person, name="person"),
    path("leave/people/<int:employee_id>/adjust/", views.adjust, name="adjust"),
    path("leave/people/<int:employee_id>/carry-over/", views.carry_over, name="carry_over"),
    path("leave/people/<int:employee_id>/nursing/", views.plan_nursing, name="plan_nursing"),
    path("leave/nursing/<int:plan_id>/end/", views.end_nursing, name="end_nursing"),
    path("leave/records/", record_views.records, name="records"),
    path("leave/records/new/", record_views.record, name="record"),
    path("leave/records/cost/", record_views.cost, name="cost"),
    path("leave/records/<int:taken_id>/give-back/", record_views.give_back, name="give_back"),
    path("leave/kinds/", kind_views.kinds, name="kinds"),
    path("leave/kinds/new/", kind_views.kind, name="new_kind"),
    path("leave/kinds/<str:code>/", kind_views.kind, name="kind"),
    path("leave/regions/", kind_views.regions, name="regions"),
    path("leave/regions/new/", kind_views.region, name="new_region"),
    path("leave/regions/<int:parameter_id>/", kind_views.region, name="region"),
]
