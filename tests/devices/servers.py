"""A real server, as `kaoqin serve` starts it: granian with its workers, in a process group of its own."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from urllib.parse import quote

from kaoqin.web.management.commands.serve import web_command

PING = "/iclock/ping?SN=PING0001"


def address_of(database):
    """The URL of a database of Django's settings."""
    user = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    place = f"{database['HOST']}:{database['PORT']}" if not database["HOST"].startswith("/") else ""
    query = f"?host={quote(database['HOST'])}" if database["HOST"].startswith("/") else ""
    return f"postgresql://{user}@{place}/{database['NAME']}{query}"


class Server:
    """granian on the database of this URL."""

    def __init__(self, address, **world):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.world = {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "kaoqin.config.settings", **world}
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            web_command("127.0.0.1", self.port), env={**os.environ, **self.world}, start_new_session=True
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("GET", PING)[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("the server did not start")

    def ask(self, method, path, body=None, **headers):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(line):
            line.request(method, path, body, headers)
            answer = line.getresponse()
            return answer.status, answer.read().decode()

    def stop(self, how=signal.SIGTERM):
        """End it with its workers."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        self.process.wait(timeout=20)
