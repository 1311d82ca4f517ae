"""Every list of the house: search, filter, sort, page, choose columns, export. A room says what, this says how."""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.exports import XLSX, csv_lines, write_xlsx
from kaoqin.core.words import Refusal

Row = TypeVar("Row", bound=Model)
PAGE_SIZES = (20, 50, 100)
COUNT_LIMIT = 10_000
"""Rows of a list that are counted and can be paged through."""
EXPORT_LIMIT = 200_000
"""Rows of a list in a workbook, which is made in memory; CSV is streamed whole."""
NOTHING_YET = gettext_lazy("还没有内容。")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: how a row is said in it, the model field it sorts by, and where it leads.

    `hidden` columns are offered in the column choice but not shown at first. A `button` gives the label and the
    address that it posts to, or nothing where there is nothing to do. A `tone` is the colour of the row's badge here.
    One that `wraps` holds sentences, which must not push the other columns out of sight.
    """

    key: str
    label: str | Promise
    say: Callable[[Row], Any]
    sort: str = ""
    numeric: bool = False
    link: Callable[[Row], str] | None = None
    hidden: bool = False
    button: Callable[[Row], tuple[str, str] | None] | None = None
    tone: Callable[[Row], str] | None = None
    wraps: bool = False


@dataclass(frozen=True)
class Filter:
    """A choice above the list; `lookup` is the model lookup a chosen value goes to (`1` is yes to an `__isnull`).

    Without a lookup the room has narrowed the rows by this choice itself. With a default one is always chosen. A
    lookup by `many` (grants of an account) would show a row once for each.
    """

    name: str
    label: str | Promise
    choices: Sequence[tuple[str, str | Promise]]
    lookup: str
    default: str = ""
    many: bool = False


def containing(names: Sequence[str], asked: str) -> Q:
    """One of the fields contains what was asked, in any case."""
    wanted = Q()
    for name in names:
        wanted |= Q(**{f"{name}__icontains": asked})
    return wanted


class _Counted(Paginator):  # type: ignore[type-arg]  # it takes no argument where it runs
    """Counts no further than anybody turns pages: of millions of rows, counting would take longer than showing."""

    object_list: "QuerySet[Any]"

    @cached_property
    def counted(self) -> int:
        return self.object_list.order_by()[: COUNT_LIMIT + 1].count()

    @property
    def count(self) -> int:
        return min(self.counted, COUNT_LIMIT)

    @property
    def more(self) -> bool:
        """Whether there are more rows than are counted."""
        return self.counted > COUNT_LIMIT


@dataclass
class ListPage(Generic[Row]):
    """A list page. `answer()` gives the page, its htmx fragment, or the export file that was asked for.

    Rows are a table, unless a room shows them otherwise with its own `rows_template`."""

    request: HttpRequest
    rows: QuerySet[Row]
    title: str
    columns: Sequence[Column[Row]]
    search: Sequence[str] | Callable[[str], Q] = ()
    filters: Sequence[Filter] = ()
    empty: str | Promise = NOTHING_YET
    add: tuple[str, str] | None = None
    back: tuple[str, str] | None = None
    template: str = "_parts/list_page.html"
    rows_template: str = "_parts/list_rows.html"
    more: dict[str, Any] = field(default_factory=dict)

    def answer(self) -> HttpResponseBase:
        wanted = self.request.GET.get("export", "")
        if wanted in {"csv", "xlsx"}:
            return self._file(wanted)
        template = "_parts/list.html" if self.request.headers.get("HX-Target") == "list" else self.template
        return render(self.request, template, {"list": self, "title": self.title, **self.more})

    @property
    def searchable(self) -> bool:
        return bool(self.search)

    @cached_property
    def asked(self) -> str:
        return self.request.GET.get("q", "").strip()

    @cached_property
    def chosen_filters(self) -> list[tuple[Filter, str]]:
        return [(f, self.request.GET.get(f.name) or f.default) for f in self.filters]

    @cached_property
    def shown(self) -> list[Column[Row]]:
        """The columns to show: those asked for, else those not hidden."""
        asked = self.request.GET.getlist("column")
        return [c for c in self.columns if (c.key in asked if asked else not c.hidden)]

    @cached_property
    def found(self) -> QuerySet[Row]:
        """The rows after search, filters and sort; of one order that never varies."""
        rows = self.rows
        if self.asked and self.search:
            rows = rows.filter(
                self.search(self.asked) if callable(self.search) else containing(self.search, self.asked)
            )
        for one, value in self.chosen_filters:
            if value and one.lookup and value in {key for key, _ in one.choices}:
                told = value == "1" if one.lookup.endswith("__isnull") else value
                rows = rows.filter(**{one.lookup: told})
                rows = rows.distinct() if one.many else rows
        return rows.order_by(*self._order, *(self.rows.query.order_by or ("pk",))) if self._order else rows

    @cached_property
    def _order(self) -> list[str]:
        asked = self.request.GET.get("sort", "")
        names = {c.key: c.sort for c in self.columns if c.sort}
        name = names.get(asked.lstrip("-"))
        return [f"-{name}" if asked.startswith("-") else name] if name else []

    @cached_property
    def page_size(self) -> int:
        asked = self.request.GET.get("size", "")
        return int(asked) if asked in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]

    @cached_property
    def page(self) -> Page[Row]:
        return _Counted(self.found, self.page_size).get_page(self.request.GET.get("page"))

    @property
    def told(self) -> Iterable[Row]:
        """The rows that will be said: those of the page, or all that were found where a file is asked for."""
        return self.found if self.request.GET.get("export") else self.page

    @property
    def pages(self) -> list[int | str]:
        return list(self.page.paginator.get_elided_page_range(self.page.number, on_each_side=1, on_ends=1))

    @property
    def narrowed(self) -> bool:
        return bool(self.asked or any(value != one.default for one, value in self.chosen_filters))

    @property
    def cells(self) -> list[tuple[Row, list[tuple[Column[Row], Any, str, tuple[str, str] | None]]]]:
        """Each row of the page with its cells: column, value, link, button."""
        return [(row, [self._cell(column, row) for column in self.shown]) for row in self.page.object_list]

    def _cell(self, column: Column[Row], row: Row) -> tuple[Column[Row], Any, str, tuple[str, str] | None]:
        link = column.link(row) if column.link else ""
        return column, column.say(row), link, column.button(row) if column.button else None

    @property
    def headers(self) -> list[tuple[Column[Row], str, str]]:
        """Each shown column, the address that sorts by it, and how it is sorted now."""
        now = self.request.GET.get("sort", "")
        said = []
        for column in self.shown:
            turned = f"-{column.key}" if now == column.key else column.key
            state = {column.key: "ascending", f"-{column.key}": "descending"}.get(now, "none")
            said.append((column, self.address(sort=turned, page=None) if column.sort else "", state))
        return said

    def address(self, **changes: Any) -> str:
        """This page's address with some parameters changed; None takes one out."""
        kept = {key: self.request.GET.getlist(key) for key in self.request.GET if key != "export"}
        for key, value in changes.items():
            kept.pop(key, None)
            if value is not None:
                kept[key] = [str(value)]
        return f"{self.request.path}?{urlencode(kept, doseq=True)}"

    @property
    def export_csv(self) -> str:
        return self.address(export="csv", page=None)

    @property
    def export_xlsx(self) -> str:
        return self.address(export="xlsx", page=None)

    def _file(self, kind: str) -> HttpResponseBase:
        header = [str(c.label) for c in self.shown]
        rows = ([c.say(row) for c in self.shown] for row in self.found.iterator(chunk_size=2000))
        response: HttpResponseBase
        if kind == "csv":
            response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
        else:
            self._refuse_too_many()
            out = io.BytesIO()
            write_xlsx(out, self.title, header, rows)
            response = HttpResponse(out.getvalue(), content_type=XLSX)
        response.headers["Content-Disposition"] = content_disposition_header(True, f"{self.title}.{kind}") or ""
        return response

    def _refuse_too_many(self) -> None:
        if self.found.order_by()[: EXPORT_LIMIT + 1].count() > EXPORT_LIMIT:
            said = gettext("超过 {limit} 行,Excel 装不下。请缩小范围,或导出 CSV。").format(limit=EXPORT_LIMIT)
            raise Refusal("core.too_many_rows", said)
