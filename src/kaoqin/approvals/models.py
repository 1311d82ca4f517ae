"""Flows with their versions, requests with their steps, and all that happened with them."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from kaoqin.approvals.words import (
    Answer,
    Deed,
    Found,
    Lines,
    Mode,
    State,
    StepState,
    VersionState,
    Who,
    kind_label,
    request_kinds,
)
from kaoqin.core.ranges import days, same
from kaoqin.core.sentences import Sentence


class Flow(models.Model):
    """A flow by name. Flows are tried in the order of `position`: the first that fits a request carries it."""

    name = models.CharField(max_length=60, unique=True)
    position = models.PositiveIntegerField()


class FlowVersion(models.Model):
    """What a flow says from a day on until its next version; a draft until it is published, never changed after.

    `conditions` and `automatic` are kept by `flowing.When`, `steps` by `flowing.StepPlan`. A closed version ends a flow.
    """

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    begins_on = models.DateField(null=True)
    closed = models.BooleanField(default=False)
    conditions = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    automatic = models.JSONField(null=True)
    once = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flow", "number"], name="flow_version_number_once"),
            models.UniqueConstraint(fields=["flow"], condition=Q(state=VersionState.DRAFT), name="flow_one_draft"),
            models.CheckConstraint(
                condition=Q(state=VersionState.DRAFT, begins_on__isnull=True)
                | Q(state=VersionState.PUBLISHED, begins_on__isnull=False),
                name="flow_version_published_has_a_day",
            ),
        ]


class Request(models.Model):
    """What somebody asks for. `details` and `facts` are the asking room's, `consents` employees whose yes comes
    first; the flow's version is the one it began with.

    `round` counts how often it was submitted. A request that `undoes` another takes that one back when it is approved.
    """

    kind = models.CharField(max_length=40)
    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="requests")
    details = models.JSONField()
    facts = models.JSONField()
    consents = ArrayField(models.BigIntegerField(), default=list)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="requests")
    undoes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="undoings")
    round = models.PositiveSmallIntegerField(default=1)
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["undoes"],
                condition=Q(state__in=[State.OPEN, State.SENT_BACK]),
                name="request_undone_once_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["employee", "-submitted_at"]),
            models.Index(fields=["-submitted_at"]),
            models.Index(fields=["state", "-submitted_at"]),
        ]

    @property
    def title(self) -> Sentence:
        """The request in one sentence: `林小满的出差`."""
        told = {"name": self.employee.name, "kind": kind_label(self.kind)}
        return Sentence("撤销{name}的{kind}", **told) if self.undoes_id else Sentence("{name}的{kind}", **told)

    @property
    def lines(self) -> Lines:
        """What a person reads of it."""
        known = request_kinds().get(self.kind)
        return known.lines(self.details) if known else []

    @property
    def summary(self) -> str:
        """Its first lines in one, for lists."""
        return " · ".join(text for _, text in self.lines[:4] if text)

    @property
    def icon(self) -> str:
        known = request_kinds().get(self.kind)
        return known.icon if known else "clipboard-list"


class RequestStep(models.Model):
    """A step of a request in one round; `plan` is what the flow said (nothing for consents and added approvers)."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="steps")
    round = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    who = models.CharField(max_length=10, choices=Who)
    mode = models.CharField(max_length=10, choices=Mode)
    plan = models.JSONField(null=True)
    found = models.CharField(max_length=10, choices=Found, default=Found.PLANNED)
    state = models.CharField(max_length=10, choices=StepState, default=StepState.WAITING)
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "round", "position"],
                name="request_step_in_order",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]
        indexes = [
            models.Index(fields=["remind_at"], condition=Q(state=StepState.OPEN), name="request_step_to_remind"),
            models.Index(fields=["escalate_at"], condition=Q(state=StepState.OPEN), name="request_step_to_escalate"),
        ]


class Seat(models.Model):
    """A place at a step: whose it is, what was said, by whom. `ready` where an answer is waited for now."""

    step = models.ForeignKey(RequestStep, on_delete=models.CASCADE, related_name="seats")
    position = models.PositiveSmallIntegerField()
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seats", db_index=False
    )
    answer = models.CharField(max_length=10, choices=Answer, default=Answer.NONE, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ready = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "position"], name="seat_in_order")]
        indexes = [
            models.Index(fields=["account"], condition=Q(ready=True), name="seat_waiting"),
            models.Index(fields=["account", "step"], name="seat_of_account"),
        ]


class RequestEntry(models.Model):
    """That something happened with a request. The database refuses to change it."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    deed = models.CharField(max_length=12, choices=Deed)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="entry_of_account")]


class RequestFile(models.Model):
    """A file somebody attached to a request, kept in the data directory."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    path = models.CharField(max_length=100)
    size_bytes = models.PositiveIntegerField()
    attached_at = models.DateTimeField()
    attached_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")


class Delegation(models.Model):
    """Who decides in somebody's place while they are away, from–to; at most one on a day."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="delegations")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="delegated")
    begins_on = models.DateField()
    ends_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="delegation_one_a_day",
                expressions=[(same("account_id"), RangeOperators.OVERLAPS), (days(), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=~Q(account=F("to")), name="delegation_to_another"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("begins_on")), name="delegation_ends_after_it_begins"),
        ]
