from django.urls import path

from kaoqin.maps import views

app_name = "maps"
urlpatterns = [
    path("maps/", views.state, name="state"),
    path("maps/locate/", views.locate, name="locate"),
]
