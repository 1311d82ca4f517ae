from django.urls import path

from kaoqin.consent import views

app_name = "consent"
urlpatterns = [
    path("consents/", views.consents, name="consents"),
    path("consents/record/", views.record, name="record"),
    path("consents/<int:employee_id>/", views.person, name="person"),
    path("consents/<int:employee_id>/withdraw/", views.withdraw, name="withdraw"),
    path("consents/notices/", views.notices, name="notices"),
    path("consents/notices/new/", views.new_notice, name="new_notice"),
    path("consents/notices/<int:version>/", views.notice, name="notice"),
    path("my/consents/", views.own, name="own"),
    path("my/consents/give/", views.give_own, name="give_own"),
    path("my/consents/choose/", views.choose_own, name="choose_own"),
    path("my/consents/withdraw/", views.withdraw_own, name="withdraw_own"),
]
