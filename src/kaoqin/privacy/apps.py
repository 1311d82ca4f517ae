from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "kaoqin.privacy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import personal
        from kaoqin.privacy import nightly  # noqa: F401 - it registers its job
        from kaoqin.privacy import personal as privacy_personal

        personal.register(privacy_personal.PARTS)
