"""Shared tables: which there are and who writes them; one table's fields and rows, today or on a day; a row's history; the switch."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, end_of, now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    Badge,
    Column,
    Day,
    Empty,
    Filters,
    Link,
    Moment,
    Number,
    PageRequest,
    Search,
    Table,
    Text,
    Who,
    list_of,
    listing,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.filters import Filter
from nanhu.kernel.ui import dates, words
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.datahub.forms import SwitchForm, TakeBackForm
from nanhu.platforms.datahub.known_sources import writing_sources
from nanhu.platforms.datahub.models import Batch, Grant, SharedRow, WriterSwitch
from nanhu.platforms.datahub.shared.declarations import Field, SharedTable, shared_tables
from nanhu.platforms.datahub.shared_rows import writers
from nanhu.platforms.datahub.sharing import golden
from nanhu.platforms.datahub.sharing.said import field_label_in
from nanhu.platforms.datahub.views.desk import desk
from nanhu.platforms.datahub.views.looks import tell_seen

TYPES = {
    "text": _("文字"),
    "integer": _("整数"),
    "date": _("日期"),
    "moment": _("日期和时间"),
    "boolean": _("是或否"),
    "code": _("代码"),
}
SEALED = "••••••"
FORGOTTEN = _("已按规定隐去")
NO_ROWS = Empty(title=_("还没有行"), icon="table", text=_("供给方写进来的行会出现在这里。"))
NOBODY = Empty(title=_("还没有授权给别的系统"), icon="key-round")
State = WriterSwitch.State
TONES: dict[str, Tone] = {State.AGREED: "good", State.ASKED: "warn"}


@dataclass(frozen=True, slots=True)
class TableLine:
    table: SharedTable
    source: str
    since: date | None
    rows: int
    batch: Batch | None
    at: datetime | None
    stale_since: datetime | None
    consumers: int

    @property
    def freshness(self) -> str:
        if self.stale_since is None:
            return ""
        return _now("自 %s 起未更新") % dates.moment_words(campus_time(self.stale_since), now())

    @property
    def quality(self) -> str:
        """Of the last file: how many lines were taken."""
        counts = self.batch.counts if self.batch else {}
        return f"{counts['accepted'] * 100 / counts['rows']:.1f}%" if counts.get("rows") else ""

    @property
    def table_key(self) -> str:
        return self.table.key


def writer_name(source: str) -> str:
    return writers.title_of(source) or str(_("本系统"))


class Tables(Table):
    name = Link(_("名称"), "table__name", to="shared_table", by=("table_key",), is_term=True)
    table_key = Text(_("代码"), is_number=True)
    owner = Text(_("主管部门"), "table__owner", is_term=True)
    writer = Text(_("供给方"), lambda line: writer_name(line.source))
    since = Day(_("起始日期"))
    rows = Number(_("行"))
    batch = Link(_("最近一批"), lambda line: batch_word(line.batch), to="batch", by=("batch__pk",))
    at = Moment(_("最近变更"))
    freshness = Text(_("是否中断"))
    quality = Text(_("采用率"), is_number=True)
    consumers = Number(_("使用方"))


def batch_word(batch: Batch | None) -> str:
    return f"#{batch.pk}" if batch else ""


def table_lines(known: Mapping[str, SharedTable]) -> list[TableLine]:
    supplied = writers.writers()
    living = SharedRow.objects.filter(valid_to=None, table_key__in=list(known)).order_by().values("table_key")
    held = living.annotate(rows=Count("id", filter=Q(is_removed=False)), last_batch=Max("batch"), at=Max("valid_from"))
    by_key = {one["table_key"]: one for one in held}
    batches = Batch.objects.defer("gone").in_bulk([one["last_batch"] for one in held if one["last_batch"]])
    granted = Counter(grants_in_effect().values_list("table_key", flat=True))
    return [
        line_of(table, by_key.get(key, {}), batches, supplied.get(key, (writers.OURS, None)), granted[key])
        for key, table in known.items()
    ]


def line_of(
    table: SharedTable,
    held: Mapping[str, Any],
    batches: Mapping[int, Batch],
    writer: tuple[str, date | None],
    consumers: int,
) -> TableLine:
    batch = batches.get(held.get("last_batch") or 0)
    _good_at, stale_since = golden.supplied_to(table, writer[0])
    return TableLine(
        table,
        *writer,
        rows=held.get("rows", 0),
        batch=batch,
        at=held.get("at"),
        stale_since=stale_since,
        consumers=consumers,
    )


def grants_in_effect() -> QuerySet[Grant]:
    return Grant.in_effect().select_related("vendor")


class Consumers(Table):
    consumer = Text(_("使用方"), "vendor__company")
    fields = Text(_("哪些项"), lambda one: "、".join(map(field_label_in(one.table_key), one.fields)))
    purpose = Text(_("用途"))
    expires_on = Day(_("截止日期"))


@desk.page(
    "shared/",
    title=_("共享表"),
    tab=_("共享表"),
    lead=_("一个系统要让别的系统知道的事，写在这里。每张表只有一个供给方：本系统，或者厂商系统的数据源。"),
)
def shared(request: PageRequest) -> HttpResponseBase:
    return listing(request, Tables, table_lines(shared_tables()), per_page=len(shared_tables()))


def table_named(table_key: str) -> SharedTable:
    found = shared_tables().get(table_key)
    if found is None:
        raise NotFoundError(what=_("这张共享表"))
    return found


class Fields(Table):
    label = Text(_("项"), is_term=True)
    name = Text(_("代码"), is_number=True)
    alias = Text(_("标准代码"), is_number=True)
    type = Text(_("类型"), names=TYPES)
    longest = Number(_("最长"), lambda one: one.longest or None)
    unit = Text(_("计量单位"), is_term=True)
    marks = Text(_("说明"), lambda one: "、".join(map(str, marks_of(one))))


def marks_of(field: Field) -> list[Any]:
    forgotten = words.lazy_filled(_("变动 %(days)s 天后隐去旧内容"), days=field.forget_days)
    said = {
        forgotten: bool(field.forget_days),
        _("必填"): field.required,
        _("敏感"): field.sensitive,
        _("可掩码"): bool(field.mask),
    }
    return [*(word for word, holds in said.items() if holds), *map(words.term, list(field.values.values())[:12])]


def row_columns(table: SharedTable) -> dict[str, Column]:
    return {
        f"field_{one.name}": Text(one_label(one), shown_of(one), is_number=one.name in table.keys)
        for one in table.fields
    }


def one_label(field: Field) -> Any:
    return words.term(field.label)


def shown_of(field: Field) -> Any:
    if field.sensitive:
        return lambda row: "" if row.is_removed else SEALED
    names = field.values if field.type == "code" else {}
    return lambda row: FORGOTTEN if is_forgotten(field, row) else words_of(row.data.get(field.name), names)


def is_forgotten(field: Field, row: SharedRow) -> bool:
    """Or nobody had said it; who looks cannot tell, and need not."""
    return bool(field.forget_days and row.forgotten_at and field.name not in row.data)


def words_of(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    return "" if value is None else words.term(names[value]) if value in names else str(value)


class OnDay(Filter):
    """The rows as they stood at the end of a day; today's where none is given."""

    def fields(self) -> Mapping[str, forms.Field]:
        return {"": forms.DateField(label=self.label, required=False, widget=DayInput())}

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        if not given[""]:
            return None
        moment = end_of(given[""])
        return Q(valid_from__lt=moment) & (Q(valid_to=None) | Q(valid_to__gte=moment))

    def words(self, given: Mapping[str, Any]) -> str:
        return dates.short_day(given[""], None)


