"""Settings of the tests: a PostgreSQL of their own, started when needed, and quick password hashes."""

import os
import tempfile
from pathlib import Path

from kaoqin.core.database import start_embedded

_ROOT = Path(__file__).resolve().parents[3]
os.environ.setdefault("KAOQIN_DATA_DIR", str(_ROOT / "var" / "test"))
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or start_embedded(_ROOT / "var" / "test")

from kaoqin.config.settings import *  # noqa: E402, F403
from kaoqin.config.settings import DATABASES  # noqa: E402

DATABASES["default"]["OPTIONS"] = {**DATABASES["default"]["OPTIONS"], "options": "-c synchronous_commit=off"}
DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = Path(tempfile.gettempdir()) / f"kaoqin-test-{os.getuid()}"
SOON_IS_NOW = True
