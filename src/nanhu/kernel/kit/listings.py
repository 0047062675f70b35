"""A list of records (列表): filtered, sorted and paged by its address, shown as a page or handed out as a sheet."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from django.core.paginator import Page as PageOfRows
from django.core.paginator import Paginator
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import cached_property

from nanhu.kernel.kit.columns import NOTHING, Column, Leading, Reader
from nanhu.kernel.kit.filters import Filters, address_with, sent_along
from nanhu.kernel.kit.pages import Page, names_in, page_named
from nanhu.kernel.kit.requests import PageRequest
from nanhu.kernel.kit.saved_views import SavedViews, views_of
from nanhu.kernel.kit.tables import Table, in_order, sort_fields
from nanhu.kernel.registry import Text
from nanhu.kernel.sheets.writing import sheet_response
from nanhu.kernel.viewers import viewer_or_none

PER_PAGE = 50
CHUNK = 1000
NO_WORDS = re.compile(rf"(?:\s|</?span\b[^>]*>)*+(?:{NOTHING})?(?:\s|</?span\b[^>]*>)*+")
"""A dash at most, and nothing but spans around it: no picture, no button."""
COLUMNS = "columns"
"""The name by which an address says which columns are shown."""
FEW_COLUMNS = 3
"""Of so many none is taken away."""
type Rows = QuerySet[Any] | Sequence[Any]
type Each = Callable[[Sequence[Any]], Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """What a list says that has no rows at all: what it is for, and the first thing to do (the name of a page)."""

    title: Text
    text: Text = ""
    icon: str = "inbox"
    action: Text = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    label: Text
    css: str
    url: str
    direction: str


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A box of the choice of columns; the first column, by which a row is told from the next, cannot be taken away."""

    name: str
    label: Text
    css: str
    is_shown: bool
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """`opens_panel`: its link may be opened beside the list, where the screen has room."""

    shown: str
    label: Text
    css: str
    url: str
    opens_panel: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """`key` names the row in a bulk form."""

    cells: list[Cell]
    key: str


