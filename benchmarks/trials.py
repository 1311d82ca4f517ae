"""How long a trial of rules takes beside a settlement of the same people and month, in one run. The house allows 1.5.

Run as `python -m benchmarks.trials [--sizes 1000,10000]`. Uses an embedded PostgreSQL of its own.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.database import FIRST, NOW, empty, load, settle_database, start
from benchmarks.settle import write_company


def drafts() -> list[Any]:
    """A draft for each group that changes much: the grace of all shifts, how overtime counts, missing punches."""
    from kaoqin.scheduling.models import Group
    from kaoqin.security.doors import SYSTEM
    from kaoqin.trials import actions
    from kaoqin.trials.terms import Terms

    told: dict[str, Any] = {"by": SYSTEM, "at": NOW}
    made = []
    for group in Group.objects.order_by("pk"):
        trial = actions.begin(group, "bench", **told)
        terms = Terms.load(trial.after)
        shifts = {
            key: replace(one, segments=tuple(replace(each, late_grace=15) for each in one.segments))
            for key, one in terms.shifts.items()
        }
        rules = terms.rules | {"overtime_min": 0, "overtime_step": 1, "missing_punch": "absent"}
        made.append(actions.change(trial, trial.name, Terms(rules, terms.month, shifts), **told))
    return made


def try_everybody() -> tuple[float, int, int]:
    """Seconds for one run of the draft whose shifts most people have; the people tried, and the days that differ."""
    from kaoqin.security.doors import SYSTEM
    from kaoqin.trials import actions, running
    from kaoqin.trials.models import TrialDay

    trial = drafts()[0]
    begun = time.perf_counter()
    run = actions.run(trial, [FIRST], None, by=SYSTEM, at=NOW)
    running.try_all(run)
    return time.perf_counter() - begun, len(run.employee_ids), TrialDay.objects.filter(run=run).count()


def main(argv: list[str] | None = None) -> None:
    """Print one line per size: seconds of a settlement and of a trial for as many people, and the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="1000,10000")
    sizes = [int(size) for size in parser.parse_args(argv).sizes.split(",")]
    start()
    print("A trial of rules, one month; ratio to a settlement of the same people in the same run (at most 1.5)")
    print(
        f"{'employees':>10} {'tried':>8} {'days apart':>11} {'settle s':>9} {'again s':>9} {'trial s':>9} {'ratio':>6}"
    )
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            company = Path(folder) / "company"
            write_company(company, size, "parquet")
            empty()
            ids = load(company)
            settled, again = settle_database(ids), settle_database(ids)
            taken, tried, days = try_everybody()
            ratio = taken / tried * size / settled
            print(
                f"{size:>10} {tried:>8} {days:>11} {settled:>9.2f} {again:>9.2f} {taken:>9.2f} {ratio:>6.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
