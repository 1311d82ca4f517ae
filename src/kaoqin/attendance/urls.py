from django.urls import path

from kaoqin.attendance import approvals_views, correction_views, export_views, trip_views, views

app_name = "attendance"
urlpatterns = [
    path("my/attendance/", views.own, name="own"),
    path("attendance/today/", views.today, name="today"),
    path("attendance/months/", views.months, name="months"),
    path("attendance/months/export/", export_views.export_month, name="export_month"),
    path("attendance/days/", views.days, name="days"),
    path("attendance/exceptions/", views.exceptions, name="exceptions"),
    path("attendance/faults/", views.faults, name="faults"),
    path("attendance/settle/", views.settle, name="settle"),
    path("attendance/people/<int:employee_id>/", views.person, name="person"),
    path("attendance/people/<int:employee_id>/<str:date>/", views.day, name="day"),
    path("absences/", approvals_views.absences, name="absences"),
    path("absences/new/", approvals_views.new_absence, name="new_absence"),
    path("absences/<int:key>/withdraw/", approvals_views.withdraw_absence, name="withdraw_absence"),
    path("overtime/", approvals_views.overtime, name="overtime"),
    path("overtime/new/", approvals_views.new_overtime, name="new_overtime"),
    path("overtime/<int:key>/withdraw/", approvals_views.withdraw_overtime, name="withdraw_overtime"),
    path("requests/new/correction/", correction_views.ask, name="ask_correction"),
    path("corrections/quotas/", correction_views.quotas, name="quotas"),
    path("corrections/quotas/new/", correction_views.new_quota, name="new_quota"),
    path("requests/new/<slug:kind>/", trip_views.ask, name="ask_trip"),
    path("groups/<int:group_id>/rules/", approvals_views.rules, name="rules"),
]
