"""What this room keeps of a person, for the copy they may ask for."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from kaoqin.core.personal import Part, Person, table
from kaoqin.tracks import points
from kaoqin.tracks.models import Batch, TrackDay, TrackStay
from kaoqin.tracks.reckoning import way

_POINT = {"date": _("日期"), "second": _("当天第几秒"), "latitude": _("纬度"), "longitude": _("经度")}


def _ways(who: Person) -> Iterator[tuple[Any, ...]]:
    """The points of the ways that are kept, day by day."""
    days = TrackDay.objects.filter(employee=who.employee_id).order_by("date")
    for date, content, kept in days.values_list("date", "content", "kept").iterator(50):
        yield from ((date, *point) for point in way(bytes(content), kept))


def _raw(who: Person) -> Iterator[tuple[Any, ...]]:
    """The points as they came, as long as they are kept."""
    batches = Batch.objects.filter(employee=who.employee_id).order_by("date", "pk")
    for date, content in batches.values_list("date", "points").iterator(50):
        told = points.read([bytes(content)])
        yield from ((date, *(float(value) for value in row)) for row in zip(*told.columns, strict=True))


PARTS = (
    table(
        "tracks.days",
        _("轨迹的日子"),
        TrackDay,
        lambda who: TrackDay.objects.filter(employee=who.employee_id).order_by("date"),
        {
            "date": _("日期"),
            "zone": _("时区"),
            "metres": _("里程(米)"),
            "count": _("定位点"),
            "not_kept": _("不在岗未保存"),
            "coarse": _("坐标已模糊"),
        },
    ),
    table(
        "tracks.stays",
        _("停留"),
        TrackStay,
        lambda who: TrackStay.objects.filter(day__employee=who.employee_id).order_by("day__date", "arrived_s"),
        {
            "day__date": _("日期"),
            "arrived_s": _("到达(当天第几秒)"),
            "left_s": _("离开(当天第几秒)"),
            "latitude": _("纬度"),
            "longitude": _("经度"),
        },
    ),
    Part("tracks.ways", _("路线"), _POINT, _ways, (TrackDay,)),
    Part("tracks.raw", _("原始定位点"), {**_POINT, "accuracy_m": _("定位误差(米)")}, _raw, (Batch,)),
)
