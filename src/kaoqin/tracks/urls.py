from django.urls import path

from kaoqin.tracks import views

app_name = "tracks"
urlpatterns = [
    path("tracks/", views.tracks, name="tracks"),
    path("tracks/heat/", views.heat, name="heat"),
    path("tracks/<int:employee_id>/<str:date>/", views.day, name="day"),
    path("my/tracks/", views.own, name="own"),
]
