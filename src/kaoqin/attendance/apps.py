from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "kaoqin.attendance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.attendance import (
            actions,
            approvals_import,
            coarsening,  # noqa: F401 - with its job
            confirming,  # noqa: F401 - with its jobs
            correction_actions,
            queries,
            reminding,  # noqa: F401 - with its jobs
            settling,
            trip_actions,
        )
        from kaoqin.attendance import personal as attendance_personal
        from kaoqin.core import imports, outcomes, personal
        from kaoqin.overtime import systems

        systems.register(queries.comprehensive)
        imports.register(approvals_import.ABSENCES)
        imports.register(approvals_import.OVERTIME)

        outcomes.register("requests.approved", trip_actions.on_approved)
        outcomes.register("requests.withdrawn", trip_actions.on_withdrawn)
        outcomes.register("requests.approved", correction_actions.on_approved)
        outcomes.register("requests.withdrawn", correction_actions.on_withdrawn)
        outcomes.register("punches.changed", settling.on_punches_changed)
        outcomes.register("plans.changed", settling.on_plans_changed)
        outcomes.register("people.changed", settling.on_people_changed)
        outcomes.register("overtime.agreed", actions.on_overtime_agreed)
        outcomes.register("overtime.ended", actions.on_overtime_ended)
        outcomes.register("absences.agreed", actions.on_agreed)
        outcomes.register("absences.ended", actions.on_ended)
        personal.register(attendance_personal.PARTS)
