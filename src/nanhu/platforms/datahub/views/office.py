"""What the owner office of a file is asked: at red its page of what the file would do, 文件无误, or 文件有误，退回; whether another office shall
own a source of its; and to see what limits were loosened for its files. No steward's right opens it, and none is needed: whoever speaks for
the unit does, and sees the files of his own unit that were held."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.database.prepared import Given
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.kit import (
    Badge,
    Empty,
    Link,
    Markup,
    Moment,
    Number,
    PageRequest,
    Table,
    Text,
    Who,
    export,
    list_of,
    listing,
)
from nanhu.kernel.kit.records import seen
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.registry import Viewer, WaitingLine
from nanhu.platforms.datahub.forms import AgreeForm, ReasonForm, ReleaseForm, TakeBackForm
from nanhu.platforms.datahub.known_sources import named_source
from nanhu.platforms.datahub.labels import office_label
from nanhu.platforms.datahub.models import Batch, Level, LimitNotice, OwnerChange, Release
from nanhu.platforms.datahub.services import limits, owners, releasing
from nanhu.platforms.datahub.services.owners import STEWARD, is_spoken_for_by, still_speaks, units_spoken_for
from nanhu.platforms.datahub.views.batches import numbers_of, table_of_gone, tell_batch_seen, who_lets_pass, would_do
from nanhu.platforms.datahub.views.desk import TONES, gate_desk
from nanhu.platforms.datahub.views.gate import seen as seen_of_form
from nanhu.platforms.people import api as people

THIS = _("这份交来的文件")


def may_open(viewer: Viewer) -> bool:
    return STEWARD in viewer.roles or bool(units_spoken_for(viewer))


def in_units(viewer: Viewer, column: str) -> Q:
    """Of rows that name a unit: those of a reader's units; a steward reads all."""
    return Q() if STEWARD in viewer.roles else Q(**{f"{column}__in": units_spoken_for(viewer)})


def held_files(viewer: Viewer) -> QuerySet[Batch]:
    """Of the units that somebody leads, or stands in for who leads them, and what he handed in himself for a unit that he is of; also what was
    decided since."""
    rows = Batch.objects.filter(gate_level=Level.RED, is_dry_run=False).exclude(owner_unit=None)
    own = Q(owner_unit__in=units_spoken_for(viewer))
    if STEWARD in viewer.roles:
        own |= Q(account_id=viewer.account_id, owner_unit__in=people.own_unit_ids(viewer))
    return rows.filter(own)


def to_confirm(person: int | Given) -> QuerySet[Batch]:
    """Those that wait for a word of who leads the office: none was said, or by somebody who can speak for it no more."""
    said = Release.objects.filter(batch=OuterRef("pk"), state=Release.State.ASKED, vacancy="")
    stands = said.filter(still_speaks(), unit=OuterRef("owner_unit"))
    waiting = Batch.objects.filter(~Exists(stands), state=Batch.State.WAITING, gate_level=Level.RED, is_dry_run=False)
    return waiting.filter(is_spoken_for_by(person)).defer("gone", "differences")


count_to_confirm = own_count("datahub.to_confirm", to_confirm)


class Held(Table):
    title = Link(_("文件"), "file_name", to="office_file", by=("pk",))
    state = Badge(_("状态"), names=Batch.State.choices, tones=TONES, tone="warn")
    rows = Number(_("行"), "counts__rows")
    created_at = Moment(_("时间"))


