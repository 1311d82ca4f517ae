"""The whole product in one command: migrate, serve, work; Ctrl-C stops all of it."""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kaoqin.security.actions import first_administrator

START_SECONDS = 60
THREADS = 32
"""Requests worked on at once by a process: uploads of terminals that wait for their turn leave some for the rest."""


def web_command(host: str, port: int) -> list[str]:
    """The command that serves the pages and the terminals."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(settings.CHOSEN["KAOQIN_WEB_PROCESSES"]), "--blocking-threads", str(THREADS)),
        *("--no-ws", "--log-level", "error", "kaoqin.config.wsgi:application"),
    ]


class Command(BaseCommand):
    help = "Start the web server, the worker and the listener; makes the database at the first start."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--no-worker",
            action="store_true",
            help="serve pages only; run `kaoqin worker` and `kaoqin listen` elsewhere",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = settings.CHOSEN["KAOQIN_HOST"], settings.CHOSEN["KAOQIN_PORT"]
        self._refuse_taken(host, port)
        self._say("数据库:检查与升级 …")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("seed", verbosity=0)
        password = first_administrator(at=timezone.now())
        behind = () if options["no_worker"] else ("worker", "listen")
        children = [self._web(host, port), *(self._beside(word) for word in behind)]
        try:
            self._wait_until_up(host, port, children[0])
            self._greet(host, port, password)
            self._watch(children)
        finally:
            self._stop(children)

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def _refuse_taken(self, host: str, port: int) -> None:
        with contextlib.closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as taken:
                raise CommandError(
                    f"端口 {host}:{port} 无法使用({taken.strerror})。请换一个:KAOQIN_PORT=8001"
                ) from taken

    def _web(self, host: str, port: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(web_command(host, port), start_new_session=True)

    def _beside(self, word: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "kaoqin", word], start_new_session=True)

    def _wait_until_up(self, host: str, port: int, web: subprocess.Popen[bytes]) -> None:
        shown = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - comparing, not binding
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and web.poll() is None:
            try:
                request = urllib.request.Request(
                    f"http://{shown}:{port}/health/",
                    headers={"Host": "localhost", "X-Forwarded-Proto": "https"},
                )
                with urllib.request.urlopen(request, timeout=5):  # noqa: S310
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise CommandError("网页服务没有启动,请查看上面的出错信息。")

    def _greet(self, host: str, port: int, password: str | None) -> None:
        shown = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104
        self._say(f"\n考勤已启动: http://{shown}:{port}/    (Ctrl-C 停止)")
        if password:
            self._say(f"首个管理员: admin    初始密码: {password}    (首次登录须修改)")
        call_command("demo", "--accounts", stdout=self.stdout)

    def _watch(self, children: list[subprocess.Popen[bytes]]) -> None:
        stop: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda caught, _: stop.append(caught))
        while not stop and all(child.poll() is None for child in children):
            time.sleep(0.3)
        if any(child.poll() not in {None, 0} for child in children):
            self._say("有一个进程意外结束,全部停止。")

    def _stop(self, children: list[subprocess.Popen[bytes]]) -> None:
        for child in children:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
        for child in children:
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
        self._say("已停止。")
