"""What `make check` does: lint, types, import contracts, migrations, deployment checks, and the wheel with what it must carry."""

import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
HTTPS = {"KAOQIN_HTTPS": "1", "KAOQIN_ALLOWED_HOSTS": "kaoqin.example"}
MUST_CARRY = (
    "kaoqin/static/dist/manifest.json",
    "kaoqin/locale/en/LC_MESSAGES/django.mo",
    "kaoqin/templates/_layout.html",
    "kaoqin/cli.py",
    "reckon/parameters/",
)


def step(name, *command, env=None):
    begun = time.monotonic()
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env={**os.environ, **(env or {})}, check=False)
    print(f"{'✓' if done.returncode == 0 else '✗'} {name}  ({time.monotonic() - begun:.1f} s)", flush=True)
    if done.returncode:
        sys.exit(done.returncode)


def wheel():
    with tempfile.TemporaryDirectory() as folder:
        step("轮子 wheel", BIN / "python", "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ".")
        names = zipfile.ZipFile(next(Path(folder).glob("*.whl"))).namelist()
    missing = [part for part in MUST_CARRY if not any(name.startswith(part) for name in names)]
    if missing:
        sys.exit(f"✗ the wheel lacks {', '.join(missing)}")


def main():
    step("代码检查 ruff", BIN / "ruff", "check", "--quiet", ".")
    step("格式 ruff format", BIN / "ruff", "format", "--check", "--quiet", ".")
    step("类型 mypy", BIN / "mypy", "--no-error-summary", "src")
    step(
        "分层 import-linter",
        BIN / "lint-imports",
        "--no-cache",
        "--verbose" if os.environ.get("VERBOSE") else "--no-logo",
    )
    step("浏览器端类型 tsc", "sh", "-c", "PATH=$PWD/.venv/bin:$PATH npm run --silent check")
    step("迁移 makemigrations --check", BIN / "kaoqin", "makemigrations", "--check", "--dry-run")
    step("部署检查 check --deploy", BIN / "kaoqin", "check", "--deploy", "--fail-level", "WARNING", env=HTTPS)
    wheel()


main()
