from django.urls import path

from kaoqin.trials import run_views, views

app_name = "trials"
urlpatterns = [
    path("trials/", views.trials, name="trials"),
    path("trials/new/", views.new_trial, name="new_trial"),
    path("trials/<int:trial_id>/", views.trial, name="trial"),
    path("trials/<int:trial_id>/edit/", views.edit, name="edit"),
    path("trials/<int:trial_id>/begin-again/", views.begin_again, name="begin_again"),
    path("trials/<int:trial_id>/run/", views.run, name="run"),
    path("trials/<int:trial_id>/publish/", views.publish, name="publish"),
    path("trials/<int:trial_id>/delete/", views.delete, name="delete"),
    path("trials/runs/<int:run_id>/", run_views.outcome, name="outcome"),
    path("trials/runs/<int:run_id>/people/<int:employee_id>/", run_views.person, name="person"),
    path("trials/runs/<int:run_id>/people/<int:employee_id>/<str:date>/", run_views.day, name="day"),
]
