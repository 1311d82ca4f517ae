"""`kaoqin simulate`: terminals that are not there, against a server that is. Needs no database."""

import argparse
import asyncio
import contextlib
import random
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from kaoqin.devices.protocols.simulators import SIMULATORS, VISITED
from kaoqin.devices.simulated import ClockFault, Habits, Person, Route, Unit, VisitedUnit
from kaoqin.devices.simulation import Fleet, Journal, Network, Standing, divided

WRONG, UNSENT = 2, 1
"""Exit status where the call is wrong or the server is away; where `--until-sent` ended with records left."""
MOST_UNITS = 2000
MOST_PORTS = 65_536
COLUMNS = (2, 4, 5, 6, 7, 10)
_SURNAMES, _NAMES = "王李张刘陈杨赵黄周吴徐孙肖", "伟芳娜敏静强磊洋艳勇杰娟涛明超英华平刚桂"
_HEADINGS = {"工号", "number", "pin", "编号"}


class CannotSimulateError(Exception):
    """The call is wrong, or the server is away; said in a sentence."""


def run(argv: list[str]) -> int:
    """Run `kaoqin simulate` with its arguments; returns the exit status."""
    wanted = _parser().parse_args(argv)
    try:
        if wanted.kind in VISITED:
            return asyncio.run(_stand(wanted, list(_visited_units(wanted, _people(wanted), time.time()))))
        network = _network(wanted)
        units = list(_units(wanted, _people(wanted), time.time()))
        with contextlib.closing(Journal(wanted.journal)) as journal:
            return asyncio.run(_run(wanted, Fleet(units, network, journal, wanted.seed)))
    except (CannotSimulateError, OSError) as wrong:
        _say(f"kaoqin simulate: {wrong}\n", sys.stderr)
    return WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kaoqin simulate", description="模拟考勤机 · simulated terminals")
    add = parser.add_argument
    add("kind", choices=sorted(SIMULATORS | VISITED), help="哪种考勤机 · which kind of terminal")
    add("--server", default="http://127.0.0.1:8000", metavar="URL", help="服务器地址 · default %(default)s")
    add(
        "--port",
        type=_number(1, 65_535),
        metavar="N",
        help=f"{','.join(VISITED)}:第一台监听的端口,其余依次加一 · first port, the others count up",
    )
    add("--units", type=_number(1, MOST_UNITS), default=1, metavar="N", help=f"台数,1 至 {MOST_UNITS} · how many")
    add("--seed", type=int, default=1, metavar="N", help="随机种子,相同则行为相同 · the same seed draws the same")
    add("--serials", metavar="PREFIX", help="序列号前缀 · how their serial numbers begin")
    add("--people", default="20", metavar="N|FILE", help="人数,或「工号,姓名」文件 · a count, or a file of number,name")
    add("--journal", type=Path, metavar="FILE", help="逐批记录发送与确认(JSON 行) · what was sent and acknowledged")
    _add_how_long(parser)
    _add_records(parser)
    _add_faults(parser)
    return parser


