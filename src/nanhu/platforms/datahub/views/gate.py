"""The gate: a file that waits is let pass by one, or asked for by one and agreed by another, or discarded; limits and their days."""

from typing import Any

from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Day, Empty, PageRequest, Table, Text, Who, listing
from nanhu.kernel.kit.columns import Link
from nanhu.platforms.datahub.forms import AskReleaseForm, LimitForm, ReasonForm, TakeBackForm
from nanhu.platforms.datahub.gate_words import sentences_of
from nanhu.platforms.datahub.labels import office_label
from nanhu.platforms.datahub.models import Batch, GateLimit, LimitRequest, Release
from nanhu.platforms.datahub.services import limits as setting
from nanhu.platforms.datahub.services import releasing
from nanhu.platforms.datahub.views.batches import batch
from nanhu.platforms.datahub.views.desk import gate_desk, limits_desk

State = Release.State


def held(_request: PageRequest, found: Batch) -> dict[str, Any]:
    return {"batch": found, "sentences": sentences_of(found.gate)}


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
    AskReleaseForm,
    title=_("申请放行"),
    submit=_("申请"),
    template="datahub/release.html",
    facts=held,
    done=_("已申请，等另一位数据管理员同意。"),
    to="batch",
)
def ask_release(request: PageRequest, form: AskReleaseForm, found: Batch) -> Batch:
    said = form.cleaned_data
    releasing.ask_release(by=request.actor, token=said["token"], batch_id=found.pk, reason=said["reason"])
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


class Releases(Table):
    title = Link(_("批次"), str, to="case")
    asked = Text(_("申请的理由"), "reason")
    author = Who(_("申请"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=State.choices, tones={State.AGREED: "good", State.ASKED: "warn"}, tone="none")


releases = gate_desk.proposals(
    "",
    Release,
    Releases,
    found=Release.objects.select_related("batch").defer("batch__gone", "batch__differences"),
    on_approve=lambda by, found: releasing.agree(by=by, asked=found),
    on_refuse=lambda by, found, answer: releasing.refuse(by=by, asked=found, answer=answer),
    title=_("放行申请"),
    tab=_("放行申请"),
    lead=_("与上一批相差太多的文件先不生效：一位数据管理员看过名单后申请，另一位同意才放行。"),
    empty=Empty(title=_("还没有放行申请"), icon="shield-check"),
)


@releases.case.form(
    "take-back/", TakeBackForm, title=_("撤回放行申请"), submit=_("撤回"), icon="undo-2", done=_("已撤回。")
)
def take_back_release(request: PageRequest, form: TakeBackForm, found: Release) -> None:
    releasing.take_back(by=request.actor, asked=found, answer=form.cleaned_data["answer"])


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
