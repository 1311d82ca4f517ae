import argparse
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from kaoqin.attendance.settling import settle_all
from kaoqin.core.seeds import plant
from kaoqin.security.models import Account
from kaoqin.web.demo.accounts import open_demo_accounts, say_accounts
from kaoqin.web.demo.closing import end_the_month
from kaoqin.web.demo.leave_requests import ask_for_leave
from kaoqin.web.demo.load import load
from kaoqin.web.demo.notices import tell_people
from kaoqin.web.demo.overtime import ask_for_overtime
from kaoqin.web.demo.own_data import fill_own_data
from kaoqin.web.demo.requests import lead_and_ask
from kaoqin.web.demo.trials import try_rules


class Command(BaseCommand):
    help = "Put in two invented companies with three months of life."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="only where there is no account yet")
        parser.add_argument("--reset", action="store_true", help="empty the database first: everything in it is lost")
        parser.add_argument("--accounts", action="store_true", help="only print the demo accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            self.stdout.write(say_accounts())
            return
        if options["reset"]:
            self._empty()
        call_command("migrate", verbosity=0, interactive=False)
        if Account.objects.exists():
            if not options["if_empty"]:
                self.stderr.write("数据库里已有数据。要清空并重建演示数据,用 kaoqin demo --reset。")
            return
        self._load()

    def _empty(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def _load(self) -> None:
        plant()
        now = timezone.now()
        phones = load(timezone.localdate(now), now, self._say)
        open_demo_accounts(now, timezone.localdate(now))
        fill_own_data(phones, timezone.localdate(now), now)
        tell_people(now, timezone.localdate(now))
        self._say("演示数据:申请与审批 …")
        lead_and_ask(timezone.localdate(now), now)
        ask_for_overtime(timezone.localdate(now), now)
        ask_for_leave(timezone.localdate(now), now)
        self._say("演示数据:核算 …")
        settle_all()
        self._say("演示数据:月结 …")
        end_the_month(timezone.localdate(now), now)
        try_rules(timezone.localdate(now), timezone.now())
        self._say("演示数据:完成。")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
