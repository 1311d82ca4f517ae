from django.urls import path

from kaoqin.punches import clock_views, views

app_name = "punches"
urlpatterns = [
    path("punches/", views.punches, name="punches"),
    path("punches/<int:punch_id>/", views.punch, name="punch"),
    path("punches/corrections/", views.corrections, name="corrections"),
    path("punches/corrections/new/", views.new_correction, name="new_correction"),
    path("punches/corrections/<int:correction_id>/withdraw/", views.withdraw_correction, name="withdraw_correction"),
    path("punches/imports/", views.imports, name="imports"),
    path("punches/imports/<int:batch_id>/", views.batch, name="batch"),
    path("punches/imports/<int:batch_id>/decide/", views.decide, name="decide"),
    path("punches/imports/<int:batch_id>/map/", views.map_columns, name="map_columns"),
    path("punches/imports/<int:batch_id>/take/", views.take, name="take"),
    path("punches/imports/<int:batch_id>/discard/", views.discard, name="discard"),
    path("punches/imports/<int:batch_id>/aside/", views.set_all_aside, name="set_all_aside"),
    path("punches/lines/<int:line_id>/", views.repair, name="repair"),
    path("punches/clock/", clock_views.stretches, name="clock"),
    path("punches/clock/<int:punch_id>/", clock_views.stretch, name="repair_clock"),
    path("punches/clock/repairs/<int:repair_id>/withdraw/", clock_views.withdraw, name="withdraw_repair"),
    path("punches/unknown/", views.unknown, name="unknown"),
    path("punches/keys/", views.keys, name="keys"),
    path("punches/keys/<int:key_id>/end/", views.end_key, name="end_key"),
]
