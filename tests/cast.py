"""The one cast of all tests.

Lin sells in the field, Chen works by day, Zhao by night. Wang manages the department of Lin and Chen. He is HR for
all. Sun administers and sees no attendance and no pay. Qian audits. Outsider has an account and nothing else.
"""

from dataclasses import dataclass

import make
from kaoqin.org.models import Department, Employee, Site
from kaoqin.scheduling.models import Group, Shift
from kaoqin.scheduling.words import GroupMode
from kaoqin.security.doors import actor_of
from kaoqin.security.models import Account
from kaoqin.security.words import Actor, Role, Scope, ScopeKind

EVERYWHERE = Scope(ScopeKind.ALL)
ROLES = ("outsider", "chen", "wang", "he", "sun", "qian")


@dataclass
class Cast:
    """People, their accounts, and the little company they work in."""

    company: Department
    sales: Department
    field: Department
    plant: Department
    site: Site
    lin: Employee
    chen: Employee
    zhao: Employee
    wang: Employee
    he: Employee
    day: Shift
    night: Shift
    free: Shift
    day_group: Group
    night_group: Group
    field_group: Group
    accounts: dict[str, Account]

    def by(self, name: str, on=make.TODAY) -> Actor:
        """Somebody as the actor they are on a day."""
        return actor_of(self.accounts[name], on)


def make_cast() -> Cast:
    """The company: 销售部 (Wang, Chen) with 外勤组 below it (Lin), and 工厂 (Zhao); groups since 2026-10-01."""
    company = make.department("公司", code="C")
    sales = make.department("销售部", company, code="C-S")
    field = make.department("外勤组", sales, code="C-S-F")
    plant = make.department("工厂", company, code="C-P")
    site = make.site()
    lin, chen, wang = (
        make.employee("林小满", where=field, no="00012"),
        make.employee("陈大白", where=sales, no="00013"),
        make.employee("王主管", where=sales, no="00011"),
    )
    zhao, he = make.employee("赵夜班", where=plant, no="12"), make.employee("何人事", where=company, no="00001")
    day, night, free = (
        make.shift("D", make.DAY_PLAN),
        make.shift("N", make.NIGHT_PLAN),
        make.shift("F", make.FREE_PLAN),
    )
    day_group = make.group(make.weekdays(day), name="白班组")
    night_group = make.group(name="夜班组")
    field_group = make.group(make.weekdays(free), GroupMode.FREE, name="外勤组")
    make.join(day_group, chen, wang, he)
    make.join(night_group, zhao)
    make.join(field_group, lin)
    manages = Scope(ScopeKind.DEPARTMENT, sales.pk)
    accounts = {
        "lin": make.account("lin", employee=lin),
        "chen": make.account("chen", employee=chen),
        "zhao": make.account("zhao", employee=zhao),
        "wang": make.account("wang", (Role.MANAGER, manages), employee=wang),
        "he": make.account("he", (Role.HR, EVERYWHERE), employee=he),
        "sun": make.account("sun", (Role.ADMINISTRATOR, EVERYWHERE)),
        "qian": make.account("qian", (Role.AUDITOR, EVERYWHERE)),
        "outsider": make.account("outsider"),
    }
    return Cast(
        *(company, sales, field, plant, site, lin, chen, zhao, wang, he, day, night, free),
        *(day_group, night_group, field_group, accounts),
    )
