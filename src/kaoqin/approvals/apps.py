from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "kaoqin.approvals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.approvals import chasing, flow_actions, telling  # noqa: F401 - chasing registers its job
        from kaoqin.approvals import personal as approvals_personal
        from kaoqin.core import outcomes, personal, seeds

        outcomes.register("requests.waiting", telling.on_waiting)
        outcomes.register("requests.reminded", telling.on_reminded)
        outcomes.register("requests.decided", telling.on_decided)
        seeds.register(flow_actions.seed_default_flow)
        personal.register(approvals_personal.PARTS)
