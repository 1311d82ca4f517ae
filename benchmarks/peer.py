"""The nearest open-source peer, PyPI django-fingerprint-attendance 0.1.0, with its processing off, beside ours: ATTLOG
over HTTP in requests of 100 lines, on the same PostgreSQL in the same run.

It lives in a virtual environment of its own below var/bench; where that cannot be made, there is nothing to compare.
"""

import contextlib
import os
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "var" / "bench" / "peer"
NEEDED = ("django-fingerprint-attendance==0.1.0", "psycopg[binary]==3.3.9", "granian==2.8.7")
DATABASE = "bench_peer"
PORT = 8932

_SETTINGS = """
SECRET_KEY = "a bench needs no secret"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "fingerprint_attendance"]
ROOT_URLCONF = "peer_urls"
DATABASES = {{"default": {{"ENGINE": "django.db.backends.postgresql", "HOST": {host!r}, "USER": {user!r},
    "NAME": {name!r}, "CONN_MAX_AGE": None}}}}
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FINGERPRINT_ATTENDANCE = {{"PROCESS_ON_INGEST": False, "TEMPLATE_ENCRYPTION_ENABLED": False, "ADMS_RATE_LIMIT": None}}
"""
_URLS = """
from django.urls import include, path
urlpatterns = [path("", include("fingerprint_attendance.urls"))]
"""
_WSGI = """
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""
_PREPARE = """
import django
django.setup()
from django.contrib.auth.models import User
from fingerprint_attendance.models import Device, Enrollee
for serial in {serials!r}:
    Device.objects.create(serial_number=serial, status="active")
users = User.objects.bulk_create(User(username=pin) for pin in {pins!r})
Enrollee.objects.bulk_create(Enrollee(employee=user, device_pin=user.username) for user in users)
"""


class NoPeer(Exception):  # noqa: N818 - a reason, not a failure
    """It cannot be installed here."""


def install() -> Path:
    """The peer in an environment of its own; returns its Python. Raises NoPeer, for instance without a network."""
    python = HOME / "bin" / "python"
    if not (HOME / "lib").exists():
        venv.create(HOME, with_pip=True, clear=True)
    told = subprocess.run([python, "-m", "pip", "install", "-q", *NEEDED], capture_output=True, text=True, check=False)
    if told.returncode:
        raise NoPeer(told.stderr.strip().splitlines()[-1])
    return python


@contextlib.contextmanager
def served(serials: list[str], pins: list[str]) -> Iterator[None]:
    """A granian process of the peer at its port, knowing these terminals and numbers, on an empty database. Raises
    NoPeer."""
    python = install()
    url = os.environ["DATABASE_URL"]
    told = {"host": parse_qs(urlsplit(url).query)["host"][0], "user": urlsplit(url).username, "name": DATABASE}
    for name, text in (("peer_settings", _SETTINGS.format(**told)), ("peer_urls", _URLS), ("peer_wsgi", _WSGI)):
        (HOME / f"{name}.py").write_text(text)
    _empty()
    world = {"PATH": os.environ["PATH"], "PYTHONPATH": str(HOME), "DJANGO_SETTINGS_MODULE": "peer_settings"}
    for words in (["-m", "django", "migrate", "-v", "0"], ["-c", _PREPARE.format(serials=serials, pins=pins)]):
        subprocess.run([python, *words], env=world, cwd=HOME, check=True)
    command = [HOME / "bin" / "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORT)]
    server = subprocess.Popen([*command, "--log-level", "critical", "peer_wsgi:application"], env=world, cwd=HOME)
    try:
        yield
    finally:
        server.terminate()
        server.wait(timeout=15)


def _empty() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