class RowFilters(Filters):
    q = Search("key", "data")
    day = OnDay(_("某日的样子"))


@shared.page("<str:table_key>/", title=_("一张共享表"), subject=table_named)
def shared_table(request: PageRequest, table: SharedTable) -> HttpResponse:
    filters = RowFilters(request.GET)
    held = SharedRow.objects.filter(table_key=table.key, is_removed=False).defer("sealed").order_by("key")
    rows = held if filters.given(RowFilters.day)[""] else held.filter(valid_to=None)
    columns = {"pk": Link("#", "pk", to="shared_row", by=("table_key", "pk"))} | row_columns(table)
    shown = list_of(request, Table.made_of("Rows", columns), rows, RowFilters, empty=NO_ROWS, caption=_("行"))
    tell_rows_seen(table, shown.page.object_list, by=request.actor)
    (line,) = table_lines({table.key: table})
    coming = [(writer_name(one.source), one.starts_on) for one in writers.planned(table.key)]
    facts = {
        "table": table,
        "line": line,
        "coming": coming,
        "rows": f"{line.rows:,}",
        "writer": writer_name(line.source),
        "changed": dates.moment_words(line.at, now()) if line.at else "—",
        "consumers": list_of(
            request, Consumers, grants_in_effect().filter(table_key=table.key), caption=_("谁在用"), empty=NOBODY
        ),
        "fields": list_of(request, Fields, table.fields, caption=_("各项"), per_page=len(table.fields)),
        "list": shown,
    }
    return render(request, "datahub/shared_table.html", facts)


