"""How long it takes to close the month that `benchmarks.database` settled: seconds and memory, as a line of JSON.

Run by it as `python -m benchmarks.closing`, in a process of its own on the same database.
"""

import json
import time
from pathlib import Path
from typing import Any

from benchmarks.database import FIRST, NOW, start


def queued(run_id: int) -> dict[str, Any]:
    """What the queue would call a job with."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    return dict(ProcrastinateJob.objects.get(args__run_id=run_id).args)


def close() -> dict[str, float]:
    """Everybody's month, asked for as on the page and done as the worker does it. Raises SystemExit where somebody is left out."""
    from kaoqin.attendance import closing
    from kaoqin.attendance.models import ClosedMonth
    from kaoqin.core.jobs import do_job
    from kaoqin.org.models import Employee
    from kaoqin.security.doors import SYSTEM

    begun = time.perf_counter()
    asked_for = closing.close(closing.Scope(FIRST), by=SYSTEM, at=NOW, with_faults=True)
    asked = time.perf_counter()
    do_job(**queued(asked_for.pk))
    over = time.perf_counter()
    people, closed = Employee.objects.count(), ClosedMonth.objects.count()
    if closed != people:
        raise SystemExit(f"closed {closed} of {people}")
    return {"asking": asked - begun, "working": over - asked, "memory_mb": most_memory()}


def most_memory() -> int:
    """The most this process had at once, in MB. (`ru_maxrss` would be that of the process that began this one.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    start()
    print(json.dumps(close()))
