from django.urls import path

from kaoqin.rollcall import views

app_name = "rollcall"
urlpatterns = [
    path("rollcall/", views.roll_calls, name="roll_calls"),
    path("rollcall/sites/<int:site_id>/", views.call, name="call"),
    path("rollcall/<int:roll_call_id>/", views.roll_call, name="roll_call"),
    path("rollcall/<int:roll_call_id>/ticks/<int:tick_id>/take-back/", views.take_back, name="take_back"),
    path("rollcall/<int:roll_call_id>/review/", views.review, name="review"),
]
