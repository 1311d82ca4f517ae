from django.apps import AppConfig


class TrialsConfig(AppConfig):
    name = "kaoqin.trials"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.trials import running  # noqa: F401 - with its job
