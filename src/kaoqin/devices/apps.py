from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "kaoqin.devices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.devices import alarms, counting, rounds  # noqa: F401 - they register their jobs
