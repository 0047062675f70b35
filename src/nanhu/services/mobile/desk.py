"""The desk of the contact book (企业微信通讯录): members by unit and state, differences, calls, callbacks, the switch of the sync."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.configuration import configuration
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Empty,
    Filters,
    Markup,
    Moment,
    Number,
    PageRequest,
    Search,
    Table,
    Text,
    listing,
)
from nanhu.kernel.kit.records import record
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.registry import Viewer, WaitingLine
from nanhu.kernel.ui import qr
from nanhu.services.mobile import policies, queries
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.adapters.wecom import resting, tokens
from nanhu.services.mobile.models import Callback, Comparison, Corp, Difference, Member, VendorCall
from nanhu.services.mobile.services import comparing, members

State = Member.State
desk = Console(
    "mobile:desk",
    _("企业微信通讯录"),
    icon="contact",
    owner=_("信息中心"),
    description=_("成员、差异、同步；调用和回调的记录"),
    roles=[role for role in policies.ROLES if role.key == policies.KEEPER],
    order=65,
)


@desk.page("", title=_("企业微信通讯录"), tab=_("概况"))
def overview(request: PageRequest) -> HttpResponse:
    counts, address = queries.by_state(), configuration().public_url + reverse("mobile:certify")
    facts = {
        "is_on": choice.is_on(),
        "corp": Corp.objects.first(),
        "comparison": comparing.last(),
        "states": [(label, counts.get(key, 0), f"{member_list.address()}?state={key}") for key, label in State.choices],
        "stopped": tokens.all_stopped(),
        "troubles": list(resting.troubles()),
        "address": address,
        "code": qr.picture(address),
        "addresses": overview.addresses_below(),
    }
    return render(request, "mobile/overview.html", facts)


@overview.action("compare/", done=_("已比较。"))
def compare(request: PageRequest) -> None:
    comparing.compare(by=request.actor)


@overview.action("start/", done=lambda queued: str(_("已开始同步：%(n)s 人排队。") % {"n": queued}))
def start(request: PageRequest) -> int:
    return comparing.start(by=request.actor)


@overview.action("stop/", done=_("已暂停同步。"))
def stop(request: PageRequest) -> None:
    comparing.stop(by=request.actor)


@overview.action("mend/", done=lambda queued: str(_("%(n)s 人重新推送。") % {"n": queued}))
def mend(request: PageRequest) -> int:
    return comparing.mend(by=request.actor)


@overview.action("resume/", done=_("会重新取凭证再试。"))
def resume(request: PageRequest) -> None:
    members.resume(by=request.actor)


class Members(Table):
    name = Text(_("姓名"))
    userid = Text(_("账号"), is_number=True)
    unit = Text(_("单位"), "unit__name")
    state = Badge(
        _("状态"), names=State.choices, tones={"active": "good", "failed": "bad", "review": "warn", "removed": "none"}
    )
    task = Text(_("待办"), lambda one: one.get_task_display() if one.task else "", sort="task")
    error = Text(_("原因"), "shown_error", sort="error")
    action = Markup(_("操作"), "mobile/_member_actions.html")


class MemberFilters(Filters):
    q = Search("name", "userid", "unit__name", label=_("姓名、账号、单位"))
    state = Choice(_("状态"), State.choices)


doubtful = entered("mobile.doubtful", lambda: Member.objects.filter(state=State.REVIEW))


def doubtful_lines(_viewer: Viewer, limit: int) -> list[WaitingLine]:
    rows = Member.objects.filter(state=State.REVIEW).order_by("created_at")[:limit]
    address = f"{member_list.address()}?state={State.REVIEW}"
    return [
        WaitingLine(title=_("核对账号：%(name)s") % {"name": one}, url=address, since=one.created_at) for one in rows
    ]


@desk.page("members/", title=_("成员"), tab=_("成员"), count=doubtful, waits=True)
def member_list(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有成员"), icon="contact", text=_("先比较通讯录，再开始同步。"))
    return listing(request, Members, queries.members(), MemberFilters, empty=none, export_as="企业微信成员")


member_list.waiting_lines = doubtful_lines
SEEN: dict[str, Any] = {"subject": record(Member.objects.select_related("unit"), Member.what)}


@member_list.action("<uuid:public_id>/retry/", done=_("会马上再试。"), **SEEN)
def retry(request: PageRequest, found: Member) -> None:
    members.retry(by=request.actor, member=found)


@member_list.action("<uuid:public_id>/ours/", done=_("已认领这个账号。"), **SEEN)
def ours(request: PageRequest, found: Member) -> None:
    comparing.take_over(by=request.actor, member=found, is_ours=True)


@member_list.action("<uuid:public_id>/not-ours/", done=_("记下了：不是同一个人。"), **SEEN)
def not_ours(request: PageRequest, found: Member) -> None:
    comparing.take_over(by=request.actor, member=found, is_ours=False)


class Differences(Table):
    kind = Badge(_("差异"), names=Difference.Kind.choices, tones={"remove": "bad", "unknown": "none"}, tone="warn")
    userid = Text(_("账号"), is_number=True)
    name = Text(_("姓名"))
    why = Text(_("原因"), "reason")


class DifferenceFilters(Filters):
    q = Search("userid", "name", label=_("账号、姓名"))
    kind = Choice(_("差异"), Difference.Kind.choices)


def unsettled() -> QuerySet[Difference]:
    """Removals that are more than a day brings, and who is gone there though we never heard of it: the keeper looks, and presses
    按差异重新推送."""
    newest = Comparison.objects.order_by("-pk").values("pk")[:1]
    rows = Difference.objects.filter(comparison_id__in=newest)
    return rows.filter(Q(kind=Difference.Kind.REMOVE) | Q(words="missing"))


@desk.page(
    "differences/",
    title=_("差异"),
    tab=_("差异"),
    lead=_("最近一次比较：学校的记录和企业微信的通讯录。空的才对。"),
    count=entered("mobile.removals", unsettled),
    waits=True,
)
def differences(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有差异"), icon="circle-check")
    rows = Difference.objects.filter(comparison=comparing.last()).order_by("kind", "userid")
    return listing(request, Differences, rows, DifferenceFilters, empty=none, export_as="企业微信差异")


class Calls(Table):
    at = Moment(_("时间"), "created_at")
    api = Text(_("调用的接口"))
    about = Text(_("关于"), "shown_about", sort="about")
    errcode = Text(_("答复"), is_number=True)
    words = Text(_("说明"), "shown_words")
    milliseconds = Number(_("毫秒"))


class CallFilters(Filters):
    q = Search("api", "about", label=_("接口、账号"))


@desk.page("calls/", title=_("调用记录"), tab=_("调用"))
def calls(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有调用"), icon="arrow-up-right")
    rows = VendorCall.objects.order_by("-created_at", "-pk")
    return listing(request, Calls, rows, CallFilters, empty=none, export_as="企业微信调用")


class Callbacks(Table):
    at = Moment(_("收到"), "received_at")
    event = Text(_("事件"))
    change = Text(_("变更"))
    userid = Text(_("账号"), is_number=True)
    outcome = Text(_("结果"), "shown_outcome")


class CallbackFilters(Filters):
    q = Search("userid", "event", label=_("账号、事件"))


@desk.page("callbacks/", title=_("回调记录"), tab=_("回调"))
def callback_list(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有回调"), icon="arrow-down-left")
    rows = Callback.objects.order_by("-received_at", "-pk")
    return listing(request, Callbacks, rows, CallbackFilters, empty=none, export_as="企业微信回调")