def _add_how_long(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("多久 · how long").add_argument
    add("--minutes", type=_share(1e9), default=float("inf"), metavar="M", help="运行多久,默认直到 Ctrl-C")
    add("--until-sent", action="store_true", help="全部得到确认后结束 · end when everything is acknowledged")
    add("--pace", type=_share(10_000), default=1.0, metavar="X", help="协议里的等待缩短为 1/X · divides every wait")


def _add_records(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("打卡 · presses").add_argument
    add(
        "--per-hour",
        type=_share(1e6),
        default=60.0,
        metavar="N",
        help="每台每小时打卡数 · presses of a terminal an hour",
    )
    add("--backlog-days", type=_number(0, 3650), default=0, metavar="D", help="启动时已积压的天数 · days kept before")
    add("--record-bytes", choices=["40", "16", "8"], default="40", help="zk-4370 记录的字节数 · bytes of a record")
    add("--batch", type=_number(1, 100_000), default=100, metavar="N", help="每次上传的条数 · records of an upload")
    add("--language", default="83", metavar="N", help="考勤机语言,83 为简体中文(GBK) · 69 is English (UTF-8)")


def _add_faults(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("故障 · faults").add_argument
    add("--lost", type=_share(1), default=0.0, metavar="P", help="应答(或其一部分)丢失的比例 · share of answers lost")
    add("--doubled", type=_share(1), default=0.0, metavar="P", help="重复上传的比例 · share of batches sent twice")
    add("--results-lost", type=_share(1), default=0.0, metavar="P", help="命令结果丢失的比例 · share of results lost")
    add("--clock", type=ClockFault, choices=list(ClockFault), default=ClockFault.NONE, help="时钟故障 · a wrong clock")
    add("--offline-minutes", type=_share(1e6), default=0.0, metavar="M", help="断网多少分钟 · minutes without network")
    add("--offline-after", type=_share(1e6), default=1.0, metavar="M", help="启动多少分钟后断网,默认 1 · begins after")
    add("--faulty-units", type=_number(0, MOST_UNITS), metavar="N", help="前 N 台有时钟与断网故障,默认全部 · how many")
    add("--columns", choices=[*map(str, COLUMNS), "mixed"], default="7", help="zk-att 每行列数 · columns of a line")
    add("--routes", choices=[*Route, "mixed"], default=Route.PLAIN, help="路径写法 · how paths are written")


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"{text!r}: 应为 {least} 至 {most} 的整数 (from {least} to {most})")
        return int(text)

    return read


def _share(most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        with contextlib.suppress(ValueError):
            if 0 <= float(text) <= most:
                return float(text)
        raise argparse.ArgumentTypeError(f"{text!r}: 应为 0 至 {most:g} 的数 (from 0 to {most:g})")

    return read


def _network(wanted: argparse.Namespace) -> Network:
    """Where the server is, if it is there."""
    _many_sockets()
    parts = urlsplit(wanted.server)
    try:
        port = parts.port or 80
    except ValueError:
        port = 0
    if parts.scheme != "http" or not parts.hostname or not port or parts.path.strip("/"):
        raise CannotSimulateError(
            f"地址 {wanted.server} 不对,应如 http://127.0.0.1:8000(考勤机不用 https) (a plain http:// address)"
        )
    try:
        socket.create_connection((parts.hostname, port), timeout=10).close()
    except OSError as away:
        raise CannotSimulateError(f"服务器 {wanted.server} 没有应答:{away} (the server does not answer)") from away
    return Network(parts.hostname, port, wanted.lost)


def _many_sockets() -> None:
    """A terminal that calls holds a socket; all may call at once."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _people(wanted: argparse.Namespace) -> list[Person]:
    """As many people as asked for, or those of a file."""
    if not wanted.people.isdecimal():
        return _people_of(Path(wanted.people))
    draw = random.Random(wanted.seed)  # noqa: S311 - a simulation, not a secret
    count = int(wanted.people)
    return [Person(f"{n:05d}", draw.choice(_SURNAMES) + draw.choice(_NAMES)) for n in range(1, count + 1)]


def _people_of(file: Path) -> list[Person]:
    """`number,name` a line, by comma or TAB, with or without headings."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as wrong:
        raise CannotSimulateError(f"{file}: 应为 UTF-8 文本 (UTF-8 expected)") from wrong
    cells = [[cell.strip() for cell in line.replace("\t", ",").split(",")] for line in lines if line.strip()]
    people = [Person(row[0], row[1] if len(row) > 1 else "") for row in cells if row[0].lower() not in _HEADINGS]
    odd = [person.pin for person in people if not (person.pin.isascii() and person.pin.isalnum())]
    if odd or not people:
        raise CannotSimulateError(f"{file}: 每行应为「工号,姓名」 (number,name expected): {', '.join(odd[:3])}")
    return people


def _units(wanted: argparse.Namespace, people: list[Person], now: float) -> Iterator[Unit]:
    """The terminals that call."""
    prefix, make = SIMULATORS[wanted.kind]
    for serial, those, habits in _made_up(wanted, prefix, people, now):
        yield make(serial, those, habits, wanted.seed, now)


def _visited_units(wanted: argparse.Namespace, people: list[Person], now: float) -> Iterator[VisitedUnit]:
    """The terminals that are visited."""
    prefix, _, make = VISITED[wanted.kind]
    for serial, those, habits in _made_up(wanted, prefix, people, now):
        yield make(serial, those, habits, wanted.seed, now)


def _made_up(
    wanted: argparse.Namespace, prefix: str, people: list[Person], now: float
) -> Iterator[tuple[str, Sequence[Person], Habits]]:
    """(serial, people, habits) of each terminal. Those that are not faulty have a right clock and a network."""
    draw = random.Random(wanted.seed)  # noqa: S311 - a simulation, not a secret
    for number, those in enumerate(divided(people, wanted.units)):
        serial = f"{wanted.serials or prefix}{number + 1:05d}"
        yield serial, those, _habits(wanted, number, draw, now)


def _habits(wanted: argparse.Namespace, number: int, draw: random.Random, now: float) -> Habits:
    columns, route = draw.choice(COLUMNS), draw.choice(list(Route))
    habits = Habits(
        language=wanted.language,
        columns=columns if wanted.columns == "mixed" else int(wanted.columns),
        route=route if wanted.routes == "mixed" else Route(wanted.routes),
        batch=wanted.batch,
        backlog_days=wanted.backlog_days,
        presses_per_second=wanted.per_hour / 3600,
        doubled=wanted.doubled,
        results_lost=wanted.results_lost,
        pace=wanted.pace or 1.0,
        lost=wanted.lost,
        record_bytes=int(wanted.record_bytes),
    )
    if wanted.faulty_units is not None and number >= wanted.faulty_units:
        return habits
    begin = now + wanted.offline_after * 60
    offline = (begin, begin + wanted.offline_minutes * 60) if wanted.offline_minutes else None
    return replace(habits, clock=wanted.clock, offline=offline)


async def _run(wanted: argparse.Namespace, fleet: Fleet) -> int:
    _stop_on_signals(fleet.stop)
    _say(f"{len(fleet.units)} 台 {wanted.kind} → {wanted.server},积压 {fleet.waiting:,} 条;Ctrl-C 停止\n", sys.stdout)
    await fleet.run(wanted.minutes * 60, _teller(lambda: _line(fleet)), until_sent=wanted.until_sent)
    _say(f"\n{_summary(fleet)}\n", sys.stdout)
    return UNSENT if wanted.until_sent and fleet.waiting else 0


async def _stand(wanted: argparse.Namespace, units: Sequence[VisitedUnit]) -> int:
    """Listen until stopped, and say what to enter for each on the page where a terminal is added."""
    port = wanted.port or VISITED[wanted.kind][1]
    if port + len(units) > MOST_PORTS:
        raise CannotSimulateError(f"端口 {port} 起不够 {len(units)} 台 (not enough ports)")
    _many_sockets()
    standing = Standing(units, "127.0.0.1", port)
    _stop_on_signals(standing.stop)
    for number, unit in enumerate(units):
        _say(f"{unit.serial}  {standing.host}:{port + number}  {unit.login}\n", sys.stdout)
    _say(f"{len(units)} 台 {wanted.kind} 等待访问:在「添加考勤机」里填写以上内容;Ctrl-C 停止\n", sys.stdout)
    await standing.run(wanted.minutes * 60, _teller(lambda: _counts(standing)))
    _say(f"\n{_counts(standing)}\n", sys.stdout)
    return 0


def _stop_on_signals(stop: Callable[[], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)


def _teller(line: Callable[[], str]) -> Callable[[object], None]:
    """Says a line every second in its place; into a file one every ten seconds."""
    calls = iter(range(sys.maxsize))

    def tell(_: object) -> None:
        if sys.stdout.isatty():
            _say(f"\r\033[K{line()}", sys.stdout)
        elif next(calls) % 10 == 9:
            _say(f"{line()}\n", sys.stdout)

    return tell


def _counts(standing: Standing) -> str:
    return "  ".join(f"{name} {count:,}" for name, count in sorted(standing.counts.items())) or "还没有被访问"


def _line(fleet: Fleet) -> str:
    counts = fleet.tally.counts
    return (
        f"轮询 {counts['poll']:,}  已确认 {fleet.tally.records:,} 条 ({fleet.tally.per_second:,.0f}/s)  待传 {fleet.waiting:,}  "
        f"待批准/拒绝 {counts['403'] + counts['406']:,}  忙 {counts['503']:,}  断线 {counts['away']:,}  超时 {counts['late']:,}"
    )


def _summary(fleet: Fleet) -> str:
    tally = fleet.tally
    polls, uploads = (
        [f"{tally.of(kind, share) * 1000:,.0f}" for share in (0.5, 0.99, 1)] for kind in ("poll", "punches")
    )
    answers = ", ".join(f"{name} × {count:,}" for name, count in sorted(tally.counts.items()) if name.isdecimal())
    return "\n".join(
        [
            f"运行 {time.monotonic() - tally.begun:,.0f} s,{len(fleet.units)} 台",
            f"应答: {answers or '无'};应答丢失(故意) {tally.counts['lost']:,},断线 {tally.counts['away']:,},超时 {tally.counts['late']:,}",
            f"轮询 ms: 中位 {polls[0]},99% {polls[1]},最长 {polls[2]}",
            f"上传 ms: 中位 {uploads[0]},99% {uploads[1]},最长 {uploads[2]}",
            f"服务器确认 {tally.records:,} 条(含重复),{tally.per_second:,.0f} 条/s;尚未确认 {fleet.waiting:,} 条",
        ]
    )


def _say(text: str, to: TextIO) -> None:
    to.write(text)
    to.flush()
