from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "kaoqin.consent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.consent import consents_import, nightly  # noqa: F401 - it registers its job
        from kaoqin.consent import personal as consent_personal
        from kaoqin.core import imports, personal

        imports.register(consents_import.KIND)
        personal.register(consent_personal.PARTS)
