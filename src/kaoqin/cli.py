"""The `kaoqin` command. Starts only what a word needs: `settle` loads neither Django nor a database, `simulate` no database."""

import os
import sys

USAGE = """kaoqin — 考勤

  kaoqin serve [--no-worker]           启动网页服务与后台任务(首次启动会建库)
  kaoqin worker                        只启动后台任务
  kaoqin listen                        只启动与考勤机的长连接(MQTT、汉王推送、海康实时流)
  kaoqin settle DIR --from D --to D --out OUT   不用数据库,直接核算文件
  kaoqin import FILE [--format F]      导入打卡文件
  kaoqin demo [--if-empty | --reset]   载入演示公司
  kaoqin simulate KIND [--units N]     模拟考勤机(不用数据库)
  kaoqin rooms                         房间与门的地图
  kaoqin settings                      全部设置

其余为 Django 命令,例如 kaoqin migrate、kaoqin shell;kaoqin help 列出全部。
"""


def main(argv: list[str] | None = None) -> int:
    """Run one word; returns the exit status. 2: the call or a setting is wrong, said in one sentence."""
    words = sys.argv[1:] if argv is None else argv
    if not words or words[0] in {"-h", "--help"}:
        print(USAGE)
        return 0
    if words[0] == "settle":
        from kaoqin.settle_command import run

        return run(words[1:])
    if words[0] == "simulate":
        from kaoqin import simulate_command

        return simulate_command.run(words[1:])
    return _with_django(words)


def _with_django(words: list[str]) -> int:
    from kaoqin.core.environment import WrongSetting, read_settings, secret_key

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaoqin.config.settings")
    try:
        chosen = read_settings()
    except WrongSetting as wrong:
        return _refuse(f"设置有误,未启动:\n{wrong}")
    if words[0] in {"settings", "rooms"}:
        from kaoqin.core import house

        print(getattr(house, f"say_{words[0]}")())
        return 0
    folder = chosen["KAOQIN_DATA_DIR"]
    try:
        secret_key(folder, chosen["KAOQIN_SECRET_KEY"])
        if not chosen["DATABASE_URL"]:
            from kaoqin.core.database import start_embedded

            os.environ["DATABASE_URL"] = start_embedded(folder)
    except OSError as broken:
        return _refuse(f"内置数据库或密钥无法使用:{broken}\n请检查数据目录 {folder} 是否可写、磁盘是否已满。")
    return _execute(words)


def _execute(words: list[str]) -> int:
    """Run Django's command; a database that is away or full is said in a sentence."""
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(["kaoqin", *words])
    except OperationalError as broken:
        said = str(broken).strip()
        return _refuse(f"数据库无法使用:{said}\n请检查 DATABASE_URL、数据库是否已启动、磁盘是否已满。")
    return 0


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2
