from django.apps import AppConfig


class TracksConfig(AppConfig):
    name = "kaoqin.tracks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import outcomes, personal
        from kaoqin.tracks import nightly, settling  # noqa: F401 - it registers its jobs
        from kaoqin.tracks import personal as tracks_personal

        outcomes.register("consent.purpose_ended", settling.on_purpose_ended)
        outcomes.register("months.closed", settling.on_months_closed)
        personal.register(tracks_personal.PARTS)
