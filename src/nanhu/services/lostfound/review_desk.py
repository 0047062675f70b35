"""The reviewers' desk (失物招领审核): what waits, what is late, approve or reject with a reason."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Due,
    Empty,
    Filters,
    FoldedSearch,
    Link,
    Moment,
    PageRequest,
    Table,
    Text,
    form_of,
    listing,
)
from nanhu.kernel.kit.forms import ReasonForm, either_field
from nanhu.kernel.kit.pages import FormOptions
from nanhu.kernel.kit.records import seen
from nanhu.kernel.kit.waiting import ACCOUNT, entered
from nanhu.kernel.registry import Viewer, WaitingLine
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import lazy_filled
from nanhu.services.lostfound import policies, queries, rules
from nanhu.services.lostfound.forms import PublicTextField, RejectForm
from nanhu.services.lostfound.models import STATE_TONES, Item, RelayBar, TalkReport
from nanhu.services.lostfound.school_file import school_file
from nanhu.services.lostfound.services import reporting, reviewing

desk = Console(
    "lostfound:review",
    _("失物招领审核"),
    icon="package-check",
    owner=_("信息中心"),
    description=_("审核发布的失物，处理举报；四个工作小时内"),
    roles=policies.REVIEW_ROLES,
    order=52,
)


def why_waiting(one: Item) -> str:
    if one.hidden_at is not None:
        return str(_("有人举报，已隐藏"))
    return str(_("先显示后审") if one.state == Item.State.OPEN else _("新发布"))


class Reviews(Table):
    words = Link(_("物品"), lambda one: one.title, to="review")
    kind = Text(_("丢失或捡到"), names=dict(Item.Kind.choices))
    category = Text(_("类别"), names=dict(Item.Category.choices))
    where = Text(_("地点"), lambda one: one.where)
    author = Text(_("发布人"), "author_name")
    why = Text(_("为什么审"), why_waiting)
    due = Due(_("应审完"), "review_due_at")
    state = Badge(_("状态"), names=Item.State.choices, tones=STATE_TONES, tone="none")


class ReviewFilters(Filters):
    q = FoldedSearch(label=_("物品、地点、拼音"))
    category = Choice(_("类别"), Item.Category.choices)


def lines(viewer: Viewer, limit: int) -> list[WaitingLine]:
    return [
        WaitingLine(
            title=f"{one.get_kind_display()}：{one.title}",
            url=review.address(public_id=one.public_id),
            who=one.author_name,
            since=one.created_at,
            facts=((_("为什么审"), why_waiting(one)),),
        )
        for one in queries.reviews_for(viewer)[:limit]
    ]


@desk.page(
    "",
    title=_("待审的失物"),
    tab=_("待审"),
    count=entered("lostfound.reviews", lambda: policies.reviewable_by(ACCOUNT)),
    waits=True,
)
def reviews(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有要审的"), icon="package-check", text=_("有人发布或举报时，这里和待办里都会出现。"))
    return listing(request, Reviews, queries.reviews_for(request.viewer), ReviewFilters, empty=none)


reviews.waiting_lines = lines


@desk.page(
    "late/",
    title=_("超时没有审的"),
    tab=_("超时"),
    roles=(policies.CHIEF,),
    count=entered("lostfound.late", lambda: policies.reviewable_by(ACCOUNT).filter(review_due_at__lte=Now())),
    waits=True,
)
def late(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有超时的"), icon="clock")
    return listing(request, Reviews, queries.reviews_for(request.viewer, is_late=True), ReviewFilters, empty=none)


@desk.page("locked/", title=_("认领锁定的"), tab=_("锁定"))
def locked(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有锁定的"), icon="lock-open", text=_("三次没说对特征的会锁定，核实后在这里解开。"))
    rows = policies.locked_items().select_related("place__parent")
    return listing(request, Reviews, rows.order_by("-locked_at"), ReviewFilters, empty=none)


class TalkReports(Table):
    reason = Link(_("哪里不对"), to="reported", sort=False)
    item = Text(_("物品"), lambda one: one.conversation.item.title, sort=False)
    at = Moment(_("何时举报"))


@desk.page(
    "talks/",
    title=_("被举报的留言"),
    tab=_("举报留言"),
    count=entered("lostfound.talk_reports", lambda: reporting.to_judge(ACCOUNT)),
    waits=True,
)
def talk_reports(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有被举报的留言"), icon="flag")
    return listing(request, TalkReports, judged(request.viewer), empty=none)


def judged(viewer: Viewer) -> QuerySet[TalkReport]:
    return reporting.to_judge(viewer.account_id).select_related("conversation__item", "accused")


class JudgeForm(forms.Form):
    days = forms.TypedChoiceField(
        label=_("怎么处理"),
        coerce=int,
        choices=[
            (0, _("不是滥用，不处理")),
            *((days, lazy_filled(_("停用留言 %(days)s 天"), days=days)) for days in rules.BAR_DAYS),
        ],
        widget=forms.RadioSelect,
    )
    reason = PublicTextField(label=_("原因"), max_length=120, help_text=_("停用时对方看得到。不要写是谁举报的。"))


@talk_reports.page(
    "<uuid:public_id>/", title=_("被举报的留言"), subject=seen(judged, TalkReport.what), opens_whole=True
)
def reported(request: PageRequest, one: TalkReport) -> HttpResponse:
    has_read = request.viewer.account_id in one.read_by
    facts = {"report": one, "has_read": has_read, "addresses": request.page.addresses_below(public_id=one.public_id)}
    return render(request, "lostfound/reported.html", facts | {"form": form_of(request, JudgeForm)})


READING: FormOptions = {
    "title": _("看被举报的话"),
    "lead": _("只有被举报的一方写的话，没有姓名。查看和原因会记入他的“谁查看过我”。"),
    "submit": _("查看"),
    "icon": "eye",
}


def lines_of(request: PageRequest, form: ReasonForm, one: TalkReport) -> HttpResponse:
    lines = reporting.look(by=request.actor, one=one, purpose=form.cleaned_data["reason"])
    return render(request, "lostfound/reported_lines.html", {"report": one, "lines": lines})


@reported.form("read/", ReasonForm, **READING)
def read_reported(request: PageRequest, form: ReasonForm, one: TalkReport) -> HttpResponse:
    return lines_of(request, form, one)


@reported.action("judge/", form=JudgeForm, done=_("已处理。"), to="talk_reports")
def judge(request: PageRequest, form: JudgeForm, one: TalkReport) -> None:
    said = form.cleaned_data
    reporting.judge(by=request.actor, one=one, days=said["days"], reason=said["reason"])


class Bars(Table):
    objection = Link(_("申诉内容"), to="barred", sort=False)
    reason = Text(_("停用的原因"), sort=False)
    until = Moment(_("停用到"))


@desk.page(
    "bars/",
    title=_("停用留言的申诉"),
    tab=_("留言申诉"),
    count=entered("lostfound.bars", lambda: reporting.to_answer(ACCOUNT)),
    waits=True,
)
def bars(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有要答复的申诉"), icon="scale")
    return listing(request, Bars, reporting.to_answer(request.viewer.account_id), empty=none)


class AnswerForm(forms.Form):
    lifts = either_field(_("怎么答复"), _("恢复留言"), _("维持停用"), widget=forms.RadioSelect)
    reason = PublicTextField(label=_("原因"), max_length=120, help_text=_("申诉的人看得到。"))


def facts_of(request: PageRequest, found: RelayBar) -> dict[str, Any]:
    until = dates.time_words(found.until)
    facts = [(_("停用的原因"), found.reason), (_("停用到"), until), (_("申诉内容"), found.objection)]
    return {"facts": facts, "addresses": request.page.addresses_below(public_id=found.public_id)}


@bars.form(
    "<uuid:public_id>/",
    AnswerForm,
    title=_("答复申诉"),
    lead=_("由停用他的人以外的人答复，先看被举报的话。"),
    subject=seen(lambda viewer: reporting.to_answer(viewer.account_id), RelayBar.what),
    facts=facts_of,
    template="lostfound/barred.html",
    submit=_("答复"),
    icon="scale",
    done=_("已答复。"),
    to="bars",
)
def barred(request: PageRequest, form: AnswerForm, found: RelayBar) -> None:
    said = form.cleaned_data
    reporting.answer(by=request.actor, found=found, lifts=said["lifts"], reason=said["reason"])


@barred.form("read/", ReasonForm, **READING)
def read_barred(request: PageRequest, form: ReasonForm, found: RelayBar) -> HttpResponse:
    if found.report is None:
        raise NotFoundError(what=TalkReport.what)
    return lines_of(request, form, found.report)


def to_unlock(account: Any) -> QuerySet[Item]:
    return policies.unlockable_by(account).order_by("locked_at", "pk")


def locked_line(one: Item) -> WaitingLine:
    url = review.address(public_id=one.public_id)
    return WaitingLine(title=f"{one.get_kind_display()}：{one.title}", url=url, since=one.locked_at)


locked.waits_for("lostfound.locked", to_unlock, locked_line)


def reviewed(viewer: Viewer) -> QuerySet[Item]:
    """What waits or was reviewed; one's own is another's work, what nobody has to look at is nobody's."""
    rows = Item.objects.exclude(review_due_at=None, reviewed_at=None, locked_at=None)
    return rows.exclude(author_id=viewer.account_id).select_related("place__parent")


