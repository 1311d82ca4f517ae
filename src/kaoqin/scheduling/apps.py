from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "kaoqin.scheduling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import imports, outcomes, personal, seeds
        from kaoqin.scheduling import actions, calendar_import, nightly, roster_import, swap_actions  # noqa: F401 - nightly registers
        from kaoqin.scheduling import personal as scheduling_personal

        seeds.register(actions.seed_china)
        imports.register(roster_import.KIND)
        imports.register(calendar_import.KIND)
        outcomes.register("requests.approved", swap_actions.on_approved)
        outcomes.register("requests.withdrawn", swap_actions.on_withdrawn)
        personal.register(scheduling_personal.PARTS)
