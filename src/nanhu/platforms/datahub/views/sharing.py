"""Grants (共享授权): asked on the page of a shared table, agreed to by another steward, ended by one."""

from collections.abc import Mapping
from typing import Any

from django.db.models.functions import Now
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Day, Empty, Moment, Number, PageRequest, Table, Text, Who, list_of, listing
from nanhu.kernel.kit.columns import Link, Tone
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.waiting import entered
from nanhu.platforms.datahub.forms import TakeBackForm
from nanhu.platforms.datahub.models import Grant
from nanhu.platforms.datahub.shared.declarations import SharedTable
from nanhu.platforms.datahub.sharing import grants as granting
from nanhu.platforms.datahub.sharing import news
from nanhu.platforms.datahub.sharing.forms import GrantForm, as_before, grant_named
from nanhu.platforms.datahub.sharing.said import OVER, STANDINGS, labels_of, rows_of, standing_of, ways_of
from nanhu.platforms.datahub.views.desk import sharing_desk
from nanhu.platforms.datahub.views.shared import shared_table
from nanhu.platforms.openapi import api as openapi

State = Grant.State
MOST = 14
TONES: dict[str, Tone] = {State.AGREED: "good", State.ASKED: "warn", State.IN_CASE: "warn", OVER: "bad"}
UNREAD = Empty(title=_("还没有读过"), icon="key-round")
UNTOLD = Empty(title=_("还没有通知过"), icon="bell")


class Grants(Table):
    title = Link(_("给谁、哪张表"), str, to="case")
    fields = Text(_("哪些项"), labels_of)
    only = Text(_("哪些行"), rows_of)
    ways = Text(_("另外"), ways_of)
    rows_a_day = Number(_("每天最多行数"))
    purpose = Text(_("用途"))
    case_number = Text(_("数据共享申请"), is_number=True)
    basis = Text(_("法律依据"), "get_basis_display")
    expires_on = Day(_("截止日期"))
    author = Who(_("申请"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), standing_of, names=STANDINGS, tones=TONES, tone="none")


class Days(Table):
    day = Day(_("日期"))
    pages = Number(_("页"))
    rows = Number(_("行"))


class News(Table):
    at = Moment(_("时间"), "event__created_at")
    as_far_as = Text(_("到第几行"), lambda one: one.event.facts.get("as_far_as", ""), is_number=True)
    state = Badge(
        _("状态"),
        names=openapi.Delivery.State.choices,
        tones={openapi.Delivery.State.DONE: "good", openapi.Delivery.State.GIVEN_UP: "bad"},
        tone="warn",
    )
    error = Text(_("没送到的原因"), "shown_error", sort="error")


def use_of(request: PageRequest, grant: Grant) -> Mapping[str, Any]:
    """How much went out on which day; and the news that its vendor was told, or could not be told."""
    read_at = next((page(grant) for page in granting.request_pages.values() if grant.case_number), "")
    days = list_of(request, Days, list(grant.days.order_by("-day")[:MOST]), caption=_("给出多少"), empty=UNREAD)
    if not grant.wants_news:
        return {"uses": [days], "request_at": read_at}
    told = openapi.deliveries_of(grant.vendor, news.key_of(grant))[:MOST]
    return {
        "uses": [days, list_of(request, News, list(told), caption=_("变化通知"), empty=UNTOLD)],
        "request_at": read_at,
        "paused_since": openapi.paused_since(grant.vendor, openapi.Mode.LIVE),
    }


grants = sharing_desk.proposals(
    "",
    Grant,
    Grants,
    found=Grant.objects.select_related("vendor"),
    on_approve=lambda by, found: granting.agree(by=by, grant=found),
    on_refuse=lambda by, found, answer: granting.refuse(by=by, grant=found, answer=answer),
    title=_("共享授权"),
    tab=_("共享授权"),
    lead=_(
        "别的系统按授权从接口读共享表：哪些项、哪些行、做什么用、凭什么、到哪天。一位数据管理员申请，另一位同意；各单位从办事大厅申请的，由数据的主管单位和一位数据管理员在待办里同意。"
    ),
    template="datahub/grant.html",
    facts=use_of,
    empty=Empty(title=_("还没有授权"), icon="key-round", text=_("在一张共享表的页面上申请。")),
)


@grants.case.form(
    "take-back/", TakeBackForm, title=_("撤回授权申请"), submit=_("撤回"), icon="undo-2", done=_("已撤回。")
)
def take_back_grant(request: PageRequest, form: TakeBackForm, found: Grant) -> None:
    granting.take_back(by=request.actor, grant=found, answer=form.cleaned_data["answer"])


@grants.case.form(
    "end/", ReasonForm, title=_("终止授权"), submit=_("终止"), tone="danger", icon="ban", done=_("已终止，立刻生效。")
)
def end_grant(request: PageRequest, form: ReasonForm, found: Grant) -> None:
    granting.end(by=request.actor, grant=found, reason=form.cleaned_data["reason"])


class EndingGrants(Table):
    title = Link(_("给谁、哪张表"), str, to="case")
    purpose = Text(_("用途"))
    expires_on = Day(_("截止日期"))
    state = Badge(_("状态"), standing_of, names=STANDINGS, tones=TONES, tone="none")


@sharing_desk.page(
    "ending/",
    title=_("快到期的授权"),
    tab=_("快到期的授权"),
    lead=_("两周内到期的，和已经到期、对方读不到了的。续签或者终止之后就不在这里了。"),
    count=entered("datahub.grants_ending", lambda: Grant.ending(Now())),
    waits=True,
)
def ending(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有快到期的授权"), icon="key-round")
    found = Grant.ending().select_related("vendor").order_by("expires_on", "pk")
    return listing(request, EndingGrants, found, empty=none)


def as_named_before(request: PageRequest, table: SharedTable) -> dict[str, Any]:
    """Of the grant that the address names (续签)."""
    before = grant_named(request.GET.get("like", ""), table)
    return as_before(before) if before else {}


@shared_table.form(
    "grant/",
    GrantForm,
    initial=as_named_before,
    title=_("授权别的系统读"),
    submit=_("申请授权"),
    arguments=lambda _request, table: {"table": table},
    done=_("已申请，等另一位数据管理员同意。"),
)
def ask_grant(request: PageRequest, form: GrantForm, table: SharedTable) -> None:
    said = form.cleaned_data
    granting.ask(by=request.actor, token=said["token"], table=table, vendor=said["vendor"], terms=form.terms())
