from django.apps import AppConfig


class PunchesConfig(AppConfig):
    name = "kaoqin.punches"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.punches import bringing  # noqa: F401 - registers its job
