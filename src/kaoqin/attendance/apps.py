from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "kaoqin.attendance"
    default_auto_field = "django.db.models.BigAutoField"
