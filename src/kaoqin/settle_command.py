"""`kaoqin settle`: files in, attendance out, and one day explained. Needs no Django and no database."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pyarrow import ArrowException

from reckon import attendance as engine
from reckon.attendance import Faults, UndatedError, UnknownDayError
from reckon.attendance.words import Progress

WRONG = 2
"""Exit status where the input or the call is wrong."""


def run(argv: list[str]) -> int:
    """Run `kaoqin settle` with its arguments; returns the exit status (2: wrong input, nothing written)."""
    parser = _parser()
    wanted = parser.parse_args(argv)
    if not wanted.folder.is_dir():
        parser.error(f"没有目录 {wanted.folder} (no such directory)")
    if wanted.first and wanted.last and wanted.first > wanted.last:
        parser.error("--from 晚于 --to (--from is after --to)")
    if wanted.explain is None and not (wanted.first and wanted.last and wanted.out):
        parser.error("需要 --from --to --out,或 --explain (either --from --to --out, or --explain)")
    engine.use_steady_memory()
    try:
        return _explain(wanted, parser) if wanted.explain else _settle(wanted)
    except Faults as wrong:
        print(wrong, file=sys.stderr)  # noqa: T201
    except (UndatedError, UnknownDayError, OSError, ArrowException) as wrong:
        print(f"kaoqin settle: {wrong}", file=sys.stderr)  # noqa: T201
    return WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kaoqin settle", description="核算考勤文件 · settle attendance files")
    parser.add_argument("folder", metavar="DIR", type=Path, help="输入目录 · directory of the input tables")
    parser.add_argument("--from", dest="first", metavar="DATE", type=_date, help="第一天 · first day, 2026-10-01")
    parser.add_argument("--to", dest="last", metavar="DATE", type=_date, help="最后一天 · last day, included")
    parser.add_argument("--out", type=Path, help="输出目录 · directory for the result tables")
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv", help="输出格式 · default csv")
    parser.add_argument(
        "--explain", nargs=2, metavar=("EMPLOYEE_NO", "DATE"), help="说明某人某天的结果 · explain one day"
    )
    return parser


def _date(text: str) -> date:
    try:
        if len(text) == len("2026-10-01"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r}: 应为日期,如 2026-10-01 (a date such as 2026-10-01)")


def _settle(wanted: argparse.Namespace) -> int:
    with _progress() as tell:
        tell("读取", 0, 1)
        tables = engine.read_tables(wanted.folder)
        tell("读取", 1, 1)
        results = engine.settle(tables, wanted.first, wanted.last, progress=tell)
        engine.write_results(results, wanted.out, wanted.format, tell)
    return 0


def _explain(wanted: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    employee_no, text = wanted.explain
    try:
        day = _date(text)
    except argparse.ArgumentTypeError as wrong:
        parser.error(str(wrong))
    if (wanted.first and day < wanted.first) or (wanted.last and day > wanted.last):
        parser.error(f"{text} 不在 --from 与 --to 之间 ({text} is not between --from and --to)")
    tables = engine.read_tables(wanted.folder, employee_no)
    print(engine.explain(tables, employee_no, day).text())  # noqa: T201
    return 0


@contextmanager
def _progress() -> Iterator[Progress]:
    """Progress bars on a terminal, silence in a pipe."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    with _bars() as tell:
        yield tell


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield tell
