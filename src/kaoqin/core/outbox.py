"""What happened here, for systems outside: written in the transaction of its reason, read in order after the commit.

Unlike `outcomes`, nobody is called. Whoever delivers reads on from the last number it took; a fact may be told again when
it changes, so that readers go by the subject's id in it and keep the latest.
"""

import datetime as dt
from typing import Any

from procrastinate.contrib.django import app

from kaoqin.core.models import OutboxEvent

NAMES = frozenset({"field.visit_started", "field.visit_ended"})
KEPT_FOR = dt.timedelta(days=90)


def tell(name: str, *, at: dt.datetime, **facts: Any) -> None:
    """Put an event out, with facts that are JSON. Raises KeyError for a name that is not declared."""
    if name not in NAMES:
        raise KeyError(name)
    OutboxEvent.objects.create(name=name, facts=facts, told_at=at)


def after(last_id: int, *, most: int = 500) -> list[OutboxEvent]:
    """The events after the one of a number, in the order in which they were told."""
    return list(OutboxEvent.objects.filter(pk__gt=last_id).order_by("pk")[:most])


@app.periodic(cron="27 3 * * *")
@app.task(name="kaoqin.clean_outbox")
def clean_nightly(timestamp: int) -> None:
    """Every night: events older than ninety days go."""
    OutboxEvent.objects.filter(told_at__lt=dt.datetime.fromtimestamp(timestamp, dt.UTC) - KEPT_FOR).delete()
