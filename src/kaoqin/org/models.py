"""Who works here, where, for whom, since when: dated rows, ended and added, never edited."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from kaoqin.core.ranges import days, same
from kaoqin.org.words import Datum, Gender, Province


class Employee(models.Model):
    """A person employed here. The number is text: leading zeros are part of it."""

    number = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=30, default="", blank=True)
    email = models.EmailField(default="", blank=True)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="employee"
    )
    hired_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("hired_on")),
                name="employee_leaves_after_hire",
            ),
            models.CheckConstraint(condition=~Q(number=""), name="employee_has_a_number"),
        ]
        indexes = [models.Index(fields=["name"])]


class PersonalFacts(models.Model):
    """What the law's leave asks about a person (个人情况). Only HR may see it; unknown is empty, never guessed."""

    employee = models.OneToOneField(Employee, primary_key=True, on_delete=models.CASCADE, related_name="facts")
    gender = models.CharField(max_length=6, choices=Gender, default="", blank=True)
    born_on = models.DateField(null=True, blank=True)
    worked_since = models.DateField(null=True, blank=True)
    married_on = models.DateField(null=True, blank=True)
    only_child = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(born_on__isnull=True) | Q(worked_since__isnull=True) | Q(worked_since__gt=F("born_on")),
                name="worked_after_birth",
            )
        ]


class Birth(models.Model):
    """A child expected, born, or lost (生育): what maternity, paternity, parental and nursing leave follow from."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="births")
    expected_on = models.DateField(null=True, blank=True)
    born_on = models.DateField(null=True, blank=True)
    babies = models.PositiveSmallIntegerField(default=1)
    difficult = models.BooleanField(default=False)
    lost_on = models.DateField(null=True, blank=True)
    after_four_months = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expected_on__isnull=False) | Q(born_on__isnull=False) | Q(lost_on__isnull=False),
                name="birth_has_a_date",
            ),
            models.CheckConstraint(condition=Q(babies__range=(1, 9)), name="birth_of_one_to_nine"),
            models.CheckConstraint(condition=Q(born_on__isnull=True) | Q(lost_on__isnull=True), name="birth_or_loss"),
        ]


class Department(models.Model):
    """A department by its code; name and place in the tree are dated (`DepartmentVersion`)."""

    code = models.CharField(max_length=40, unique=True)


class DepartmentVersion(models.Model):
    """What a department is called and below which it stands, from a day on until the next version."""

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="versions")
    begins_on = models.DateField()
    name = models.CharField(max_length=100)
    parent = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["department", "begins_on"], name="department_version_once_a_day"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("department")),
                name="department_not_below_itself",
            ),
        ]


class Site(models.Model):
    """A place of work with its time zone and a position that says which datum it is in."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    timezone = models.CharField(max_length=60, default="Asia/Shanghai")
    address = models.CharField(max_length=200, default="", blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    datum = models.CharField(max_length=10, choices=Datum, default="", blank=True)
    province = models.CharField(max_length=2, choices=Province, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True, datum="")
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)) & ~Q(datum=""),
                name="site_position_has_a_datum",
            )
        ]


class Posting(models.Model):
    """Where and as what an employee works, from–to; at most one on a day."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="postings")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="postings")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="postings")
    title = models.CharField(max_length=60, default="", blank=True)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="posting_one_a_day",
                expressions=[
                    (same("employee_id"), RangeOperators.OVERLAPS),
                    (days(), RangeOperators.OVERLAPS),
                ],
            )
        ]
        indexes = [
            models.Index(fields=["department", "begins_on"]),
            models.Index(fields=["site", "begins_on"]),
        ]


class DepartmentHead(models.Model):
    """Who heads a department, from–to; at most one on a day."""

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="heads")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="headed")
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="department_head_one_a_day",
                expressions=[(same("department_id"), RangeOperators.OVERLAPS), (days(), RangeOperators.OVERLAPS)],
            )
        ]


class LineManager(models.Model):
    """Whom an employee answers to instead of the head of the department, from–to; at most one on a day."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="line_managers")
    manager = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="led")
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="line_manager_one_a_day",
                expressions=[(same("employee_id"), RangeOperators.OVERLAPS), (days(), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=~Q(employee=F("manager")), name="line_manager_is_another"),
        ]
