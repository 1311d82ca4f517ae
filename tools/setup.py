"""What `make setup` does: a virtual environment with the pinned packages, the compiled texts, and the browser assets.

Standard library only.

Each step is skipped when its inputs have not changed since it last succeeded.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NEEDED_MB = 1500


def stop(sentence):
    print(f"\n✗ {sentence}", file=sys.stderr)
    sys.exit(2)


def say(sentence):
    print(f"• {sentence}", flush=True)


def digest(*paths):
    found = hashlib.sha256(sys.version.encode())
    for path in sorted(p for given in paths for p in ([given] if given.is_file() else given.rglob("*")) if p.is_file()):
        found.update(str(path.relative_to(ROOT)).encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def once(name, inputs, made, work):
    """Do `work` unless `made` exists and the inputs are those of the last success."""
    stamp = VENV / f".{name}"
    wanted = digest(*inputs)
    if made.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    work()
    stamp.write_text(wanted)


def run(*command, env=None, advice):
    try:
        subprocess.run([str(part) for part in command], cwd=ROOT, env=env, check=True)
    except (OSError, subprocess.CalledProcessError) as failed:
        stop(f"{advice}\n  ({failed})")


def make_venv():
    say("建立虚拟环境 .venv")
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except (OSError, subprocess.CalledProcessError) as failed:
        stop(f"无法建立虚拟环境。Debian 请先安装 python3-venv:apt install python3-venv\n  ({failed})")


def install():
    say("安装 Python 依赖(首次约一分钟)")
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-q")
    advice = "Python 依赖安装失败。请检查网络与软件源,然后重试。"
    run(*pip, "--require-hashes", "-r", "requirements/dev.txt", advice=advice)
    run(*pip, "--no-deps", "--no-build-isolation", "-e", ".", advice=advice)


def version_of(program):
    """A program's version as numbers; (0,) where there is none."""
    if not shutil.which(program):
        return (0,)
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return tuple(int(part) for part in said.lstrip("v").split(".") if part.isdigit()) or (0,)


def node_environment():
    """An environment with a Node.js and npm that are new enough: the machine's, else those a Python wheel carries."""
    env = {**os.environ, "npm_config_update_notifier": "false"}
    if version_of("node") >= (20, 19) and version_of("npm") >= (11,):
        return env
    say("本机没有 Node.js 20.19 与 npm 11 以上,改用 Python 包内的 Node.js")
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-q", "--require-hashes")
    run(*pip, "-r", "requirements/node.txt", advice="Node.js 安装失败。请安装 Node.js 20.19 以上(含 npm 11),然后重试。")
    return {**env, "PATH": f"{VENV / 'bin'}{os.pathsep}{env['PATH']}"}


def npm(*words):
    env = node_environment()
    program = shutil.which("npm", path=env["PATH"])
    run(program, *words, env=env, advice="浏览器资源构建失败。请检查网络与软件源,然后重试。")


def install_packages():
    say("安装浏览器端依赖")
    npm("ci", "--no-audit", "--no-fund", "--loglevel=error")


def build_assets():
    say("构建浏览器资源")
    npm("run", "--silent", "build", "--", "--logLevel", "warn")


def compile_messages():
    say("编译英文文字")
    run(PYTHON, "tools/messages.py", "--compile", advice="英文文字编译失败。请检查 src/kaoqin/locale 中的 .po 文件。")


def main():
    if sys.version_info < (3, 11):
        stop(f"需要 Python 3.11 以上,当前是 {sys.version.split()[0]}。可用 make PYTHON=python3.11 指定。")
    if not (VENV / ".packages").exists() and shutil.disk_usage(ROOT).free < NEEDED_MB * 1024 * 1024:
        stop(f"磁盘空间不足:至少需要 {NEEDED_MB} MB。")
    if not PYTHON.exists():
        make_venv()
    once("packages", [ROOT / "requirements", ROOT / "pyproject.toml"], VENV / "bin" / "kaoqin", install)
    lock = [ROOT / "package.json", ROOT / "package-lock.json"]
    once("npm", lock, ROOT / "node_modules" / ".package-lock.json", install_packages)
    catalogue = ROOT / "src/kaoqin/locale/en/LC_MESSAGES/django.po"
    once("messages", [catalogue, ROOT / "tools/messages.py"], catalogue.with_suffix(".mo"), compile_messages)
    sources = [*lock, ROOT / "frontend", ROOT / "vite.config.ts", ROOT / "tsconfig.json"]
    once("assets", sources, ROOT / "src/kaoqin/static/dist/manifest.json", build_assets)


main()
