"""What an office is told: that a limit was loosened for its files (放宽告知), which holds for them once it has seen that."""

from collections.abc import Callable, Sequence
from functools import partial

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.database.prepared import Given
from nanhu.kernel.kit import Empty, Markup, Moment, PageRequest, Table, Text, Who, listing
from nanhu.kernel.kit.records import seen
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.registry import Viewer, WaitingLine
from nanhu.platforms.datahub.labels import office_label
from nanhu.platforms.datahub.models import LimitNotice
from nanhu.platforms.datahub.services import limits
from nanhu.platforms.datahub.services.owners import is_spoken_for_by, units_spoken_for
from nanhu.platforms.datahub.views.desk import gate_desk
from nanhu.platforms.datahub.views.office import in_units, may_open


def notices(viewer: Viewer) -> QuerySet[LimitNotice]:
    return LimitNotice.objects.filter(in_units(viewer, "unit")).select_related("request", "unit")


def with_who_sees(viewer: Viewer, rows: Sequence[LimitNotice]) -> Sequence[LimitNotice]:
    for one in rows:
        one.waits_for_reader = one.waits and one.unit_id in units_spoken_for(viewer)  # type: ignore[attr-defined]
    return rows


def notices_to_see(person: int | Given) -> QuerySet[LimitNotice]:
    return LimitNotice.waiting().filter(is_spoken_for_by(person, "unit"), unit__is_active=True)


count_notices = own_count("datahub.limit_notices", notices_to_see)


def share_before_and_now(level: str) -> Callable[[LimitNotice], str]:
    """Of "amber" or "red"."""

    def words(one: LimitNotice) -> str:
        before = (one.request.before or {}).get(level, 0)
        return f"{before / 10:g}% → {getattr(one.request, level) / 10:g}%"

    return words


def rows_before_and_now(one: LimitNotice) -> str:
    before, rows = (one.request.before or {}).get("amber_rows"), one.request.amber_rows
    return (
        ""
        if before is None and rows is None
        else f"{'—' if before is None else before} → {'—' if rows is None else rows}"
    )


class Notices(Table):
    measure = Text(_("项目"), lambda one: one.request.get_measure_display())
    source = Text(_("来源"), lambda one: office_label(one.request.source) if one.request.source else _now("全部"))
    unit = Text(_("部门"), "unit__name")
    amber = Text(_("一人看过"), share_before_and_now("amber"))
    amber_rows = Text(_("人数"), rows_before_and_now)
    red = Text(_("两人看过"), share_before_and_now("red"))
    reason = Text(_("理由"), "request__reason")
    author = Text(_("申请"), "request__author_name")
    approver = Text(_("复核"), "request__approver_name")
    loosened_at = Moment(_("时间"), "request__decided_at")
    heard_by = Who(_("谁知道了"), "heard_by_name", at="heard_at", account="heard_by_id")
    action = Markup(_("操作"), "datahub/_limit_notice.html")


@gate_desk.page(
    "office/limits/",
    title=_("放宽告知"),
    tab=_("放宽告知"),
    lead=_(
        "两位数据管理员放宽了本部门文件的放行标准。点“知道了”以前，本部门的文件还按原来的标准量；不该放宽的，不点，找数据管理员。"
    ),
    allows=may_open,
    count=count_notices,
    waits=True,
)
def office_limits(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有放宽过"), icon="sliders-horizontal")
    each = partial(with_who_sees, request.viewer)
    return listing(request, Notices, notices(request.viewer).order_by("-pk"), each=each, empty=none)


@office_limits.action(
    "<int:pk>/seen/", subject=seen(notices, LimitNotice.what), done=_("好的，从现在起按放宽后的标准。")
)
def see_limit(request: PageRequest, found: LimitNotice) -> None:
    limits.hear(by=request.actor, notice=found)


def lines_to_see(viewer: Viewer, limit: int) -> list[WaitingLine]:
    rows = notices_to_see(viewer.person_id or 0).select_related("request").order_by("id")[:limit]
    return [
        WaitingLine(
            title=_("放行标准放宽了：%s") % one.request.get_measure_display(),
            url=office_limits.address(),
            who=one.request.author_name,
            since=one.created_at,
        )
        for one in rows
    ]


office_limits.waiting_lines = lines_to_see
