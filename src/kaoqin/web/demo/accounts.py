"""The demo's accounts: one for each role, with the same password."""

import datetime as dt

from kaoqin.org.models import Department, Employee
from kaoqin.security.actions import grant, open_account
from kaoqin.security.models import Account
from kaoqin.security.words import Role, Scope, ScopeKind
from kaoqin.web.demo.companies import BUILDER

PASSWORD = "Demo-2026"  # noqa: S105 - printed for everybody who runs the demo
ACCOUNTS = (
    ("hr", "何人事", Role.HR, "", "", "人事:全公司"),
    ("admin", "孙管理", Role.ADMINISTRATOR, "", "", "系统管理员"),
    ("audit", "钱审计", Role.AUDITOR, "", "", "审计员"),
    ("boss", "", None, "", "YC00001", "部门负责人:远川商贸"),
    ("wang", "", Role.MANAGER, "YC-E", "YC00011", "主管:华东销售部"),
    ("plant", "", Role.MANAGER, "QH-W1", "00151", "主管:冲压车间"),
    ("lin", "", None, "", "YC00012", "员工:外勤销售"),
    ("zhao", "", None, "", "00155", "员工:三班倒"),
    ("qian", "", None, "", "00153", "员工:三班倒,与 zhao 换班"),
)


def open_demo_accounts(at: dt.datetime, today: dt.date) -> None:
    """Open the accounts and tie them to people; quick to log in, nothing to change first."""
    for username, name, role, department, number, _ in ACCOUNTS:
        employee = Employee.objects.filter(number=number).first()
        shown = employee.name if employee else name
        account, _password = open_account(username, shown, by=BUILDER, at=at, password=PASSWORD, must_change=False)
        if employee:
            Employee.objects.filter(pk=employee.pk).update(account=account)
        if role:
            where = Department.objects.filter(code=department).first()
            scope = Scope(ScopeKind.DEPARTMENT, where.pk) if where else Scope(ScopeKind.ALL)
            grant(account, role, scope, by=BUILDER, at=at, begins_on=today)


def say_accounts() -> str:
    """The accounts as a table for the terminal; nothing where the demo is not loaded."""
    if not Account.objects.filter(username="hr", password__isnull=False).exists():
        return ""
    lines = [f"  {username:6} {PASSWORD}   {said}" for username, *_, said in ACCOUNTS]
    return "\n".join(["演示账号(用户名、密码、身份):", *lines])
