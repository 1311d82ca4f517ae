from django.urls import path

from kaoqin.devices import alarm_views, link_views, views

app_name = "devices"
urlpatterns = [
    path("devices/", views.devices, name="devices"),
    path("devices/alarms/", alarm_views.alarms, name="alarms"),
    path("devices/add/", link_views.add, name="add"),
    path("devices/<int:device_id>/", views.device, name="device"),
    path("devices/<int:device_id>/link/", link_views.link, name="link"),
    path("devices/<int:device_id>/link/visit/", link_views.visit, name="visit"),
    path("devices/<int:device_id>/link/clock/", link_views.set_clock, name="set_clock"),
    path("devices/<int:device_id>/link/subscribe/", link_views.subscribe, name="subscribe"),
    path("devices/<int:device_id>/approve/", views.approve, name="approve"),
    path("devices/<int:device_id>/refuse/", views.refuse, name="refuse"),
    path("devices/<int:device_id>/retire/", views.retire, name="retire"),
    path("devices/<int:device_id>/command/", views.command, name="command"),
    path("devices/<int:device_id>/uploads/", views.uploads, name="uploads"),
    path("devices/<int:device_id>/operations/", views.operations, name="operations"),
    path("devices/<int:device_id>/pin-group/", views.pin_group, name="pin_group"),
    path("devices/pin-groups/", views.pin_groups, name="pin_groups"),
    path("devices/pin-groups/new/", views.new_pin_group, name="new_pin_group"),
    path("devices/commands/<int:command_id>/withdraw/", views.withdraw, name="withdraw"),
    path("devices/uploads/<int:upload_id>/reread/", views.reread, name="reread"),
    path("devices/lines/<int:line_id>/", views.repair, name="repair"),
]
