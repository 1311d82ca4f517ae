"""How long it takes to close the month that `benchmarks.database` settled: seconds and memory, as a line of JSON.

Run by it as `python -m benchmarks.closing`, in a process of its own on the same database.
"""

import json
import resource
import time
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
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"asking": asked - begun, "working": over - asked, "memory_mb": memory}


if __name__ == "__main__":
    start()
    print(json.dumps(close()))
