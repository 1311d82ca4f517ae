from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "kaoqin.attendance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.attendance import actions, approvals_import, confirming, settling, trip_actions  # noqa: F401 - with their jobs
        from kaoqin.core import imports, outcomes

        imports.register(approvals_import.ABSENCES)
        imports.register(approvals_import.OVERTIME)

        outcomes.register("requests.approved", trip_actions.on_approved)
        outcomes.register("requests.withdrawn", trip_actions.on_withdrawn)
        outcomes.register("punches.changed", settling.on_punches_changed)
        outcomes.register("plans.changed", settling.on_plans_changed)
        outcomes.register("people.changed", settling.on_people_changed)
        outcomes.register("absences.agreed", actions.on_agreed)
        outcomes.register("absences.ended", actions.on_ended)
