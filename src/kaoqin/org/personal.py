"""What this room keeps of a person, for the copy they may ask for."""

from django.utils.translation import gettext_lazy as _

from kaoqin.core.personal import table
from kaoqin.org.models import Birth, DepartmentHead, Employee, LineManager, PersonalFacts, Posting

PARTS = (
    table(
        "org.employee",
        _("员工资料"),
        Employee,
        lambda who: Employee.objects.filter(pk=who.employee_id).order_by("pk"),
        {
            "number": _("工号"),
            "name": _("姓名"),
            "phone": _("手机"),
            "email": _("邮箱"),
            "account__username": _("账号"),
            "hired_on": _("入职日期"),
            "left_on": _("最后工作日"),
        },
    ),
    table(
        "org.facts",
        _("个人情况"),
        PersonalFacts,
        lambda who: PersonalFacts.objects.filter(employee=who.employee_id).order_by("pk"),
        {
            "gender": _("性别"),
            "born_on": _("出生日期"),
            "worked_since": _("参加工作日期"),
            "married_on": _("结婚日期"),
            "only_child": _("独生子女"),
        },
    ),
    table(
        "org.births",
        _("生育"),
        Birth,
        lambda who: Birth.objects.filter(employee=who.employee_id).order_by("pk"),
        {
            "expected_on": _("预产期"),
            "born_on": _("出生日期"),
            "babies": _("胎儿数"),
            "difficult": _("难产"),
            "lost_on": _("流产日期"),
            "after_four_months": _("满四个月"),
        },
    ),
    table(
        "org.postings",
        _("任职"),
        Posting,
        lambda who: Posting.objects.filter(employee=who.employee_id).order_by("begins_on"),
        {
            "begins_on": _("开始"),
            "ends_on": _("结束"),
            "department__code": _("部门编码"),
            "site__name": _("地点"),
            "title": _("职位"),
        },
    ),
    table(
        "org.managers",
        _("直属主管"),
        LineManager,
        lambda who: LineManager.objects.filter(employee=who.employee_id).order_by("begins_on"),
        {
            "begins_on": _("开始"),
            "ends_on": _("结束"),
            "manager__name": _("主管"),
        },
    ),
    table(
        "org.heads",
        _("负责的部门"),
        DepartmentHead,
        lambda who: DepartmentHead.objects.filter(employee=who.employee_id).order_by("begins_on"),
        {
            "begins_on": _("开始"),
            "ends_on": _("结束"),
            "department__code": _("部门编码"),
        },
    ),
)
