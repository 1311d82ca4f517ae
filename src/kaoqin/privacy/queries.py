"""Questions about copies, and about who looked. Those that show people take `seen_by=`."""

import datetime as dt

from django.db.models import QuerySet

from kaoqin.org import queries as org
from kaoqin.privacy.models import DataCopy
from kaoqin.privacy.words import OWN_DATA, SEE_COPIES
from kaoqin.security.audit import looks_at
from kaoqin.security.doors import require
from kaoqin.security.models import AccessRecord
from kaoqin.security.words import Actor


def own_copies(*, seen_by: Actor) -> QuerySet[DataCopy]:
    """The copies of one's own data that one asked for oneself, the newest first."""
    require(seen_by, OWN_DATA)
    rows = DataCopy.objects.filter(employee=seen_by.employee_id or 0, asked_by=seen_by.account_id or 0)
    return rows.order_by("-asked_at", "-pk")


def copies(*, seen_by: Actor, on: dt.date) -> QuerySet[DataCopy]:
    """All copies of the data of the people within reach, whoever asked, the newest first."""
    reached = org.people(SEE_COPIES, seen_by=seen_by, on=on)
    rows = DataCopy.objects.filter(employee__in=reached).select_related("employee", "asked_by")
    return rows.order_by("-asked_at", "-pk")


def looks(*, seen_by: Actor) -> QuerySet[AccessRecord]:
    """Who else looked at what is sensitive of whoever asks, the newest first."""
    require(seen_by, OWN_DATA)
    return looks_at(seen_by.employee_id or 0)
