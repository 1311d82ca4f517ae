"""Which number stands for an employee on a terminal: the one under which punches come back as theirs."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping

from kaoqin.core.arrays import any_of
from kaoqin.punches.ledger import Whose
from kaoqin.punches.models import PersonKey


class KeptNumbers:
    """Numbers of people on a day, as the ledger reads them. Four questions, however many people and terminals."""

    def __init__(self, employees: Mapping[int, str], pins: Collection[str], on: dt.date) -> None:
        self._own, self._on = employees, on
        self._stated: dict[int, list[str]] = defaultdict(list)
        rows = PersonKey.objects.filter(any_of("employee_id", employees), begins_on__lte=on).order_by("-begins_on")
        stated = rows.values_list("employee_id", "person_key", "origin", "pin_group")
        # what is said of one terminal before what is said of a group, that before what holds anywhere
        for employee_id, key, *_ in sorted(stated, key=lambda row: (not row[2], row[3] is None)):
            self._stated[employee_id or 0].append(key)
        self._whose = Whose({*employees.values(), *pins, *(key for keys in self._stated.values() for key in keys)})

    def numbers(self, employee_id: int, serial: str) -> list[str]:
        """All numbers that mean this employee on this terminal: the stated ones first, then the employee number."""
        wanted = [*self._stated.get(employee_id, ()), self._own[employee_id]]
        return [key for key in dict.fromkeys(wanted) if self.employee(key, serial) == employee_id]

    def employee(self, number: str, serial: str) -> int | None:
        return self._whose.employee(number, serial, self._on)
