from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "kaoqin.devices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import outcomes, personal
        from kaoqin.devices import (  # noqa: F401 - they register jobs
            biometrics,
            clocks,
            counting,
            marks,
            placing,
            retention,
            rounds,
        )
        from kaoqin.devices import personal as devices_personal

        for name in ("people.changed", "people.renamed", "numbers.changed"):
            outcomes.register(name, marks.mark_people)
        outcomes.register("consent.ended", biometrics.on_consent_ended)
        personal.register(devices_personal.PARTS)
