"""Writes what changed of many placements in one statement; row by row, a terminal of a thousand takes seconds."""

import json
from collections.abc import Iterable, Sequence

from django.db import connection

from kaoqin.devices.models import Placement

_COLUMNS = {
    "employee_id": "bigint",
    "belongs": "boolean",
    "ours": "boolean",
    "state": "text",
    "fault": "text",
    "result_code": "integer",
    "name": "text",
    "phrase": "text",
    "command_id": "bigint",
    "unsure": "boolean",
    "tries": "integer",
    "next_try_at": "timestamptz",
}
_UPDATE = f"""
UPDATE devices_placement p SET {", ".join(f"{name} = told.{name}" for name in _COLUMNS)}
FROM jsonb_to_recordset(%s::jsonb) AS told(id bigint, {", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())})
WHERE p.id = told.id
"""  # noqa: S608 - the names are those above
Values = tuple[object, ...]


def values(row: Placement) -> Values:
    """All of a placement that changes, to be compared later."""
    return tuple(getattr(row, name) for name in _COLUMNS)


def store(rows: Iterable[Placement], before: dict[int, Values]) -> None:
    """Keep placements as they are now: those without a state are gone, `before` is how the known ones were."""
    kept: Sequence[Placement] = list(rows)
    Placement.objects.filter(pk__in=[row.pk for row in kept if row.pk and not row.state]).delete()
    Placement.objects.bulk_create([row for row in kept if not row.pk and row.state])
    changed = [row for row in kept if row.pk in before and row.state and values(row) != before[row.pk]]
    told = [{"id": row.pk, **dict(zip(_COLUMNS, values(row), strict=True))} for row in changed]
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, [json.dumps(told, default=str)])
