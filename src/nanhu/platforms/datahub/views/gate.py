"""The gate: a file that waits is let pass by one, or by the word of its office (or who stands in for it) and another, or discarded; whose
each source is; limits and their days."""

from typing import Any

from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Day, Empty, PageRequest, Table, Text, Who, listing
from nanhu.kernel.kit.columns import Link
from nanhu.platforms.datahub.forms import LimitForm, OwnerForm, ReasonForm, ReleaseForm, TakeBackForm
from nanhu.platforms.datahub.gate_words import sentences_of
from nanhu.platforms.datahub.labels import office_label
from nanhu.platforms.datahub.models import Batch, GateLimit, LimitRequest, Release
from nanhu.platforms.datahub.services import limits as setting
from nanhu.platforms.datahub.services import owners, releasing
from nanhu.platforms.datahub.views.batches import batch
from nanhu.platforms.datahub.views.desk import gate_desk, limits_desk

State = Release.State


def held(_request: PageRequest, found: Batch) -> dict[str, Any]:
    return {"batch": found, "sentences": sentences_of(found.gate)}


def held_at_red(request: PageRequest, found: Batch) -> dict[str, Any]:
    return held(request, found) | {"owner": owners.owner_of(found)}


def seen(_request: PageRequest, found: Batch) -> dict[str, Any]:
    return {"seen": releasing.seen_of(found)}


@batch.form(
    "release/",
    ReasonForm,
    title=_("放行这一批"),
    submit=_("放行"),
    icon="check",
    template="datahub/release.html",
    facts=held,
)
def release(request: PageRequest, form: ReasonForm, found: Batch) -> HttpResponseRedirect:
    reason = form.cleaned_data["reason"]
    return redirect("progress", public_id=releasing.release(by=request.actor, batch_id=found.pk, reason=reason))


@batch.form(
    "ask-release/",
    ReleaseForm,
    title=_("代负责部门申请放行"),
    submit=_("申请"),
    template="datahub/release.html",
    facts=held_at_red,
    initial=seen,
    proves=True,
    done=_("已申请，等另一位数据管理员同意。"),
    to="batch",
)
def ask_release(request: PageRequest, form: ReleaseForm, found: Batch) -> Batch:
    releasing.ask_release(by=request.actor, batch_id=found.pk, **form.cleaned_data)
    return found


@batch.form(
    "discard/",
    ReasonForm,
    title=_("作废这一批"),
    submit=_("作废"),
    tone="danger",
    icon="ban",
    template="datahub/release.html",
    facts=held,
    done=_("已作废。"),
    to="batch",
)
def discard(request: PageRequest, form: ReasonForm, found: Batch) -> Batch:
    return releasing.discard(by=request.actor, batch_id=found.pk, reason=form.cleaned_data["reason"])


def spoke(one: Release) -> str:
    office = one.unit.name if one.unit else office_label(one.batch.source)
    return f"{office}：{one.get_vacancy_display()}" if one.vacancy else office


