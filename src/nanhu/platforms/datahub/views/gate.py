"""The gate: a file that waits is let pass by one, or by the word of its office (or who stands in for it) and another, or discarded; whose
each source is; limits and their days."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Day, Empty, PageRequest, Table, Text, Who, listing
from nanhu.kernel.kit.columns import Link
from nanhu.platforms.datahub.batches import releasing
from nanhu.platforms.datahub.forms import LimitForm, OwnerForm, ReasonForm, ReleaseForm, TakeBackForm
from nanhu.platforms.datahub.gate_words import sentences_of
from nanhu.platforms.datahub.labels import office_label
from nanhu.platforms.datahub.models import Batch, GateLimit, LimitRequest, OwnerChange, Release
from nanhu.platforms.datahub.services import limits as setting
from nanhu.platforms.datahub.services import owner_changes as changing
from nanhu.platforms.datahub.services import owners
from nanhu.platforms.datahub.views.batches import batch
from nanhu.platforms.datahub.views.desk import gate_desk, limits_desk, owners_desk

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
    if one.in_place_of_name:
        return _now("%(office)s（代%(name)s）") % {"office": office, "name": one.in_place_of_name}
    return f"{office}：{one.get_vacancy_display()}" if one.vacancy else office


class Releases(Table):
    title = Link(_("批次"), str, to="case")
    office = Text(_("负责部门"), spoke)
    asked = Text(_("理由"), "reason")
    author = Who(_("谁确认"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=State.choices, tones={State.AGREED: "good", State.ASKED: "warn"}, tone="none")


def facts_of_word(_request: PageRequest, found: Release) -> dict[str, Any]:
    """Whether it counts no more, as the list of what waits does not see of who moved to another unit."""
    facts: dict[str, Any] = {"sentences": sentences_of(found.batch.gate)}
    if found.state != State.ASKED:
        return facts
    owner = owners.owner_of(found.batch)
    return facts | {"word": found, "owner": owner, "is_lapsed": releasing.is_lapsed(found, owner)}


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
    empty=Empty(
        title=_("没有等着放行的文件"),
        icon="shield-check",
        text=_("一批文件与现有数据相差太多时停在这里，等负责部门和一位数据管理员同意。差多少算太多，见“放行标准”。"),
    ),
    template="datahub/release_case.html",
    facts=facts_of_word,
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
    agreed_by = Who(_("谁同意的"), "agreed_by_name")


@gate_desk.page(
    "owners/",
    title=_("负责部门"),
    tab=_("负责部门"),
    lead=_("相差太多的文件，要负责部门的负责人、副职或书记确认。没有另定的，就是机构名册里同名的部门。"),
)
def source_owners(request: PageRequest) -> HttpResponseBase:
    return listing(request, Owners, owners.lines(), per_page=200)


def what_became_of(made: OwnerChange | bool) -> str:
    if isinstance(made, bool):
        return _now("已改。") if made else _now("本来就是这个部门。")
    if made.vacancy:
        return _now("已申请，等另一位数据管理员同意。")
    return _now("已申请，等现在的负责部门（%s）同意。") % made.before.name


@source_owners.form(
    "set/",
    OwnerForm,
    title=_("改负责部门"),
    lead=_(
        "要现在的负责部门同意。已经在等确认的文件，仍由现在的部门确认。谁申请、谁同意的，都不能再作这个来源的第二个人。"
    ),
    button=_("改负责部门"),
    icon="pencil",
    submit=_("这样改"),
    proves=True,
    done=what_became_of,
)
def set_owner(request: PageRequest, form: OwnerForm) -> OwnerChange | bool:
    said = form.cleaned_data | {"unit_id": form.cleaned_data["unit"].id}
    del said["unit"]
    return changing.set_owner(by=request.actor, **said)


def who_agrees(one: OwnerChange) -> str:
    """While it waits, as it is now."""
    waits = one.state == OwnerChange.State.ASKED
    vacancy = changing.deciders_of(one).vacancy if waits else one.vacancy
    if not vacancy:
        return _now("现在的负责部门")
    return _now("另一位数据管理员（%s）") % Release.Vacancy(vacancy).label


class OwnerChanges(Table):
    title = Link(_("来源"), str, to="case")
    before = Text(_("现在的负责部门"), "before__name")
    unit = Text(_("改为"), "unit__name")
    waits_for = Text(_("谁同意"), who_agrees)
    reason = Text(_("理由"))
    author = Who(_("申请"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(
        _("状态"),
        names=OwnerChange.State.choices,
        tones={OwnerChange.State.AGREED: "good", OwnerChange.State.ASKED: "warn"},
        tone="none",
    )


def who_may_decide(request: PageRequest, found: OwnerChange) -> dict[str, Any]:
    """No button for a steward where the office can speak, or who is of the other side."""
    waits = found.state == OwnerChange.State.ASKED
    is_his = not waits or changing.may_decide(found, request.viewer.account_id)
    return {} if is_his else {"may_decide": False}


owner_changes = owners_desk.proposals(
    "",
    OwnerChange,
    OwnerChanges,
    found=OwnerChange.objects.select_related("before", "unit"),
    on_approve=lambda by, found: changing.agree_owner(by=by, asked=found),
    on_refuse=lambda by, found, answer: changing.refuse_owner(by=by, asked=found, answer=answer),
    title=_("改负责部门的申请"),
    tab=_("改归属"),
    lead=_("把一个来源改归别的部门，要现在的负责部门同意；它没有人能说话的，要另一位数据管理员同意。"),
    empty=Empty(title=_("还没有改过"), icon="building-2", text=_("在“负责部门”里改。")),
    facts=who_may_decide,
)


@owner_changes.case.form(
    "take-back/", TakeBackForm, title=_("撤回改归属的申请"), submit=_("撤回"), icon="undo-2", done=_("已撤回。")
)
def take_back_owner(request: PageRequest, form: TakeBackForm, found: OwnerChange) -> None:
    changing.take_back_owner(by=request.actor, asked=found, answer=form.cleaned_data["answer"])


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
    lead=_("改严的从今天起就这样；放宽的要另一位数据管理员同意，并且负责部门知道了，对它的文件才算。"),
    button=_("改放行标准"),
    icon="pencil",
    submit=_("这样改"),
    done=lambda holds: _now("已改。") if holds else _now("放宽要两个人：已申请，等另一位数据管理员同意。"),
)
def set_limit(request: PageRequest, form: LimitForm) -> bool:
    return setting.set_limit(by=request.actor, **form.cleaned_data)


def offices_that_know(one: LimitRequest) -> str:
    """Of those whose files it concerns, how many have seen it; empty until it is agreed to. Of others there is nothing to see any more where
    the limit was changed again since."""
    heard = f"{one.heard} / {one.notified}" if one.notified else ""  # type: ignore[attr-defined]  # annotated
    return _now("%s，后来又改过了") % heard if one.superseded else heard  # type: ignore[attr-defined]


class LimitRequests(Table):
    title = Link(_("项目"), str, to="case")
    source = Text(_("来源"), source_words)
    amber = Text(_("一人看过"), words_of)
    red = Text(_("两人看过"), lambda one: f"> {one.red / 10:g}%")
    heard = Text(_("知道了的部门"), offices_that_know)
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
    found=LimitRequest.objects.annotate(
        notified=Count("notices"),
        heard=Count("notices", filter=Q(notices__heard_at__isnull=False)),
        superseded=Count("notices", filter=Q(notices__superseded_at__isnull=False)),
    ),
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
