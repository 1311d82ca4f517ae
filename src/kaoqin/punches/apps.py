from django.apps import AppConfig


class PunchesConfig(AppConfig):
    name = "kaoqin.punches"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import outcomes
        from kaoqin.devices import numbers as devices
        from kaoqin.punches import actions, bringing, ledger, numbers  # noqa: F401 - bringing registers its job

        outcomes.register("devices.readings", ledger.on_readings)
        outcomes.register("devices.grouped", actions.on_grouped)
        devices.register(numbers.KeptNumbers)