class Releases(Table):
    title = Link(_("批次"), str, to="case")
    office = Text(_("负责部门"), spoke)
    asked = Text(_("理由"), "reason")
    author = Who(_("谁确认"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=State.choices, tones={State.AGREED: "good", State.ASKED: "warn"}, tone="none")


releases = gate_desk.proposals(
    "",
    Release,
    Releases,
    found=Release.objects.select_related("batch", "unit").defer("batch__gone", "batch__differences"),
    on_approve=lambda by, found: releasing.agree(by=by, asked=found),
    on_refuse=lambda by, found, answer: releasing.refuse(by=by, asked=found, answer=answer),
    title=_("放行申请"),
    tab=_("放行申请"),
    lead=_("与上一批相差太多的文件先不生效：负责部门看过名单、确认文件无误，再由一位数据管理员同意才放行。"),
    empty=Empty(title=_("还没有放行申请"), icon="shield-check"),
    template="datahub/release_case.html",
    facts=lambda _request, found: {"sentences": sentences_of(found.batch.gate)},
)


@releases.case.form(
    "take-back/", TakeBackForm, title=_("撤回放行申请"), submit=_("撤回"), icon="undo-2", done=_("已撤回。")
)
def take_back_release(request: PageRequest, form: TakeBackForm, found: Release) -> None:
    releasing.take_back(by=request.actor, asked=found, answer=form.cleaned_data["answer"])


class Owners(Table):
    office = Text(_("来源说的部门"), "spec__office")
    title = Text(_("文件"), "spec__title")
    unit = Text(_("负责部门"), "unit")
    speakers = Text(_("谁为它说话"), "speakers", is_wide=True)
    reason = Text(_("依据"), "reason")
    changed_by = Who(_("谁定的"), "changed_by_name")


@gate_desk.page(
    "owners/",
    title=_("负责部门"),
    tab=_("负责部门"),
    lead=_("相差太多的文件，要负责部门的负责人、副职或书记确认。没有另定的，就是机构名册里同名的部门。"),
)
def source_owners(request: PageRequest) -> HttpResponseBase:
    return listing(request, Owners, owners.lines(), per_page=200)


@source_owners.form(
    "set/",
    OwnerForm,
    title=_("改负责部门"),
    lead=_("在等放行的文件，要由改后的部门重新确认。谁改的，谁就不能再作这个来源的第二个人。"),
    button=_("改负责部门"),
    icon="pencil",
    submit=_("这样改"),
    done=lambda is_new: _now("已改。") if is_new else _now("本来就是这个部门。"),
)
def set_owner(request: PageRequest, form: OwnerForm) -> bool:
    said = form.cleaned_data
    return owners.set_owner(by=request.actor, source=said["source"], unit_id=said["unit"].id, reason=said["reason"])


def words_of(one: GateLimit | LimitRequest) -> str:
    rows = _("，或超过 %d 人") % one.amber_rows if one.amber_rows is not None else ""
    return f"> {one.amber / 10:g}%{rows}"


def source_words(one: GateLimit | LimitRequest) -> str:
    return office_label(one.source) if one.source else str(_("全部"))


class Limits(Table):
    measure = Badge(_("项目"), names=GateLimit.Measure.choices)
    source = Text(_("来源"), source_words)
    amber = Text(_("一人看过"), words_of)
    red = Text(_("两人看过"), lambda one: f"> {one.red / 10:g}%")
    starts_on = Day(_("起始日期"))
    reason = Text(_("依据"))
    created_by_name = Who(_("谁定的"))


@gate_desk.page(
    "limits/", title=_("放行标准"), tab=_("放行标准"), lead=_("一批文件与现有数据相差多少，要先有人看过再生效。")
)
def limits(request: PageRequest) -> HttpResponseBase:
    rows = GateLimit.objects.filter(withdrawn_at=None, ends_on=None).order_by("measure", "source")
    return listing(request, Limits, rows)


@limits.form(
    "set/",
    LimitForm,
    title=_("改放行标准"),
    lead=_("改严的从今天起就这样；放宽的要另一位数据管理员同意。"),
    button=_("改放行标准"),
    icon="pencil",
    submit=_("这样改"),
    done=lambda holds: _now("已改。") if holds else _now("放宽要两个人：已申请，等另一位数据管理员同意。"),
)
def set_limit(request: PageRequest, form: LimitForm) -> bool:
    return setting.set_limit(by=request.actor, **form.cleaned_data)


class LimitRequests(Table):
    title = Link(_("项目"), str, to="case")
    source = Text(_("来源"), source_words)
    amber = Text(_("一人看过"), words_of)
    red = Text(_("两人看过"), lambda one: f"> {one.red / 10:g}%")
    asked = Text(_("申请的理由"), "reason")
    author = Who(_("申请"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(
        _("状态"),
        names=LimitRequest.State.choices,
        tones={LimitRequest.State.AGREED: "good", LimitRequest.State.ASKED: "warn"},
        tone="none",
    )


limit_requests = limits_desk.proposals(
    "",
    LimitRequest,
    LimitRequests,
    on_approve=lambda by, found: setting.agree(by=by, asked=found),
    on_refuse=lambda by, found, answer: setting.refuse(by=by, asked=found, answer=answer),
    title=_("放宽放行标准"),
    tab=_("放宽标准"),
    lead=_("让更多文件不用人看就生效：一位数据管理员申请，另一位同意，从同意那天起。"),
    empty=Empty(title=_("还没有放宽的申请"), icon="sliders-horizontal", text=_("在“放行标准”里改。")),
)


@limit_requests.case.form(
    "take-back/", TakeBackForm, title=_("撤回放宽申请"), submit=_("撤回"), icon="undo-2", done=_("已撤回。")
)
def take_back_limit(request: PageRequest, form: TakeBackForm, found: LimitRequest) -> None:
    setting.take_back(by=request.actor, asked=found, answer=form.cleaned_data["answer"])
