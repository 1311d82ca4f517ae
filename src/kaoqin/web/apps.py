from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "kaoqin.web"

    def ready(self) -> None:
        from kaoqin.web import imports  # noqa: F401 - registers its job
