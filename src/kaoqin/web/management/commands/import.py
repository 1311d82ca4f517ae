import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from kaoqin.attendance.settling import settle_all
from kaoqin.core.jobs import Progress
from kaoqin.core.models import JobRun
from kaoqin.core.words import Refusal
from kaoqin.punches import bringing
from kaoqin.punches.formats import FORMATS, Options
from kaoqin.punches.models import ImportBatch
from kaoqin.punches.words import BatchState
from kaoqin.security.doors import SYSTEM


class Command(BaseCommand):
    help = "Bring a punch file: recognised, previewed, taken, settled."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=[one.code for one in FORMATS], help="default: recognised")
        parser.add_argument("--zone", default=settings.TIME_ZONE, help="time zone of the terminal")
        parser.add_argument("--preview", action="store_true", help="only say what would be taken")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"没有文件 {path}")
        try:
            batch = bringing.bring(path.name, path.read_bytes(), options["zone"], by=SYSTEM, at=timezone.now())
            if options["format"] and batch.state == BatchState.PREVIEW:
                kept = Options.from_json(batch.options)
                bringing.decide(batch, options["format"], kept, options["zone"], by=SYSTEM)
            self._say_preview(batch)
            if not options["preview"]:
                self._take(batch)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal

    def _say_preview(self, batch: ImportBatch) -> None:
        seen = bringing.preview(batch)
        if seen.reading is None:
            raise CommandError(seen.told)
        self.stdout.write(
            f"{batch.name}: 格式 {batch.format},打卡 {len(seen.reading.punches)} 条,"
            f"{seen.people} 人,未知编号 {len(seen.unknown)} 个,问题行 {len(seen.reading.bad_lines)} 行"
        )
        for question in seen.reading.questions:
            raise CommandError(f"{question.sentence} 请在网页上导入并选择。")

    def _take(self, batch: ImportBatch) -> None:
        if batch.state != BatchState.PREVIEW:
            self.stdout.write("这个文件已经导入过了,没有重复写入。")
            return
        with transaction.atomic():
            run = JobRun(kind="punches.import", title=batch.name, asked_at=timezone.now())
            run.save()
            taken = bringing.take_reading(batch, bringing.read_batch(batch), SYSTEM, timezone.now(), Progress(run))
            run.delete()
        self.stdout.write(
            f"新增 {taken.new} 条,已有 {taken.known} 条,未知编号的 {taken.unknown} 条,时间待核对 {taken.held} 条"
        )
        settle_all()
        self.stdout.write("已核算。")
