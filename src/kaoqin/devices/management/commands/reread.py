"""Read kept uploads again after a protocol was mended; what they say anew is kept, nothing is taken twice."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from kaoqin.devices.actions import read_again
from kaoqin.devices.models import RawUpload
from kaoqin.security.doors import SYSTEM


class Command(BaseCommand):
    help = "Read kept uploads of terminals again, oldest first."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--serial", help="only of this terminal")
        parser.add_argument("--kind", help="only of this kind, in the words of the protocol")
        parser.add_argument("--all", action="store_true", help="not only uploads with bad lines")

    def handle(self, *args: Any, **options: Any) -> None:
        uploads = RawUpload.objects.filter(cleared_at=None).order_by("pk")
        if options["serial"]:
            uploads = uploads.filter(device__serial=options["serial"])
        if options["kind"]:
            uploads = uploads.filter(kind=options["kind"].upper())
        if not options["all"]:
            uploads = uploads.filter(bad_lines__state="waiting").distinct()
        done = still_bad = 0
        for key in list(uploads.values_list("pk", flat=True)):
            upload = RawUpload.objects.select_related("device").get(pk=key)
            still_bad += read_again(upload, by=SYSTEM, at=timezone.now())
            done += 1
        self.stdout.write(f"重新读取 {done} 次上传,仍有 {still_bad} 行不能读。")
