from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Do the long work: settle, import, export."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command(
            "procrastinate",
            "worker",
            verbosity=0,
            concurrency=settings.CHOSEN["KAOQIN_JOB_PROCESSES"],
            delete_jobs="successful",
            shutdown_graceful_timeout=10.0,
        )
