from django.apps import AppConfig


class PhonesConfig(AppConfig):
    name = "kaoqin.phones"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import imports, outcomes, personal
        from kaoqin.phones import coarsening, leaving, photos, places_import, retention, signals_import, telling  # noqa: F401 - with jobs
        from kaoqin.phones import personal as phones_personal

        outcomes.register("months.closed", coarsening.on_months_closed)
        outcomes.register("consent.purpose_ended", coarsening.on_purpose_ended)
        outcomes.register("consent.purpose_ended", photos.on_purpose_ended)
        imports.register(places_import.KIND)
        imports.register(signals_import.KIND)
        personal.register(phones_personal.PARTS)
