from django.apps import AppConfig


class KioskConfig(AppConfig):
    name = "kaoqin.kiosk"
    default_auto_field = "django.db.models.BigAutoField"
