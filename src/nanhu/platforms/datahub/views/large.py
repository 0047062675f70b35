"""Large tables (大表): which there are and how each is; one table's snapshots, each with what it cost. A snapshot's own page is that of its
batch, and it is let pass where files are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.errors import CampusError, NotFoundError
from nanhu.kernel.kit import Badge, Empty, Link, Moment, Number, PageRequest, Table, Text, list_of, listing
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.ui import dates
from nanhu.platforms.datahub.feeding.health import words_with
from nanhu.platforms.datahub.models import Batch, DataSource
from nanhu.platforms.datahub.queries import last_batches
from nanhu.platforms.datahub.views.desk import TONES, desk
from nanhu.platforms.datahub.warehouse.declared import LARGE, Declared, declared, declared_tables

State = Batch.State
NONE = Empty(
    title=_("还没有大表"),
    icon="warehouse",
    text=_("几百万行的表（刷卡、门禁、上网流水）在数据目录的 warehouse 里各有一份约定，快照存成 Parquet。"),
)
NO_SNAPSHOTS = Empty(title=_("还没有快照"), icon="warehouse")


@dataclass(frozen=True, slots=True)
class LargeLine:
    """`fault`: why its declaration cannot be used; `made`: the source that is read for it."""

    key: str
    large: Declared | None
    fault: str
    made: DataSource | None
    batch: Batch | None

    @property
    def name(self) -> str:
        return self.large.table.name if self.large else self.key

    @property
    def office(self) -> str:
        return self.made.office if self.made else self.large.table.office if self.large else ""

    @property
    def every(self) -> str:
        return _now("%d 分钟") % self.made.every_minutes if self.made else "—"

    @property
    def health(self) -> str:
        tone, said = self.words
        return format_html('<span class="state state-words state-{}">{}</span>', tone, said)

    @property
    def words(self) -> tuple[Tone, str]:
        """As its source is, where it has one; else as its last snapshot."""
        if self.fault:
            return "bad", self.fault
        if self.made is not None:
            return words_with(self.made, self.batch if self.batch and self.batch.state == State.WAITING else None)
        if self.batch is None:
            return "none", _now("还没有读过")
        if self.batch.state != State.APPLIED:
            return "warn", str(self.batch.get_state_display())
        at = dates.moment_words(campus_time(self.batch.created_at), now())
        return "good", _now("%(at)s 读到 %(rows)s 行") % {"at": at, "rows": self.batch.counts["rows"]}


class LargeTables(Table):
    name = Link(_("名称"), to="large_table", by=("key",))
    key = Text(_("代号"), is_number=True)
    office = Text(_("负责部门"))
    every = Text(_("多久读一次"))
    batch = Link(
        _("最近一份快照"), lambda line: f"#{line.batch.pk}" if line.batch else "", to="batch", by=("batch__pk",)
    )
    at = Moment(_("时间"), "batch__created_at")
    rows = Number(_("行"), "batch__counts__rows")
    engine = Text(_("引擎"), "batch__counts__engine")
    cpu = Number(_("处理器（秒）"), "batch__counts__cpu")
    memory = Number(_("内存（MiB）"), "batch__counts__peak_mb")
    health = Text(_("健康"))


class Snapshots(Table):
    number = Link(_("快照"), lambda batch: f"#{batch.pk}", to="batch", by=("pk",), sort="id")
    file_name = Text(_("文件"))
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")
    rows = Number(_("行"), "counts__rows")
    created = Number(_("新增"), "counts__created")
    changed = Number(_("变更"), "counts__changed")
    removed = Number(_("少了"), "counts__removed")
    rejected = Number(_("读不懂或缺必填"), "counts__rejected")
    engine = Text(_("引擎"), "counts__engine")
    cpu = Number(_("处理器（秒）"), "counts__cpu")
    memory = Number(_("内存（MiB）"), "counts__peak_mb")
    created_at = Moment(_("时间"))


def large_lines() -> Iterator[LargeLine]:
    """Two queries, however many there are. Beside the one source that reads a table there may be drafts."""
    sources = DataSource.objects.filter(fills__startswith=LARGE).exclude(state="retired").order_by("pk")
    read = {one.fills: one for one in sorted(sources, key=lambda one: one.state != DataSource.State.DRAFT)}
    last = last_batches()
    for key in declared_tables():
        large, fault = None, ""
        try:
            large = declared(key)
        except CampusError as broken:
            fault = broken.message
        yield LargeLine(key, large, fault, read.get(LARGE + key), last.get(LARGE + key))


@desk.page(
    "large/",
    title=_("大表"),
    tab=_("大表"),
    lead=_("几百万行的表不进数据库：每次的快照清洗后与前一份比较，差得不多就生效，差得多的等人看过。"),
)
def large(request: PageRequest) -> HttpResponseBase:
    lines = list(large_lines())
    return listing(request, LargeTables, lines, per_page=max(len(lines), 1), empty=NONE)


def line_named(key: str) -> LargeLine:
    found = next((one for one in large_lines() if one.key == key), None)
    if found is None:
        raise NotFoundError(what=_("这张大表"))
    return found


@large.page("<str:key>/", title=_("一张大表"), subject=line_named)
def large_table(request: PageRequest, line: LargeLine) -> HttpResponse:
    rows = Batch.objects.filter(source=LARGE + line.key).defer("gone", "differences").order_by("-id")
    facts = {
        "line": line,
        "facts": facts_of(line),
        "list": list_of(request, Snapshots, rows, caption=_("快照"), empty=NO_SNAPSHOTS, per_page=30),
    }
    return render(request, "datahub/large_table.html", facts)


def facts_of(line: LargeLine) -> list[tuple[Any, Any]]:
    if line.large is None:
        return []
    table = line.large.table
    alone, both = (
        "，".join(
            f"{word} {getattr(limits, name):g}%"
            for name, word in (("gone", _now("少了")), ("changed", _now("变更")), ("refused", _now("读不懂或缺必填")))
        )
        for limits in (table.limits, table.red)
    )
    return [
        (_("负责部门"), line.office or "—"),
        (_("主键"), "、".join(table.fields[one].heading for one in table.keys)),
        (_("各列"), "、".join(one.heading for one in table.fields.values())),
        (_("超过就要人看过"), alone),
        (_("超过就要两个人看过"), both),
        (_("保存几份"), table.keep),
        (_("引擎"), table.engine),
    ]
