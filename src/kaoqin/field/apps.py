from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "kaoqin.field"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import imports, personal, seeds
        from kaoqin.field import (  # placing and telling register what the worker does
            customers_import,
            kind_actions,
            placing,  # noqa: F401
            plans_import,
            taking,
            telling,  # noqa: F401
        )
        from kaoqin.field import personal as field_personal
        from kaoqin.phones.kinds import record_kind

        imports.register(customers_import.KIND)
        imports.register(plans_import.KIND)
        seeds.register(kind_actions.seed_kind)
        for kind in taking.KINDS:
            record_kind(kind)
        personal.register(field_personal.PARTS)
