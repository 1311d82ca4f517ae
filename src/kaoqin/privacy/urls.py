from django.urls import path

from kaoqin.privacy import views

app_name = "privacy"
urlpatterns = [
    path("my/data/", views.own, name="own"),
    path("my/data/new/", views.new_own, name="new_own"),
    path("my/data/<str:token>/", views.fetch, name="fetch"),
    path("my/looks/", views.looks, name="looks"),
    path("privacy/copies/", views.copies, name="copies"),
    path("privacy/copies/new/", views.new_copy, name="new_copy"),
]
