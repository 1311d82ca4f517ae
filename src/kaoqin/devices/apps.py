from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "kaoqin.devices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.devices import rounds  # noqa: F401 - rounds registers its jobs
