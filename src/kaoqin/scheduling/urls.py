from django.urls import path

from kaoqin.scheduling import board_views, skill_views, swap_views, views

app_name = "scheduling"
urlpatterns = [
    path("requests/new/swap/", swap_views.ask, name="ask_swap"),
    path("swaps/rests/", swap_views.rests, name="rests"),
    path("swaps/rests/new/", swap_views.new_rest, name="new_rest"),
    path("skills/", skill_views.all_skills, name="skills"),
    path("skills/new/", skill_views.new_skill, name="new_skill"),
    path("skills/<int:skill_id>/", skill_views.skill, name="skill"),
    path("skills/<int:skill_id>/shifts/", skill_views.need, name="need_skill"),
    path("skills/<int:skill_id>/give/", skill_views.give, name="give_skill"),
    path("skills/held/<int:held_id>/end/", skill_views.end, name="end_skill"),
    path("shifts/", views.shifts, name="shifts"),
    path("shifts/new/", views.shift, name="new_shift"),
    path("shifts/<int:shift_id>/", views.shift, name="shift"),
    path("groups/", views.groups, name="groups"),
    path("groups/new/", views.new_group, name="new_group"),
    path("groups/<int:group_id>/", views.group, name="group"),
    path("groups/<int:group_id>/plan/", views.plan_group, name="plan_group"),
    path("groups/<int:group_id>/join/", views.join_group, name="join_group"),
    path("patterns/", views.patterns, name="patterns"),
    path("calendars/", views.calendars, name="calendars"),
    path("calendars/new/", views.new_calendar, name="new_calendar"),
    path("calendars/<int:calendar_id>/<int:year>/", views.calendar, name="calendar"),
    path("calendars/<int:calendar_id>/confirm/", views.confirm_year, name="confirm_year"),
    path("roster/", board_views.board, name="board"),
    path("roster/paint/", board_views.paint, name="paint"),
    path("roster/copy/", board_views.copy, name="copy"),
    path("roster/undo/<int:change_id>/", board_views.undo, name="undo"),
    path("roster/roll-out/", board_views.roll_out, name="roll_out"),
    path("roster/export/", board_views.export, name="export"),
]
