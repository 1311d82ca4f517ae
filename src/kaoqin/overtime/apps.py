from django.apps import AppConfig


class OvertimeConfig(AppConfig):
    name = "kaoqin.overtime"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import imports, outcomes, personal
        from kaoqin.overtime import actions, nightly, opening_import  # noqa: F401 - nightly registers
        from kaoqin.overtime import personal as overtime_personal

        imports.register(opening_import.KIND)
        outcomes.register("requests.approved", actions.on_approved)
        outcomes.register("requests.withdrawn", actions.on_withdrawn)
        outcomes.register("absences.agreed", actions.on_absence_agreed)
        outcomes.register("absences.ended", actions.on_absence_ended)
        personal.register(overtime_personal.PARTS)
