from django.apps import AppConfig


class LeaveConfig(AppConfig):
    name = "kaoqin.leave"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import imports, outcomes, seeds
        from kaoqin.leave import actions, balances_import, nightly

        seeds.register(actions.seed)
        imports.register(balances_import.KIND)
        outcomes.register("people.facts", nightly.on_facts)
        outcomes.register("people.changed", nightly.on_people_changed)
        outcomes.register("plans.changed", nightly.on_plans_changed)
