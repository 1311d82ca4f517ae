from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "kaoqin.scheduling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import seeds
        from kaoqin.scheduling import actions, nightly  # noqa: F401 - registers its job

        seeds.register(actions.seed_china)
