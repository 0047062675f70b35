"""Large tables (大表): which there are and how each is; one table's snapshots, each with what it cost. A snapshot's own page is that of its
batch, and it is let pass where files are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from nanhu.kernel import audit
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.errors import CampusError, NotFoundError
from nanhu.kernel.kit import Badge, Empty, Link, Moment, Number, PageRequest, Table, Text, list_of, listing
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.ui import dates
from nanhu.platforms.datahub.feeding.health import words_with
from nanhu.platforms.datahub.models import Batch, DataSource
from nanhu.platforms.datahub.queries import last_batches
from nanhu.platforms.datahub.shared.declarations import PERSON
from nanhu.platforms.datahub.snapshots.tracing import Said, origins, said_of
from nanhu.platforms.datahub.views.desk import TONES, desk
from nanhu.platforms.datahub.views.lineage import HIDDEN
from nanhu.platforms.datahub.views.looks import tell_seen
from nanhu.platforms.datahub.warehouse.declared import LARGE, Declared, Field, declared, declared_tables

State = Batch.State
NONE = Empty(
    title=_("还没有大表"),
    icon="warehouse",
    text=_("几百万行的表（刷卡、门禁、上网流水）在数据目录的 warehouse 里各有一份约定，快照存成 Parquet。"),
)
NO_SNAPSHOTS = Empty(title=_("还没有快照"), icon="warehouse", text=_("每读完一次整张表，就留一份快照。"))


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


class KeyForm(forms.Form):
    key = forms.CharField(
        label=_("主键"),
        max_length=400,
        help_text=_("像文件里那样写；主键有几列的，每列一行。"),
        widget=forms.Textarea({"rows": 2}),
    )


class Values(Table):
    """`one`: the field, and what the snapshot said that brought its value."""

    label = Text(_("列"), "field__heading")
    shown = Text(_("现在的值"))
    batch = Link(_("批次"), lambda one: f"#{one.said.batch.pk}", to="batch", by=("said__batch__pk",))
    file = Text(_("文件"), "said__batch__file_name")
    line = Number(_("行"), "said__line")
    at = Moment(_("时间"), "said__batch__created_at")


class SaidInSnapshots(Table):
    batch = Link(_("快照"), lambda one: f"#{one.batch.pk}", to="batch", by=("batch__pk",))
    file = Text(_("文件"), "batch__file_name")
    line = Text(_("行"), lambda one: one.line if one.row else _now("没有这一行"), is_number=True)
    at = Moment(_("时间"), "batch__created_at")


@dataclass(frozen=True, slots=True)
class Value:
    field: Field
    said: Said
    value: str

    @property
    def shown(self) -> str:
        return (HIDDEN if self.field.is_sealed else self.value) if self.value else "—"


@large_table.lookup(
    "row/",
    KeyForm,
    title=_("一行的来历"),
    lead=_("一行的每一格是哪份快照哪个文件第几行说的，从哪时起。每次查看都记录；有学工号的，本人看得到。"),
    submit=_("查看"),
    icon="waypoints",
    template="datahub/lineage.html",
)
def large_row(request: PageRequest, form: KeyForm, line: LargeLine) -> dict[str, Any]:
    large, key = declared(line.key), form.cleaned_data["key"].splitlines()
    if len(key) != len(large.table.keys):
        raise NotFoundError(what=_("这一行"))
    said = said_of(large, key)
    audit.record(
        by=request.actor,
        action="datahub.look_lineage",
        target=f"large_table:{line.key}",
        reason=gettext_noop("数据来历"),
    )
    newest = next((one for one in said if one.row), None)
    if newest is None or newest.row is None:
        raise NotFoundError(what=_("这一行"))
    tell_seen([newest.row.get(PERSON, "")], line.name, by=request.actor)
    since = said[said.index(newest) :]
    values = [
        Value(large.table.fields[name], one, newest.row.get(name, ""))
        for name, one in origins(since, list(large.table.fields))
    ]
    return {
        "name": " · ".join(key),
        "lists": [
            list_of(request, Values, values, caption=_("各列"), per_page=len(values)),
            list_of(request, SaidInSnapshots, said, caption=_("各份快照里的这一行"), per_page=len(said)),
        ],
    }


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
        (_("超过就要负责部门和数据管理员看过"), both),
        (_("保存几份"), table.keep),
        (_("引擎"), table.engine),
    ]
