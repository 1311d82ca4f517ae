from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "kaoqin.security"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import personal
        from kaoqin.security import personal as security_personal

        personal.register(security_personal.PARTS)
