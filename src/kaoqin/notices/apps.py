from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "kaoqin.notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import personal
        from kaoqin.notices import delivering, publishing  # noqa: F401 - they register jobs
        from kaoqin.notices import personal as notices_personal

        personal.register(notices_personal.PARTS)
