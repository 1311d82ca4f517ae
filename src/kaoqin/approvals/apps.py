from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "kaoqin.approvals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.approvals import chasing, flow_actions  # noqa: F401 - chasing registers its job
        from kaoqin.core import seeds

        seeds.register(flow_actions.seed_default_flow)
