from django.apps import AppConfig


class PunchesConfig(AppConfig):
    name = "kaoqin.punches"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import outcomes, personal
        from kaoqin.devices import numbers as devices
        from kaoqin.punches import actions, bringing, counting, ledger, numbers, queries  # noqa: F401 - two register their jobs
        from kaoqin.punches import personal as punches_personal

        outcomes.register("devices.readings", ledger.on_readings)
        outcomes.register("devices.grouped", actions.on_grouped)
        devices.register(numbers.KeptNumbers, queries.numbers_of_nobody)
        personal.register(punches_personal.PARTS)
