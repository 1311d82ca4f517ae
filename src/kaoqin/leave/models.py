"""What kinds of leave there are, dated; the ledger of balances, append-only; leave that was agreed."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise

from kaoqin.leave.words import (
    AtExpiry,
    Confidence,
    CountMode,
    Crossing,
    Disqualifies,
    Entitlement,
    Entry,
    JoinedTo,
    Parameter,
    Place,
    Rounding,
    Source,
    Unit,
    kind_name,
)
from kaoqin.org.words import Gender, Province


class LeaveKind(models.Model):
    """A kind of leave by its code, which is the engine's word for it; its rules are dated (`LeaveKindVersion`)."""

    code = models.CharField(max_length=30, unique=True)
    position = models.PositiveSmallIntegerField(default=100)

    @property
    def name(self) -> str | Promise:
        return kind_name(self.code)


class LeaveKindVersion(models.Model):
    """A kind's rules from a day on until the next version; `words.Rules` says what each means."""

    kind = models.ForeignKey(LeaveKind, on_delete=models.CASCADE, related_name="versions")
    begins_on = models.DateField()
    unit = models.CharField(max_length=10, choices=Unit)
    step_minutes = models.PositiveSmallIntegerField()
    count_mode = models.CharField(max_length=15, choices=CountMode)
    day_minutes = models.PositiveSmallIntegerField()
    paid_percent = models.PositiveSmallIntegerField()
    pay_formula = models.CharField(max_length=40, default="", blank=True)
    source = models.CharField(max_length=10, choices=Source)
    entitlement = models.CharField(max_length=12, choices=Entitlement)
    entitled_days = models.DecimalField(max_digits=5, decimal_places=1, default=Decimal(0))
    prorata = models.BooleanField()
    rounding = models.CharField(max_length=10, choices=Rounding)
    crossing = models.CharField(max_length=10, choices=Crossing)
    valid_months = models.PositiveSmallIntegerField()
    at_expiry = models.CharField(max_length=10, choices=AtExpiry)
    payout_percent = models.PositiveSmallIntegerField()
    joined = models.CharField(max_length=10, choices=JoinedTo, default="", blank=True)
    most_days_each = models.DecimalField(max_digits=5, decimal_places=1, default=Decimal(0))
    proof_after_days = models.PositiveSmallIntegerField(null=True, blank=True)
    gender = models.CharField(max_length=6, choices=Gender, default="", blank=True)
    service_months = models.PositiveSmallIntegerField(default=0)
    private = models.BooleanField()
    affects_full_attendance = models.BooleanField()
    disqualifies = models.CharField(max_length=10, choices=Disqualifies, default="", blank=True)
    closed = models.BooleanField(default=False)
    law = models.CharField(max_length=200, default="", blank=True)
    confidence = models.CharField(max_length=10, choices=Confidence)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "begins_on"], name="leave_kind_version_once_a_day"),
            models.CheckConstraint(condition=Q(step_minutes__range=(1, 480)), name="leave_step_sound"),
            models.CheckConstraint(condition=Q(day_minutes__range=(60, 1440)), name="leave_day_sound"),
        ]


class RegionParameter(models.Model):
    """What the law of a province (or, empty, the nation) gives from a day on, with where it stands and how sure it is."""

    region = models.CharField(max_length=2, choices=Province, default="", blank=True)
    name = models.CharField(max_length=30, choices=Parameter)
    begins_on = models.DateField()
    value = models.DecimalField(max_digits=6, decimal_places=1)
    source = models.CharField(max_length=200)
    confidence = models.CharField(max_length=10, choices=Confidence)
    checked_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "name", "begins_on"], name="region_parameter_once_a_day")
        ]


class TakenLeave(models.Model):
    """A leave that was agreed, local wall clock [start, end). `days` says what each roster day costs:
    [date, minutes on the roster, minutes of the ledger]. Given back (销假), it ends at `ended_from`, and they are what is
    left of it; `minutes` and `taken_minutes` are their sums."""

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="taken_leave")
    kind = models.ForeignKey(LeaveKind, on_delete=models.PROTECT, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField()
    days = models.JSONField()
    minutes = models.PositiveIntegerField()
    taken_minutes = models.PositiveIntegerField()
    reason = models.CharField(max_length=200, default="", blank=True)
    proof = models.CharField(max_length=200, default="", blank=True)
    request_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_from = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="taken_leave_ends_after_start"),
            models.UniqueConstraint(
                fields=["request_id"], condition=Q(request_id__isnull=False), name="taken_leave_once_a_request"
            ),
        ]
        indexes = [models.Index(fields=["employee", "-start"])]

    @property
    def origin(self) -> str:
        """What its absence is known by."""
        return f"leave:{self.pk}"


class LeaveEntry(models.Model):
    """One line of somebody's balance of a kind, in minutes. The database refuses to change it.

    An entry without a lot begins one: minutes usable from `begins_on` to `ends_on`. All others name the lot they take
    from or give to, and share its days. `key` makes an entry once. `series` names what an automatic entry is part of
    (`2026`, `birth:7:1`), so that a run can tell what is granted already. `said` is what it is, `steps` why so much.
    """

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="leave_entries")
    kind = models.ForeignKey(LeaveKind, on_delete=models.PROTECT, related_name="+")
    entry = models.CharField(max_length=10, choices=Entry)
    on = models.DateField()
    minutes = models.IntegerField()
    lot = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="takings")
    begins_on = models.DateField()
    ends_on = models.DateField(null=True)
    series = models.CharField(max_length=40, default="", blank=True)
    taken = models.ForeignKey(TakenLeave, null=True, on_delete=models.PROTECT, related_name="entries")
    key = models.CharField(max_length=80)
    said = models.JSONField()
    steps = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employee", "kind", "key"], name="leave_entry_once"),
            models.CheckConstraint(condition=Q(lot__isnull=False) | Q(minutes__gt=0), name="leave_lot_gives"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("begins_on")), name="leave_lot_lasts"
            ),
        ]
        indexes = [models.Index(fields=["employee", "kind", "ends_on"]), models.Index(fields=["entry", "on"])]


class NursingPlan(models.Model):
    """The standing hour of a nursing mother (哺乳时间), every workday from–to; ended, never edited."""

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="nursing_plans")
    begins_on = models.DateField()
    ends_on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=5, choices=Place)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("begins_on")), name="nursing_ends_after_it_begins")
        ]


class NursingDay(models.Model):
    """A piece of a nursing plan laid as an absence; gone again where the roster or the plan changed."""

    plan = models.ForeignKey(NursingPlan, on_delete=models.CASCADE, related_name="days")
    start = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "start", "end"], name="nursing_day_once")]

    @property
    def origin(self) -> str:
        """What its absence is known by."""
        return f"nursing:{self.pk}"


class BalanceRun(models.Model):
    """That balances were brought up to a day: the next run begins with its year."""

    ran_on = models.DateField(unique=True)
    entries = models.PositiveIntegerField()
    finished_at = models.DateTimeField()
