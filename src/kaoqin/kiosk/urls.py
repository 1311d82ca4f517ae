from django.urls import path

from kaoqin.kiosk import tablet_views, views

app_name = "kiosk"
urlpatterns = [
    path("kiosks/", views.tablets, name="tablets"),
    path("kiosks/new/", views.new_tablet, name="new_tablet"),
    path("kiosks/pins/", views.issue, name="issue"),
    path("kiosks/pins/<int:employee_id>/lift/", views.lift, name="lift"),
    path("kiosks/punches/", views.punches, name="punches"),
    path("kiosks/punches/<int:punch_id>/keep/", views.keep, name="keep"),
    path("kiosks/<int:tablet_id>/", views.tablet, name="tablet"),
    path("kiosks/<int:tablet_id>/renew/", views.renew, name="renew"),
    path("kiosks/<int:tablet_id>/revoke/", views.revoke, name="revoke"),
    path("my/pin/", views.own_pin, name="own_pin"),
    path("kiosk/", tablet_views.show, name="show"),
    path("kiosk/bind/<str:secret>/", tablet_views.bind, name="bind"),
    path("kiosk/time/", tablet_views.time, name="time"),
    path("kiosk/records/", tablet_views.records, name="records"),
]
