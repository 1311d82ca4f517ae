from django.apps import AppConfig


class MapsConfig(AppConfig):
    name = "kaoqin.maps"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.maps import nightly  # noqa: F401 - it registers its job
