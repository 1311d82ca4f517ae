from django.urls import path

from kaoqin.security import views

app_name = "security"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("login/code/", views.code, name="code"),
    path("logout/", views.logout, name="logout"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("me/", views.own, name="own"),
    path("me/password/", views.password, name="password"),
    path("me/totp/", views.totp, name="totp"),
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/new/", views.new_account, name="new_account"),
    path("accounts/<int:account_id>/", views.account, name="account"),
    path("accounts/<int:account_id>/reset/", views.reset_password, name="reset_password"),
    path("accounts/<int:account_id>/active/", views.set_active, name="set_active"),
    path("grants/<int:grant_id>/end/", views.end_grant, name="end_grant"),
    path("audit/", views.audit, name="audit"),
]
