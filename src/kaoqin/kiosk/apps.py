from django.apps import AppConfig


class KioskConfig(AppConfig):
    name = "kaoqin.kiosk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import personal
        from kaoqin.kiosk.personal import PARTS

        personal.register(PARTS)
