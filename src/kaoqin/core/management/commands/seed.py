from typing import Any

from django.core.management.base import BaseCommand

from kaoqin.core.seeds import plant


class Command(BaseCommand):
    help = "Put in what every installation begins with (calendars); does nothing the second time."

    def handle(self, *args: Any, **options: Any) -> None:
        plant()
