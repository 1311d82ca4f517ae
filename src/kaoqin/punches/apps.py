from django.apps import AppConfig


class PunchesConfig(AppConfig):
    name = "kaoqin.punches"
    default_auto_field = "django.db.models.BigAutoField"
