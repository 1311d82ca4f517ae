from django.urls import path

from kaoqin.phones import mark_views, place_views, review_views, views

app_name = "phones"
urlpatterns = [
    path("punch/", views.punch, name="punch"),
    path("my/phone/", views.own, name="own"),
    path("phones/", review_views.phones, name="phones"),
    path("phones/<int:phone_id>/approve/", review_views.approve, name="approve"),
    path("phones/<int:phone_id>/reject/", review_views.reject, name="reject"),
    path("phones/records/", review_views.records, name="records"),
    path("phones/records/<int:record_id>/", review_views.record, name="record"),
    path("phones/photos/<str:ticket>/", views.photo, name="photo"),
    path("phones/places/", place_views.places, name="places"),
    path("phones/places/new/", place_views.new_place, name="new_place"),
    path("phones/places/<int:place_id>/", place_views.place, name="place"),
    path("phones/networks/", place_views.networks, name="networks"),
    path("phones/networks/new/", place_views.new_network, name="new_network"),
    path("phones/networks/<int:network_id>/", place_views.network, name="network"),
    path("phones/screens/", mark_views.screens, name="screens"),
    path("phones/screens/new/", mark_views.new_screen, name="new_screen"),
    path("phones/screens/<int:screen_id>/", mark_views.screen, name="screen"),
    path("phones/screens/<int:screen_id>/renew/", mark_views.renew_screen, name="renew_screen"),
    path("phones/marks/", mark_views.marks, name="marks"),
    path("phones/marks/new/", mark_views.new_mark, name="new_mark"),
    path("phones/marks/<int:mark_id>/", mark_views.mark, name="mark"),
    path("phones/signals/", mark_views.signals, name="signals"),
    path("phones/signals/new/", mark_views.new_signal, name="new_signal"),
    path("phones/signals/<int:signal_id>/", mark_views.signal, name="signal"),
    path("screens/<str:key>/", mark_views.show_screen, name="show_screen"),
    path("screens/<str:key>/code/", mark_views.code, name="code"),
    path("groups/<int:group_id>/phone/", place_views.ways, name="ways"),
]
