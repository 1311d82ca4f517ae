"""Attendance: from punches, plans and approvals to days, months and the reasons for them."""

from reckon.attendance.files import read_tables, write_results
from reckon.attendance.run import settle
from reckon.attendance.words import Fault, Faults, Results, Tables

__all__ = ["Fault", "Faults", "Results", "Tables", "read_tables", "settle", "write_results"]