@gate_desk.page(
    "office/",
    title=_("请部门确认的文件"),
    tab=_("部门确认"),
    lead=_("本部门的文件与现有数据相差太多，先不生效：请看过名单，说它无误，或者退回。"),
    allows=may_open,
    count=count_to_confirm,
    waits=True,
)
def office(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有要本部门确认的文件"), icon="shield-check")
    rows = held_files(request.viewer).defer("gone", "differences").order_by("-id")
    return listing(request, Held, rows, empty=none)


@office.page("<int:pk>/", title=_("请部门确认的文件"), subject=seen(held_files, THIS))
def office_file(request: PageRequest, found: Batch) -> HttpResponse:
    """What was decided is no longer shown in detail."""
    return render(request, "datahub/office_file.html", shown(request, found))


def lines_to_confirm(viewer: Viewer, limit: int) -> list[WaitingLine]:
    return [
        WaitingLine(
            title=_("确认文件：%s") % one.file_name,
            url=office_file.address(pk=one.pk),
            who=one.actor,
            since=one.finished_at or one.created_at,
        )
        for one in to_confirm(viewer.person_id or 0).order_by("id")[:limit]
    ]


office.waiting_lines = lines_to_confirm


def shown(request: PageRequest, found: Batch) -> dict[str, Any]:
    facts = {"batch": found, "spec": named_source(found.source), **who_lets_pass(found, by=request.actor)}
    if "owner" not in facts:
        return facts
    word = facts["word"]
    gone_at = gate_desk.address("office_gone", {"pk": found.pk})
    is_mine = word is not None and word.author_id == request.viewer.account_id
    return facts | would_do(request, found) | {"gone_at": gone_at, "is_mine": is_mine}


@office_file.download("gone.csv")
def office_gone(request: PageRequest, found: Batch) -> HttpResponseBase:
    if found.state != Batch.State.WAITING:
        raise WrongStateError(what=THIS, state=found.get_state_display())
    tell_batch_seen(found, numbers_of(found, found.gone), by=request.actor)
    return export(list_of(request, table_of_gone(found), found.gone), f"gone-{found.pk}")


@office_file.form(
    "confirm/",
    ReleaseForm,
    title=_("文件无误"),
    lead=_("看过下面的说明和名单再确认。还要一位数据管理员同意，文件才生效。"),
    submit=_("文件无误"),
    icon="check",
    template="datahub/release.html",
    facts=shown,
    initial=seen_of_form,
    proves=True,
    done=_("已确认，等一位数据管理员同意。"),
)
def confirm_file(request: PageRequest, form: ReleaseForm, found: Batch) -> None:
    releasing.confirm(by=request.actor, batch_id=found.pk, **form.cleaned_data)


@office_file.form(
    "return/",
    ReasonForm,
    title=_("文件有误，退回"),
    lead=_("这份文件作废，什么也不改。改好以后重新交。"),
    submit=_("退回"),
    tone="danger",
    icon="ban",
    template="datahub/release.html",
    facts=shown,
    done=_("已退回，这份文件没有生效。"),
)
def return_file(request: PageRequest, form: ReasonForm, found: Batch) -> None:
    releasing.send_back(by=request.actor, batch_id=found.pk, reason=form.cleaned_data["reason"])


@office_file.form("take-back/", TakeBackForm, title=_("撤回确认"), submit=_("撤回"), icon="undo-2", done=_("已撤回。"))
def take_back_word(request: PageRequest, form: TakeBackForm, found: Batch) -> None:
    word = found.releases.filter(state=Release.State.ASKED).first()
    if word is None:
        raise WrongStateError(what=THIS, state=found.get_state_display())
    releasing.take_back(by=request.actor, asked=word, answer=form.cleaned_data["answer"])


def changes_of_owner(viewer: Viewer) -> QuerySet[OwnerChange]:
    """Of sources that are, or were, those units'."""
    return OwnerChange.objects.filter(in_units(viewer, "before")).select_related("before", "unit")


def changes_to_decide(person: int | Given) -> QuerySet[OwnerChange]:
    rows = OwnerChange.objects.filter(
        is_spoken_for_by(person, "before"), before__is_active=True, state=OwnerChange.State.ASKED
    )
    return rows.exclude(author__person_id=person)


count_changes = own_count("datahub.owner_changes_to_decide", changes_to_decide)


class OwnerChanges(Table):
    title = Link(_("来源"), "source_name", to="office_change", by=("public_id",))
    before = Text(_("现在的负责部门"), "before__name")
    unit = Text(_("改为"), "unit__name")
    reason = Text(_("理由"))
    author = Who(_("申请"), "author_name", at="created_at", account="author_id")
    state = Badge(_("状态"), names=OwnerChange.State.choices, tones={OwnerChange.State.ASKED: "warn"}, tone="none")


@gate_desk.page(
    "office/owners/",
    title=_("改负责部门的申请"),
    tab=_("部门同意改归属"),
    lead=_("数据管理员要把本部门的来源改归别的部门：由本部门决定。已经在等本部门确认的文件，仍由本部门确认。"),
    allows=may_open,
    count=count_changes,
    waits=True,
)
def office_changes(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有要本部门决定的申请"), icon="shield-check")
    return listing(request, OwnerChanges, changes_of_owner(request.viewer).order_by("-pk"), empty=none)


@office_changes.page("<uuid:public_id>/", title=_("改负责部门的申请"), subject=seen(changes_of_owner, OwnerChange.what))
def office_change(request: PageRequest, found: OwnerChange) -> HttpResponse:
    return render(request, "datahub/office_change.html", facts_of_change(request, found))


def facts_of_change(request: PageRequest, found: OwnerChange) -> dict[str, Any]:
    """`decides`: whether the reader may."""
    waits = found.state == OwnerChange.State.ASKED and not found.is_overdue
    others = owners.speaking_for(found.before).besides(found.author_id) if waits else frozenset()
    return {"change": found, "decides": request.viewer.account_id in others}


@office_change.form(
    "agree/",
    AgreeForm,
    title=_("同意改归属"),
    lead=_("以后这个来源相差太多的文件，由改后的部门确认。"),
    submit=_("同意"),
    icon="check",
    template="datahub/office_change_form.html",
    facts=facts_of_change,
    proves=True,
    done=_("已同意，以后由那个部门确认。"),
)
def agree_change(request: PageRequest, _form: AgreeForm, found: OwnerChange) -> None:
    owners.agree_owner(by=request.actor, asked=found)


@office_change.form(
    "refuse/",
    ReasonForm,
    title=_("不同意改归属"),
    submit=_("不同意"),
    tone="danger",
    icon="ban",
    template="datahub/office_change_form.html",
    facts=facts_of_change,
    proves=True,
    done=_("没有同意，仍归本部门。"),
)
def refuse_change(request: PageRequest, form: ReasonForm, found: OwnerChange) -> None:
    owners.refuse_owner(by=request.actor, asked=found, answer=form.cleaned_data["reason"])


def lines_to_decide(viewer: Viewer, limit: int) -> list[WaitingLine]:
    rows = changes_to_decide(viewer.person_id or 0).select_related("unit").order_by("id")[:limit]
    return [
        WaitingLine(
            title=_("%(source)s改归%(unit)s") % {"source": one.source_name, "unit": one.unit.name},
            url=office_change.address(public_id=one.public_id),
            who=one.author_name,
            since=one.created_at,
        )
        for one in rows
    ]


office_changes.waiting_lines = lines_to_decide


def notices(viewer: Viewer) -> QuerySet[LimitNotice]:
    return LimitNotice.objects.filter(in_units(viewer, "unit")).select_related("request", "unit")


def with_who_sees(viewer: Viewer, rows: Sequence[LimitNotice]) -> Sequence[LimitNotice]:
    for one in rows:
        one.waits_for_reader = one.heard_at is None and one.unit_id in units_spoken_for(viewer)  # type: ignore[attr-defined]
    return rows


def notices_to_see(person: int | Given) -> QuerySet[LimitNotice]:
    return LimitNotice.objects.filter(is_spoken_for_by(person, "unit"), unit__is_active=True, heard_at=None)


count_notices = own_count("datahub.limit_notices", notices_to_see)


def before_and_now(one: LimitNotice) -> str:
    before = one.request.before or {}
    return f"{before.get('amber', 0) / 10:g}% → {one.request.amber / 10:g}%"


def red_before_and_now(one: LimitNotice) -> str:
    before = one.request.before or {}
    return f"{before.get('red', 0) / 10:g}% → {one.request.red / 10:g}%"


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
    amber = Text(_("一人看过"), before_and_now)
    amber_rows = Text(_("人数"), rows_before_and_now)
    red = Text(_("两人看过"), red_before_and_now)
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
