from django.urls import path

from kaoqin.phones import place_views, review_views, views

app_name = "phones"
urlpatterns = [
    path("punch/", views.punch, name="punch"),
    path("my/phone/", views.own, name="own"),
    path("phones/", review_views.phones, name="phones"),
    path("phones/<int:phone_id>/approve/", review_views.approve, name="approve"),
    path("phones/<int:phone_id>/reject/", review_views.reject, name="reject"),
    path("phones/records/", review_views.records, name="records"),
    path("phones/records/<int:record_id>/", review_views.record, name="record"),
    path("phones/places/", place_views.places, name="places"),
    path("phones/places/new/", place_views.new_place, name="new_place"),
    path("phones/places/<int:place_id>/", place_views.place, name="place"),
    path("phones/networks/", place_views.networks, name="networks"),
    path("phones/networks/new/", place_views.new_network, name="new_network"),
    path("phones/networks/<int:network_id>/", place_views.network, name="network"),
    path("groups/<int:group_id>/phone/", place_views.ways, name="ways"),
]
