from django.apps import AppConfig


class LeaveConfig(AppConfig):
    name = "kaoqin.leave"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import imports, outcomes, personal, seeds
        from kaoqin.leave import asking_actions, balances_import, kind_actions, nightly
        from kaoqin.leave import personal as leave_personal

        seeds.register(kind_actions.seed)
        imports.register(balances_import.KIND)
        outcomes.register("requests.approved", asking_actions.on_approved)
        outcomes.register("requests.withdrawn", asking_actions.on_withdrawn)
        outcomes.register("people.facts", nightly.on_facts)
        outcomes.register("people.changed", nightly.on_people_changed)
        outcomes.register("plans.changed", nightly.on_plans_changed)
        personal.register(leave_personal.PARTS)
