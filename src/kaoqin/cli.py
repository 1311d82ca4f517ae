"""The `kaoqin` command. Starts only what a word needs: `settle` loads neither Django nor a database."""

import os
import sys

USAGE = """kaoqin — 考勤

  kaoqin serve [--no-worker]           启动网页服务与后台任务(首次启动会建库)
  kaoqin worker                        只启动后台任务
  kaoqin settle DIR --from D --to D --out OUT   不用数据库,直接核算文件
  kaoqin import FILE [--format F]      导入打卡文件
  kaoqin demo [--if-empty | --reset]   载入演示公司
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
    return _with_django(words)


def _with_django(words: list[str]) -> int:
    from kaoqin.core.environment import WrongSetting, read_settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaoqin.config.settings")
    try:
        chosen = read_settings()
    except WrongSetting as wrong:
        print(f"设置有误,未启动:\n{wrong}", file=sys.stderr)
        return 2
    if words[0] in {"settings", "rooms"}:
        from kaoqin.core import house

        print(getattr(house, f"say_{words[0]}")())
        return 0
    if not chosen["DATABASE_URL"]:
        from kaoqin.core.database import start_embedded

        try:
            os.environ["DATABASE_URL"] = start_embedded(chosen["KAOQIN_DATA_DIR"])
        except OSError as broken:
            print(
                f"内置数据库无法启动:{broken}。请检查数据目录 {chosen['KAOQIN_DATA_DIR']} 是否可写、磁盘是否已满。",
                file=sys.stderr,
            )
            return 2
    from django.core.management import execute_from_command_line

    execute_from_command_line(["kaoqin", *words])
    return 0
