"""Whom the organisation and the grants name for one applicant, as accounts; the inside of `flowing.Lookups`."""

import datetime as dt
from collections.abc import Sequence
from functools import cached_property

from kaoqin.org import lead_queries
from kaoqin.org import queries as org
from kaoqin.org.leading import Leading
from kaoqin.org.models import Employee
from kaoqin.security import queries as security


class OrgLookups:
    """The lookups of an employee on a day. Each is asked when it is needed, and once."""

    def __init__(self, employee: Employee, on: dt.date) -> None:
        self.employee, self.on = employee, on
        self.applicant = employee.account_id

    @cached_property
    def _leading(self) -> Leading:
        return lead_queries.leading(self.on)

    def _as_accounts(self, employees: Sequence[int]) -> list[int | None]:
        found = org.accounts_of(employees)
        return [found.get(one) for one in employees]

    @cached_property
    def _managers(self) -> list[int | None]:
        return self._as_accounts(self._leading.chain(self.employee.pk))

    @cached_property
    def _heads(self) -> list[int | None]:
        return self._as_accounts(self._leading.heads(self.employee.pk))

    def managers(self) -> Sequence[int | None]:
        return self._managers

    def heads(self) -> Sequence[int | None]:
        return self._heads

    def departments(self) -> list[int]:
        """The applicant's department and all above."""
        return self._leading.departments(self.employee.pk)

    def holders(self, role: str) -> Sequence[int]:
        sites = org.site_ids_of(self.employee.pk, self.on)
        return security.in_role(role, self.departments(), sites, on=self.on)

    def accounts(self, employees: Sequence[int]) -> Sequence[int]:
        return [one for one in self._as_accounts(employees) if one is not None]
