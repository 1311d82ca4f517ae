from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "kaoqin.devices"
    default_auto_field = "django.db.models.BigAutoField"
