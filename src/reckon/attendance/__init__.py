"""Attendance: from punches, plans and approvals to days, months and the reasons for them."""

from reckon.attendance.explain import UnknownDayError, explain
from reckon.attendance.files import read_tables, use_steady_memory, write_results
from reckon.attendance.run import settle
from reckon.attendance.trace import Step, Trace
from reckon.attendance.words import Fault, Faults, Results, Tables
from reckon.dated import UndatedError

__all__ = [
    "Fault",
    "Faults",
    "Results",
    "Step",
    "Tables",
    "Trace",
    "UndatedError",
    "UnknownDayError",
    "explain",
    "read_tables",
    "settle",
    "use_steady_memory",
    "write_results",
]