@reviews.page("items/<uuid:public_id>/", title=_("审核"), subject=seen(reviewed, Item.what), opens_whole=True)
def review(request: PageRequest, one: Item) -> HttpResponse:
    facts = {
        "item": one,
        "addresses": request.page.addresses_below(public_id=one.public_id),
        "photos": one.photos.all(),
        "reports": one.reports.all(),
        "waits": one.review_due_at is not None,
        "is_late": queries.is_late(one),
        "why": why_waiting(one),
        "shows_sum": True,
        "desk": school_file().desk_shown,
        "form": form_of(request, RejectForm),
    }
    return render(request, "lostfound/review.html", facts)


@review.action("approve/", done=_("已通过。"), to="reviews")
def approve(request: PageRequest, one: Item) -> None:
    reviewing.approve(by=request.actor, item=one)


@review.action("reject/", form=RejectForm, done=_("已驳回，发布的人看得到原因。"), to="reviews")
def reject(request: PageRequest, form: RejectForm, one: Item) -> None:
    reviewing.reject(by=request.actor, item=one, reason=form.cleaned_data["reason"])


@review.action("unlock/", done=_("已解开，可以再认领。"))
def unlock(request: PageRequest, one: Item) -> None:
    reviewing.unlock(by=request.actor, item=one)
