from django.urls import path

from kaoqin.web import views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:run_id>/", views.job, name="job"),
    path("jobs/<int:run_id>/file/", views.job_file, name="job_file"),
]
