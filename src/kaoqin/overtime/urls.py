from django.urls import path

from kaoqin.overtime import bank_views, rule_views, views

app_name = "overtime"
urlpatterns = [
    path("requests/new/overtime/", views.ask, name="ask"),
    path("my/bank/", bank_views.own, name="own"),
    path("bank/", bank_views.balances, name="balances"),
    path("bank/payouts/", bank_views.payouts, name="payouts"),
    path("bank/people/<int:employee_id>/", bank_views.person, name="person"),
    path("bank/people/<int:employee_id>/adjust/", bank_views.adjust, name="adjust"),
    path("overtime/rules/", rule_views.rules, name="rules"),
    path("overtime/rules/new/", rule_views.new_rules, name="new_rules"),
]
