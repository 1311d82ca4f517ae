"""`kaoqin settle` on the command line: what it writes, what it says, how it ends."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from engine_cases import DAY, company, shift
from test_settle_files import write_csv

from kaoqin.settle_command import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A company whose employee came late."""
    return write_csv(tmp_path / "in", company(shift("day", DAY), roster={0: "day"}, punches=["09:10", "18:00"]))


RANGE = ["--from", "2026-10-08", "--to", "2026-10-09"]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_it_writes_four_tables(folder: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / "deep" / "out"
    assert run([str(folder), *RANGE, "--out", str(out), "--format", ending]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        f"{name}.{ending}" for name in ("cycles", "days", "months", "punch_use")
    ]


def test_it_is_quiet_in_a_pipe(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run([str(folder), *RANGE, "--out", str(tmp_path / "out")])
    assert capsys.readouterr() == ("", "")


def test_faults_are_told_line_by_line_and_nothing_is_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "punches.csv").write_text("employee_no,at\n007,soon\n007,2026-10-08T09:00:00\n007,late\n", "utf-8")
    assert run([str(folder), *RANGE, "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert [line.split(": ")[:3] for line in told.err.splitlines()] == [
        ["punches.csv:2", "at", "'soon'"],
        ["punches.csv:4", "at", "'late'"],
    ]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("more", [[], RANGE])
def test_it_explains_a_day(folder: Path, capsys: pytest.CaptureFixture[str], more: list[str]) -> None:
    assert run([str(folder), *more, "--explain", "007", "2026-10-08"]) == 0
    told = capsys.readouterr().out
    assert "迟到 10 分。" in told
    assert "Late by 10 min." in told


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["--from", "2026-10-08", "--to", "2026-10-09"],
        ["--from", "2026-10-09", "--to", "2026-10-08", "--out", "x"],
        ["--from", "8 Oct", "--to", "2026-10-08", "--out", "x"],
        ["--explain", "007", "20261008"],
        [*RANGE, "--explain", "007", "2026-10-10"],
    ],
)
def test_a_wrong_call_is_refused(folder: Path, capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run([str(folder), *argv])
    assert ended.value.code == 2
    assert capsys.readouterr().err


def test_a_directory_that_is_not_there() -> None:
    with pytest.raises(SystemExit) as ended:
        run(["nowhere", *RANGE, "--out", "x"])
    assert ended.value.code == 2


@pytest.mark.parametrize("who", [["008", "2026-10-08"], ["007", "1990-01-01"]])
def test_a_day_that_cannot_be_explained(folder: Path, capsys: pytest.CaptureFixture[str], who: list[str]) -> None:
    assert run([str(folder), "--explain", *who]) == 2
    assert capsys.readouterr().err


def test_it_loads_no_django(folder: Path, tmp_path: Path) -> None:
    """Nor anything else that would make it slow to start."""
    told = (
        "import sys; from kaoqin.settle_command import run; "
        f"run([{str(folder)!r}, '--from', '2026-10-08', '--to', '2026-10-08', '--out', {str(tmp_path / 'out')!r}]); "
        "print(sorted({'django', 'rich', 'pandas', 'openpyxl'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True, env=ENV)
    assert done.stdout.strip() == "[]"


ENV = {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}


def test_a_month_of_thirty_people_takes_less_than_a_second_of_reckoning(folder: Path, tmp_path: Path) -> None:
    """The whole command, start-up of Python aside; a generous bound, to notice what is slow by nature."""
    import time

    rows = company(shift("day", DAY), roster=dict.fromkeys(range(-7, 24), "day"))
    people = [f"{number:03}" for number in range(30)]
    rows["employees"] = [{"employee_no": who, "group": "G"} for who in people]
    rows["roster"] = [row | {"employee_no": who} for who in people for row in rows["roster"]]
    days = [date(2026, 10, 1) + timedelta(days=number) for number in range(31)]
    rows["punches"] = [
        {"employee_no": who, "at": f"{day}T{clock}:07"}
        for who in people
        for day in days
        for clock in ("08:58", "18:02")
    ]
    place = write_csv(tmp_path / "plant", rows)
    begun = time.perf_counter()
    assert run([str(place), "--from", "2026-10-01", "--to", "2026-10-31", "--out", str(tmp_path / "out")]) == 0
    assert time.perf_counter() - begun < 1
