from django.apps import AppConfig


class PhonesConfig(AppConfig):
    name = "kaoqin.phones"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import imports, outcomes
        from kaoqin.phones import photos, places_import, signals_import, telling  # noqa: F401 - with its jobs

        outcomes.register("consent.purpose_ended", photos.on_purpose_ended)
        imports.register(places_import.KIND)
        imports.register(signals_import.KIND)