@dataclass(frozen=True)
class Listing:
    """One list of one request. `each` makes the rows of a table from a page of records, with one look-up for all of them. `bulk`: the
    name of the bulk form that its rows can be chosen for. `older`: of a list that is walked and never counted, where the next
    part begins (`before` in the address). `is_whole_page`: it has saved views, its rows open beside it, and the address may say which
    columns are shown. `count`: of all rows, where its page has counted them already."""

    request: PageRequest
    table: type[Table]
    rows: Rows
    filters: Filters | None = None
    each: Each = field(default=lambda rows: rows)
    empty: Empty | None = None
    caption: Text = ""
    per_page: int = PER_PAGE
    can_export: bool = False
    bulk: str = ""
    older: str = ""
    is_whole_page: bool = False
    count: int | None = None

    @cached_property
    def page(self) -> PageOfRows[Any]:
        return page_of(self.request, self.rows, self.per_page, None if self.is_narrowed else self.count)

    def reader(self, rows: Sequence[Any]) -> Reader:
        return Reader(self.request, self.request.viewer.account_id, self.table.people_in(rows))

    @property
    def can_choose_columns(self) -> bool:
        return self.is_whole_page and len(self.table.columns) > FEW_COLUMNS

    @property
    def has_tools(self) -> bool:
        return (self.can_export or self.can_choose_columns) and bool(self.page.object_list)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All, or the first and those that the address names; rubbish there takes none away."""
        wanted = set(self.request.GET.getlist(COLUMNS)) if self.can_choose_columns else set()
        if wanted.isdisjoint(column.name for column in self.table.columns):
            return self.table.columns
        return (self.table.columns[0], *(column for column in self.table.columns[1:] if column.name in wanted))

    @property
    def are_columns_chosen(self) -> bool:
        return self.columns != self.table.columns

    @property
    def column_choices(self) -> list[ColumnChoice]:
        return [
            ColumnChoice(one.name, one.head, "wide-only" if one.is_wide else "", one in self.columns, place == 0)
            for place, one in enumerate(self.table.columns)
        ]

    @property
    def column_choice_keeps(self) -> list[tuple[str, str]]:
        return sent_along(self.request.GET, but=(COLUMNS,))

    @property
    def all_columns_url(self) -> str:
        return address_with(self.request.GET, {COLUMNS: ""})

    @cached_property
    def heads(self) -> list[Head]:
        return [self.head(column) for column in self.columns]

    def head(self, column: Column) -> Head:
        wanted = self.request.GET.get("sort", "")
        css = f"{column.css}{' wide-only' if column.is_wide else ''}".strip()
        if not self.can_sort_by(column):
            return Head(column.head, css, "", "")
        direction = {column.name: "ascending", f"-{column.name}": "descending"}.get(wanted, "")
        following = f"-{column.name}" if direction == "ascending" else column.name
        return Head(column.head, css, address_with(self.request.GET, {"sort": following}), direction)

    def can_sort_by(self, column: Column) -> bool:
        if not isinstance(self.rows, QuerySet) or self.rows.query.is_sliced:
            return False
        return bool(sort_fields(column, self.rows.model))

    @cached_property
    def lines(self) -> list[Line]:
        rows = self.each(list(self.page.object_list))
        reader = self.reader(rows)
        labels = [str(column.head) for column in self.columns]
        return [
            Line(
                [self.cell(column, label, row, reader) for column, label in zip(self.columns, labels, strict=True)],
                str(getattr(row, "public_id", "")),
            )
            for row in rows
        ]

    def cell(self, column: Column, label: str, row: Any, reader: Reader) -> Cell:
        shown = column.shown(row, reader)
        said = (column.css, "wide-only" if column.is_wide else "", "is-nothing" if says_nothing(shown) else "")
        css = " ".join(filter(None, said))
        if not isinstance(column, Leading):
            return Cell(shown, label, css, "")
        arguments = column.arguments(row)
        if None in arguments.values():
            return Cell(shown, label, css, "")
        page = page_named(column.to, self.request)
        opens_panel = self.is_whole_page and type(page) is Page and not page.opens_whole
        return Cell(shown, label, css, page.address(**arguments), opens_panel)

    @cached_property
    def bulk_page(self) -> Page | None:
        page = self.request.page.console.pages[self.bulk] if self.bulk else None
        return page if page is not None and page.is_shown_to(self.request.viewer) else None

    @cached_property
    def bulk_url(self) -> str:
        return self.bulk_page.address() if self.bulk_page else ""

    @cached_property
    def saved(self) -> SavedViews | None:
        """Where the address needs no record and there is something to narrow."""
        can_be = self.is_whole_page and self.filters is not None and not names_in(self.request.page.path)
        return views_of(self.request) if can_be else None

    @cached_property
    def totals(self) -> list[Cell]:
        """A cell for each column, of all rows that the filters leave; nothing where no column has a sum."""
        summed = {column.name: str(column.of) for column in self.columns if column.total}
        found = self.sums(summed) if summed else {}
        words = {column: column.sum_words(found[column.name]) for column in self.columns if column.name in found}
        return [Cell(words.get(one, ""), one.head, one.css, "") for one in self.columns] if words else []

    def sums(self, summed: Mapping[str, str]) -> dict[str, int]:
        if isinstance(self.rows, QuerySet):
            asked = {name: Sum(path) for name, path in summed.items()}
            return {name: value or 0 for name, value in self.rows.order_by().aggregate(**asked).items()}
        columns = [column for column in self.columns if column.total]
        return {column.name: sum(column.value(row) or 0 for row in self.rows) for column in columns}

    @property
    def is_narrowed(self) -> bool:
        return self.filters is not None and self.filters.is_narrowing

    @property
    def empty_url(self) -> str:
        return self.request.page.console.address(self.empty.to) if self.empty and self.empty.to else ""

    @property
    def older_url(self) -> str:
        return address_with(self.request.GET, {"before": self.older}) if self.older else ""

    @property
    def newest_url(self) -> str:
        """Back to the first part, from a later one."""
        return address_with(self.request.GET, {}) or "?" if self.request.GET.get("before") else ""

    @property
    def csv_url(self) -> str:
        return address_with(self.request.GET, {"export": "csv"})

    @property
    def xlsx_url(self) -> str:
        return address_with(self.request.GET, {"export": "xlsx"})

    def sheet(self) -> Iterator[list[object]]:
        """Heads, then every row of the filter, some at a time: of the columns that are shown, and what a table has for sheets alone."""
        unseen = set(self.table.columns) - set(self.columns)
        columns = [column for column in self.table.exported_columns() if column not in unseen]
        yield [column.exported_head for column in columns]
        rows = self.rows.iterator(chunk_size=CHUNK) if isinstance(self.rows, QuerySet) else iter(self.rows)
        while chunk := self.each(list(islice(rows, CHUNK))):
            reader = self.reader(chunk)
            for row in chunk:
                yield [column.exported(row, reader) for column in columns]


def says_nothing(shown: str) -> bool:
    """Whether a cell holds no more than the dash: on a phone, where each has a line of its own, it is left out."""
    return NO_WORDS.fullmatch(str(shown)) is not None


def page_of(request: HttpRequest, rows: Rows, per_page: int = PER_PAGE, count: int | None = None) -> PageOfRows[Any]:
    """The part of a list that the address asks for (`page`); the first or last where it asks for none. `count`: where it is known."""
    pages = Paginator(rows, per_page)
    if count is not None:
        pages.count = count  # Django counts where nobody has
    return pages.get_page(request.GET.get("page"))


def list_of(
    request: HttpRequest, table: type[Table], rows: Rows, filters: type[Filters] | None = None, **options: Any
) -> Listing:
    """For a page that shows a list beside other things: <c-kit.list :list="list" />. On a page of no console it has no `Link`, and an
    `OwnChoice` offers nothing."""
    chosen = filters(request.GET, viewer_or_none(request)) if filters else None
    if chosen is not None and isinstance(rows, QuerySet):
        rows = chosen.narrow(rows)
    ordered: Any = in_order(table, rows, request.GET.get("sort", ""))
    return Listing(cast("PageRequest", request), table, ordered, chosen, **options)


def listing(
    request: PageRequest,
    table: type[Table],
    rows: Rows,
    filters: type[Filters] | None = None,
    *,
    each: Each | None = None,
    empty: Empty | None = None,
    export_as: str = "",
    per_page: int = PER_PAGE,
    bulk: str = "",
    older: str = "",
    count: int | None = None,
    template: str = "kit/listing.html",
    facts: Mapping[str, Any] | None = None,
) -> HttpResponseBase:
    """The whole answer of a page that is a list. With `export_as` (the file's name) it is handed out as CSV and xlsx, too."""
    more: dict[str, Any] = {"each": each} if each else {}
    found = list_of(
        request,
        table,
        rows,
        filters,
        empty=empty,
        caption=request.page.title,
        per_page=per_page,
        can_export=bool(export_as),
        bulk=bulk,
        older=older,
        count=count,
        is_whole_page=True,
        **more,
    )
    kind = request.GET.get("export", "")
    if export_as and kind in {"csv", "xlsx"}:
        return export(found, export_as, kind)
    answer: HttpResponse = render(request, template, {"list": found, **(facts or {})})
    return answer


def export(found: Listing, name: str, kind: str = "csv") -> HttpResponseBase:
    return sheet_response(found.sheet(), name, kind)