def tell_rows_seen(table: SharedTable, rows: Iterable[SharedRow], *, by: Actor) -> None:
    tell_seen((str(row.data.get(name) or "") for row in rows for name in table.persons), table.name, by=by)


def row_named(table_key: str, pk: int) -> SharedRow:
    found = SharedRow.objects.filter(table_key=table_named(table_key).key, pk=pk).defer("sealed").first()
    if found is None:
        raise NotFoundError(what=_("这一行"))
    return found


@shared_table.page("rows/<int:pk>/", title=_("一行的历史"), subject=row_named)
def shared_row(request: PageRequest, found: SharedRow) -> HttpResponseBase:
    table = shared_tables()[found.table_key]
    versions = (
        SharedRow.objects.filter(table_key=found.table_key, key=found.key)
        .select_related("batch")
        .defer("sealed", "batch__gone")
    )
    tell_rows_seen(table, versions, by=request.actor)
    columns: dict[str, Column] = {
        "valid_from": Moment(_("从")),
        "valid_to": Moment(_("到")),
        "is_removed": Badge(_("状态"), names={True: _("已移除"), False: _("有效")}, tones={False: "good"}, tone="none"),
        "actor": Who(_("写入")),
        "batch": Link(_("批次"), lambda row: batch_word(row.batch), to="batch", by=("batch__pk",)),
    }
    return listing(request, Table.made_of("Versions", columns | row_columns(table)), versions.order_by("-valid_from"))


class Switches(Table):
    title = Link(_("共享表"), str, to="case")
    writer = Text(_("改由谁供给"), lambda one: writer_name(one.source))
    starts_on = Day(_("起始日期"))
    author = Who(_("申请"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="none")


switches = desk.proposals(
    "shared/switches/",
    WriterSwitch,
    Switches,
    on_approve=lambda by, found: writers.agree(by=by, switch=found),
    on_refuse=lambda by, found, answer: writers.refuse(by=by, switch=found, answer=answer),
    title=_("供给方切换"),
    tab=_("供给方切换"),
    lead=_("换一张共享表的供给方，须两位数据管理员：一位申请，另一位同意。从那一天起，原来的供给方不能再写。"),
    empty=Empty(title=_("还没有切换"), icon="repeat", text=_("在一张共享表的页面上申请。")),
    agree=lambda found: _("同意从 %(day)s 起切换") % {"day": dates.short_day(found.starts_on, None)},
)


@switches.case.form(
    "take-back/",
    TakeBackForm,
    title=_("撤回这次切换"),
    submit=_("撤回"),
    icon="undo-2",
    done=_("已撤回。"),
)
def take_back(request: PageRequest, form: TakeBackForm, found: WriterSwitch) -> None:
    writers.take_back(by=request.actor, switch=found, answer=form.cleaned_data["answer"])


def choices_of(_request: PageRequest, table: SharedTable) -> dict[str, Any]:
    """Whoever does not write it today; today's writer as well, while a switch is planned that he would call off."""
    now_by = None if writers.planned(table.key) else writers.writer_of(table.key)
    offered = [] if table.derived else [writers.OURS, *(spec.key for spec in writing_sources(table.key))]
    return {"writers": [(key or "nanhu", writer_name(key)) for key in offered if key != now_by]}


@shared_table.form(
    "switch/",
    SwitchForm,
    title=_("切换供给方"),
    submit=_("申请切换"),
    arguments=choices_of,
    done=_("已申请，等另一位数据管理员同意。"),
    to="cases",
)
def switch(request: PageRequest, form: SwitchForm, table: SharedTable) -> None:
    said = form.cleaned_data
    writers.ask_switch(
        by=request.actor,
        token=said["token"],
        table=table,
        source="" if said["writer"] == "nanhu" else said["writer"],
        starts_on=said["starts_on"],
        reason=said["reason"],
    )
