from django.apps import AppConfig


class OrgConfig(AppConfig):
    name = "kaoqin.org"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kaoqin.core import imports, personal
        from kaoqin.org import facts_import, leaders_import, people_import, place_queries, queries
        from kaoqin.org import personal as org_personal
        from kaoqin.security import neighbours

        neighbours.register(queries.employee_of, place_queries.scope_choices)
        imports.register(people_import.KIND)
        imports.register(facts_import.KIND)
        imports.register(leaders_import.HEADS)
        imports.register(leaders_import.MANAGERS)
        personal.register(org_personal.PARTS)
