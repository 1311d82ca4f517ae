from django.urls import path

from kaoqin.web import imports, shell, views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("manifest.webmanifest", shell.app_manifest, name="app_manifest"),
    path("worker.js", shell.worker, name="worker"),
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:run_id>/", views.job, name="job"),
    path("jobs/<int:run_id>/file/", views.job_file, name="job_file"),
    path("imports/<slug:code>/", imports.start, name="import_start"),
    path("imports/<slug:code>/template/", imports.template_file, name="import_template"),
    path("imports/file/<int:import_id>/", imports.show, name="import"),
    path("imports/file/<int:import_id>/match/", imports.match, name="import_match"),
    path("imports/file/<int:import_id>/repair/", imports.repair, name="import_repair"),
    path("imports/file/<int:import_id>/bad/", imports.bad_rows, name="import_bad_rows"),
    path("imports/file/<int:import_id>/bad/drop/", imports.drop_bad, name="import_drop_bad"),
    path("imports/file/<int:import_id>/take/", imports.take, name="import_take"),
]
