from django.urls import path

from kaoqin.org import facts_views, lead_views, views

app_name = "org"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/hire/", views.hire, name="hire"),
    path("people/<int:employee_id>/", views.person, name="person"),
    path("people/<int:employee_id>/details/", views.details, name="details"),
    path("people/<int:employee_id>/move/", views.move, name="move"),
    path("people/<int:employee_id>/leave/", views.leave, name="leave"),
    path("people/<int:employee_id>/account/", views.give_account, name="give_account"),
    path("people/<int:employee_id>/facts/", facts_views.facts, name="facts"),
    path("people/<int:employee_id>/births/new/", facts_views.birth, name="new_birth"),
    path("people/<int:employee_id>/births/<int:birth_id>/", facts_views.birth, name="birth"),
    path("people/<int:employee_id>/manager/", lead_views.line_manager, name="line_manager"),
    path("departments/<int:department_id>/head/", lead_views.head, name="head"),
    path("departments/", views.departments, name="departments"),
    path("departments/new/", views.new_department, name="new_department"),
    path("departments/<int:department_id>/", views.change_department, name="change_department"),
    path("sites/", views.sites, name="sites"),
    path("sites/new/", views.site, name="new_site"),
    path("sites/<int:site_id>/", views.site, name="site"),
]
