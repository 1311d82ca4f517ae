from django.apps import AppConfig


class RollCallConfig(AppConfig):
    name = "kaoqin.rollcall"
    default_auto_field = "django.db.models.BigAutoField"
