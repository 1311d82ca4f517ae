"""How things are shown: icons, built assets, minutes, clocks, dates."""

import datetime as dt
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.forms import CheckboxSelectMultiple
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from kaoqin.core.built import manifest
from kaoqin.core.sentences import SOURCE_LANGUAGE, tell
from kaoqin.core.time import load_wall_clock
from kaoqin.core.words import WEEKDAY_LETTERS, WEEKDAYS, say_clock, say_day, say_list, say_minutes, say_month

register = template.Library()
BCP47 = {"zh-hans": "zh-Hans"}


@register.simple_tag
def assets(entry: str) -> SafeString:
    """The link and script elements of a built entry, e.g. `{% assets "main.ts" %}`."""
    built = manifest()[f"frontend/src/{entry}"]
    styles = format_html_join(
        "", '<link rel="stylesheet" href="{}">', ((static(f"dist/{c}"),) for c in built.get("css", []))
    )
    return format_html('{}<script type="module" src="{}"></script>', styles, static(f"dist/{built['file']}"))


@lru_cache(maxsize=1)
def _sprite() -> str:
    return static(f"dist/{manifest()['icons.svg']['file']}")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A picture from the sprite; decorative unless it has a label."""
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>', label, _sprite(), name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', _sprite(), name)


@register.simple_tag
def map_words() -> str:
    """What the controls of a map say, as JSON by MapLibre's names."""
    return json.dumps(
        {
            "NavigationControl.ZoomIn": gettext("放大"),
            "NavigationControl.ZoomOut": gettext("缩小"),
            "AttributionControl.ToggleAttribution": gettext("地图来源"),
            "ScaleControl.Meters": gettext("米"),
            "ScaleControl.Kilometers": gettext("公里"),
            "CooperativeGesturesHandler.WindowsHelpText": gettext("按住 Ctrl 再滚动可缩放地图"),
            "CooperativeGesturesHandler.MacHelpText": gettext("按住 ⌘ 再滚动可缩放地图"),
            "CooperativeGesturesHandler.MobileHelpText": gettext("用两个手指移动地图"),
            "Map.Title": gettext("地图"),
        }
    )


@register.filter
def minutes(value: int | None) -> str:
    """Minutes in words; nothing for none and for nought, so that a table stays calm."""
    return say_minutes(value) if value else ""


@register.filter
def clock(value: int | None) -> str:
    """A minute of the day's time line as a clock."""
    return "" if value is None else say_clock(value)


@register.filter
def weekday(value: dt.date) -> str:
    """周一 … 周日."""
    return str(WEEKDAYS[value.weekday()])


@register.filter
def weekday_letter(value: dt.date) -> str:
    """一 … 日, for narrow columns."""
    return str(WEEKDAY_LETTERS[value.weekday()])


@register.filter
def long_day(value: dt.date) -> str:
    """A day of this year in words: 11 月 20 日."""
    return say_day(value)


@register.filter
def long_month(value: dt.date) -> str:
    """A month in words: 2026 年 11 月."""
    return say_month(value)


@register.filter
def month_name(month: int) -> str:
    """A month of any year: 11 月."""
    return date_format(dt.date(2000, month, 1), pgettext("date format", "n 月"))


@register.filter
def holiday(name: str) -> str:
    """The name of a calendar's day: those of the law in the language spoken now, what HR wrote as it is."""
    return pgettext("holiday", name) if name else ""


@register.filter
def labels(columns: Iterable[Any]) -> str:
    """The labels of some columns, one after the other."""
    return say_list(column.label for column in columns)


@register.filter
def sentence(kept: dict[str, Any] | None, otherwise: str) -> str:
    """A kept sentence in the language spoken now."""
    return tell(kept or {}, otherwise)


@register.filter
def words(told: Iterable[str]) -> str:
    """Words one after the other."""
    return say_list(told)


@register.filter
def styled(bound: Any) -> Any:
    """A form field's control alone, as the others look."""
    return field(bound)["control"]


@register.simple_tag
def language_tag(code: str = "") -> str:
    """A language, or the one spoken now, as browsers and screen readers name it."""
    named = code or get_language() or SOURCE_LANGUAGE
    return BCP47.get(named, named)


@register.filter
def shown(value: Any) -> Any:
    """A list's cell as people read it."""
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value) if timezone.is_aware(value) else value:%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d}"
    return "" if value is None else value


@register.filter
def shown_hour(value: dt.datetime) -> str:
    """An hour of a day: 2026-11-20 10:00–59."""
    begins = timezone.localtime(value)
    return f"{begins:%Y-%m-%d %H:%M}–{begins + dt.timedelta(minutes=59):%M}"


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """A value of a dict by a key that is a variable."""
    return mapping.get(key)


@register.inclusion_tag("_parts/field.html")
def field(bound: Any) -> dict[str, Any]:
    """A form field with its label, help and errors."""
    widget = bound.field.widget
    several = isinstance(widget, CheckboxSelectMultiple)
    kind = getattr(widget, "input_type", "") or widget.__class__.__name__.lower()
    classes = {"select": "form-select", "checkbox": "form-check-input", "file": "form-control"}.get(
        kind, "form-control"
    )
    if bound.errors:
        classes += " is-invalid"
    described = f"{bound.id_for_label}_help" if bound.help_text or bound.errors else ""
    attributes = {
        "class": f"{widget.attrs.get('class', '')} {classes}".strip(),
        **({"aria-describedby": described} if described else {}),
    }
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attributes),
        "checkbox": kind == "checkbox" and not several,
        "several": several,
        "help_id": described,
    }


@register.simple_tag
def list_address(page: Any, number: int) -> str:
    """A list's address at another page."""
    return str(page.address(page=number))


@register.filter
def startswith(text: str, start: str) -> bool:
    """For marking where one is in the menu."""
    return text.startswith(start)


@register.filter
def wall(value: dt.datetime) -> str:
    """A stored wall clock: 11-20 18:00."""
    return f"{load_wall_clock(value):%m-%d %H:%M}"


@register.simple_tag
def static_file(name: str) -> str:
    """The address of a file that is not built."""
    return str(static(name))


@register.filter
def wall_time(value: dt.datetime | None) -> str:
    """A stored wall clock's time of day: 18:00."""
    return f"{load_wall_clock(value):%H:%M}" if value else ""


@register.filter
def wall_full(value: dt.datetime | None) -> str:
    """A stored wall clock to the second: 2026-11-20 18:00:07."""
    return f"{load_wall_clock(value):%Y-%m-%d %H:%M:%S}" if value else ""


@register.filter
def wall_day(value: dt.datetime) -> str:
    """A stored wall clock's date: 2026-11-20."""
    return f"{load_wall_clock(value):%Y-%m-%d}"


@register.filter
def moment(value: dt.datetime | None) -> str:
    """A naive wall clock to the second: 2026-11-20 18:00:07."""
    return f"{value:%Y-%m-%d %H:%M:%S}" if value else ""


@register.filter
def tone_of(column: Any, row: Any) -> str:
    """The colour of a row's badge in a list's column; nothing where it has none."""
    return column.tone(row) if column.tone else ""
