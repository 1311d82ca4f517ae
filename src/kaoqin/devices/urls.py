from django.urls import path

from kaoqin.devices import alarm_views, link_views, option_views, people_views, views

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
    path("devices/<int:device_id>/options/", option_views.options, name="options"),
    path("devices/<int:device_id>/people/", people_views.people, name="people"),
    path("devices/<int:device_id>/people/keep/", people_views.keep, name="keep_people"),
    path("devices/<int:device_id>/people/stop/", people_views.stop, name="stop_keeping"),
    path("devices/<int:device_id>/people/tell/", people_views.tell, name="tell_people"),
    path("devices/<int:device_id>/people/remove/", people_views.remove_many, name="remove_many"),
    path("devices/<int:device_id>/people/again/", people_views.again, name="place_again"),
    path("devices/<int:device_id>/access/", people_views.access, name="access"),
    path("devices/placements/<int:placement_id>/remove/", people_views.remove, name="may_remove"),
    path("devices/access/<int:rule_id>/end/", people_views.end_access, name="end_access"),
    path("devices/cards/", people_views.cards, name="cards"),
    path("devices/cards/new/", people_views.new_card, name="new_card"),
    path("devices/pin-groups/", views.pin_groups, name="pin_groups"),
    path("devices/pin-groups/new/", views.new_pin_group, name="new_pin_group"),
    path("devices/commands/<int:command_id>/withdraw/", views.withdraw, name="withdraw"),
    path("devices/uploads/<int:upload_id>/reread/", views.reread, name="reread"),
    path("devices/lines/<int:line_id>/", views.repair, name="repair"),
]
