"""The desk of the data steward: sources with their health, and the batches they handed in."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.kit import Badge, Console, Empty, Link, Markup, Moment, Number, PageRequest, Table, Text, list_of
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.filters import Filters, Views
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.registry import Role
from nanhu.kernel.ui import dates
from nanhu.platforms.datahub.feeding.reading import BY as READ_BY
from nanhu.platforms.datahub.models import Batch, LandingRow
from nanhu.platforms.datahub.queries import last_batches
from nanhu.platforms.datahub.services.owners import STEWARD
from nanhu.platforms.datahub.sources import SOURCES, SourceSpec

State = Batch.State
WAITING = (State.WAITING, State.UNMAPPED)
TONES: dict[str, Tone] = {
    State.APPLIED: "good",
    State.REFUSED: "bad",
    State.REHEARSED: "info",
    State.ROLLED_BACK: "none",
}
NO_BATCHES = Empty(
    title=_("还没有批次"),
    icon="inbox",
    text=_("先导入组织机构，再导入教职工和学生。"),
    action=_("导入第一个文件"),
    to="upload",
)
STEWARD_ROLE = Role(
    key=STEWARD, name=_("数据管理员"), description=_("导入各部门的文件，处理问题行和疑似重复，回退批次。")
)
desk = Console(
    "datahub",
    _("数据清洗"),
    icon="database",
    owner=_("信息中心"),
    description=_("导入、清洗、核对各部门的数据"),
    roles=[STEWARD_ROLE],
    order=700,
)
gate_desk = Console(
    "datahub:gate",
    _("数据放行"),
    icon="shield-check",
    owner=_("信息中心"),
    description=_("与现有数据相差太多的文件，两人看过才生效"),
    roles=[STEWARD_ROLE],
    order=701,
)
sharing_desk = Console(
    "datahub:grants",
    _("数据共享授权"),
    icon="key-round",
    owner=_("信息中心"),
    description=_("别的系统按授权从接口读共享表，两人同意"),
    roles=[STEWARD_ROLE],
    order=702,
)
limits_desk = Console(
    "datahub:limits",
    _("放宽放行标准"),
    icon="sliders-horizontal",
    owner=_("信息中心"),
    description=_("让更多文件不用人看就生效的标准，两人同意"),
    roles=[STEWARD_ROLE],
    order=703,
)
owners_desk = Console(
    "datahub:owners",
    _("改负责部门"),
    icon="building-2",
    owner=_("信息中心"),
    description=_("谁为一个来源的文件说话：原来的部门同意才改"),
    roles=[STEWARD_ROLE],
    order=704,
)
desk.shares_bar_with(gate_desk, limits_desk, owners_desk, sharing_desk)


@dataclass(frozen=True, slots=True)
class SourceLine:
    spec: SourceSpec
    batch: Batch | None
    good: Batch | None = None

    @property
    def tone(self) -> Tone:
        """good, warn (stale, or many rows refused), bad (the last file was refused), none (never came)."""
        if self.batch is None:
            return "none"
        if self.batch.state == State.REFUSED:
            return "bad"
        many_rejected = self.batch.counts.get("rejected", 0) * 20 > self.batch.counts.get("rows", 0)
        return "warn" if self.is_stale or many_rejected or self.batch.state != State.APPLIED else "good"

    @property
    def is_stale(self) -> bool:
        """Its last file that took effect is older than the source is wont to be silent."""
        return self.good is not None and self.good.created_at < now() - timedelta(days=self.spec.stale_after_days)

    @property
    def health(self) -> str:
        words = self.batch.get_state_display() if self.batch else _now("还没有交过")
        rejected = self.batch.counts.get("rejected") if self.batch else 0
        if rejected:
            words = f"{words} · {_now('拒绝 %(n)s 行') % {'n': rejected}}"
        if self.is_stale and self.good is not None:
            words = f"{words} · {_now('自 %(day)s 起未更新') % {'day': dates.short_day(self.good.created_at, None)}}"
        return format_html('<span class="state state-{}">{}</span>', self.tone, words)


class Sources(Table):
    title = Link(_("文件"), "spec__title", to="batch", by=("batch__pk",))
    office = Text(_("部门"), "spec__office")
    batch = Text(_("最近一批"), lambda line: f"#{line.batch.pk}" if line.batch else "")
    at = Moment(_("时间"), "batch__created_at")
    health = Text(_("健康"))
    hand_in = Markup(_("操作"), "datahub/_hand_in.html")


class Batches(Table):
    number = Link(_("批次"), lambda batch: f"#{batch.pk}", to="batch", by=("pk",), sort="id")
    file_name = Text(_("文件"))
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")
    rows = Number(_("行"), "counts__rows")
    created = Number(_("新增"), "counts__created")
    changed = Number(_("变更"), "counts__changed")
    rejected = Number(_("拒绝"), "counts__rejected")
    created_at = Moment(_("时间"))


class BatchFilters(Filters):
    """What systems are read for by themselves comes a hundred times as often as what an office hands in."""

    whose = Views(
        {"systems": (_("系统读入的"), Q(actor=READ_BY.name)), "all": (_("全部"), Q())},
        everything=_("部门交来的"),
        usual=~Q(actor=READ_BY.name) | Q(state__in=WAITING),
    )


waiting_batches = entered("datahub.batches", lambda: Batch.objects.filter(state__in=WAITING))


@desk.page(
    "",
    title=_("数据清洗"),
    tab=_("批次"),
    count=waiting_batches,
    waits=True,
    lead=_("各部门交来的文件在这里变成全校共用的人员和机构数据。"),
)
def home(request: PageRequest) -> HttpResponse:
    last, batches = last_batches(), Batch.objects.defer("gone", "differences").order_by("-id")
    good = last_batches(applied_only=True)
    lines = [SourceLine(spec, last.get(spec.key), good.get(spec.key)) for spec in SOURCES.values()]
    facts = {
        "sources": list_of(request, Sources, lines, caption=_("来源")),
        "batches": list_of(request, Batches, batches, BatchFilters, caption=_("批次"), per_page=20, empty=NO_BATCHES),
        "rejected": LandingRow.objects.filter(state="rejected", batch__state=State.APPLIED).count(),
    }
    return render(request, "datahub/home.html", facts)
