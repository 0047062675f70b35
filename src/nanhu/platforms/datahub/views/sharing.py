"""Grants (共享授权): asked on the page of a shared table, agreed to by another steward, ended by one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.db.models.functions import Now
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Day, Empty, Moment, Number, PageRequest, Table, Text, Who, list_of, listing
from nanhu.kernel.kit.columns import Link, Tone
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.ui import dates, words
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.datahub.errors import GrantRefusedError
from nanhu.platforms.datahub.feeding.forms import PairsField
from nanhu.platforms.datahub.forms import TakeBackForm
from nanhu.platforms.datahub.models import Grant
from nanhu.platforms.datahub.models.sharing import USUAL_ROWS_A_DAY
from nanhu.platforms.datahub.shared.declarations import SharedTable, shared_tables
from nanhu.platforms.datahub.sharing import grants as granting
from nanhu.platforms.datahub.sharing import news
from nanhu.platforms.datahub.sharing.offers import conditions, offer_of
from nanhu.platforms.datahub.views.desk import sharing_desk
from nanhu.platforms.datahub.views.shared import field_label_in, shared_table
from nanhu.platforms.openapi import api as openapi

State = Grant.State
MOST = 14
OVER = "over"
STANDINGS = [*State.choices, (OVER, _("授权已到期"))]
TONES: dict[str, Tone] = {State.AGREED: "good", State.ASKED: "warn", OVER: "bad"}
UNREAD = Empty(title=_("还没有读过"), icon="key-round")
UNTOLD = Empty(title=_("还没有通知过"), icon="bell")


def labels_of(grant: Grant) -> str:
    named = field_label_in(grant.table_key)
    return "、".join(f"{named(name)}{_('（掩码）') if name in grant.masked else ''}" for name in grant.fields)


def rows_of(grant: Grant) -> str:
    named, table = field_label_in(grant.table_key), shared_tables().get(grant.table_key)
    if table is not None and offer_of(grant, table) is None:
        return str(_("挑选行的项已不在表里或成了敏感项：什么也不给"))
    return "；".join(f"{named(name)} = {'、'.join(map(str, values))}" for name, values in grant.only.items()) or str(
        _("全部")
    )


def ways_of(grant: Grant) -> str:
    """Beside today's rows over the API."""
    ways = {
        _("%s 起的旧状态") % dates.short_day(grant.past_from, None) if grant.past_from else "": grant.past_from
        is not None,
        _("变化通知"): grant.wants_news,
        _("数据库视图"): grant.has_view,
    }
    return "、".join(str(way) for way, holds in ways.items() if holds) or "—"


def standing_of(grant: Grant) -> str:
    return OVER if grant.is_over else grant.state


class Grants(Table):
    title = Link(_("给谁、哪张表"), str, to="case")
    fields = Text(_("哪些项"), labels_of)
    only = Text(_("哪些行"), rows_of)
    ways = Text(_("另外"), ways_of)
    rows_a_day = Number(_("每天最多行数"))
    purpose = Text(_("用途"))
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
    error = Text(_("没送到的原因"), "error")


def use_of(request: PageRequest, grant: Grant) -> Mapping[str, Any]:
    """How much went out on which day; and the news that its vendor was told, or could not be told."""
    days = list_of(request, Days, list(grant.days.order_by("-day")[:MOST]), caption=_("给出多少"), empty=UNREAD)
    if not grant.wants_news:
        return {"uses": [days]}
    told = openapi.deliveries_of(grant.vendor, news.key_of(grant))[:MOST]
    return {
        "uses": [days, list_of(request, News, list(told), caption=_("变化通知"), empty=UNTOLD)],
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
    lead=_("别的系统按授权从接口读共享表：哪些项、哪些行、做什么用、凭什么、到哪天。一位数据管理员申请，另一位同意。"),
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


class GrantForm(forms.Form):
    """`token` names this form: however often it is sent, it asks once."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    vendor = forms.ModelChoiceField(
        openapi.Vendor.objects.none(), label=_("给哪家单位"), help_text=_("在“开放接口”里登记过的"), empty_label="—"
    )
    fields_given = forms.MultipleChoiceField(label=_("哪些项"), widget=forms.CheckboxSelectMultiple)
    masked = forms.MultipleChoiceField(label=_("其中只给掩码的"), widget=forms.CheckboxSelectMultiple, required=False)
    only = PairsField(label=_("只给哪些行"), help_text=_("不填：全部。每行：项 = 值、值。例：卡状态 = 正常、已挂失"))
    past_from = forms.DateField(
        label=_("以前的样子从哪天起可读"), widget=DayInput(), required=False, help_text=_("不填：只给现在的")
    )
    rows_a_day = forms.IntegerField(
        label=_("每天最多多少行"), min_value=1, max_value=50_000_000, initial=USUAL_ROWS_A_DAY
    )
    wants_news = forms.BooleanField(
        label=_("有变化时通知"), required=False, help_text=_("发到这家单位在开放接口登记的地址，不带个人信息")
    )
    has_view = forms.BooleanField(
        label=_("也开数据库视图"), required=False, help_text=_("只读；敏感项和掩码项不在其中；由数据库管理员开通角色")
    )
    purpose = forms.CharField(label=_("用途"), max_length=200)
    basis = forms.ChoiceField(label=_("法律依据"), choices=Grant.Basis.choices)
    expires_on = forms.DateField(label=_("截止日期"), widget=DayInput())

    def __init__(self, *args: Any, table: SharedTable, **options: Any) -> None:
        super().__init__(*args, **options)
        self.table = table
        offered: Any = self.fields["fields_given"]
        offered.choices = [
            (one.name, f"{words.term(one.label)}{_('（敏感）') if one.sensitive else ''}") for one in table.fields
        ]
        maskable: Any = self.fields["masked"]
        maskable.choices = [(one.name, words.term(one.label)) for one in table.fields if one.mask]
        if not maskable.choices:
            del self.fields["masked"]
        vendors: Any = self.fields["vendor"]
        vendors.queryset = openapi.Vendor.objects.filter(is_on=True).order_by("company")
        vendors.label_from_instance = lambda one: one.company
        if table.purposes:
            self.fields["purpose"].help_text = _("给敏感项时只能是：%s") % "、".join(table.purposes)

    def clean_only(self) -> dict[str, list[str]]:
        known = {one.label: one.name for one in self.table.fields} | {one.name: one.name for one in self.table.fields}
        found: dict[str, list[str]] = {}
        for name, values in self.cleaned_data["only"]:
            if name not in known:
                raise forms.ValidationError(_("没有“%s”这一项。") % name)
            if known[name] in found:
                raise forms.ValidationError(_("“%s”写了两行：值写在一行里，用“、”隔开。") % name)
            found[known[name]] = [one.strip() for one in values.split("、") if one.strip()]
        try:
            conditions(self.table, found)
        except GrantRefusedError as refused:
            raise forms.ValidationError(refused.message) from refused
        return found


def as_before(request: PageRequest, table: SharedTable) -> dict[str, Any]:
    """Renewing (续签): what the grant that is named says, but for its last day."""
    like = given_id(request.GET.get("like", ""))
    before = Grant.objects.filter(public_id=like, table_key=table.key).first() if like else None
    if before is None:
        return {}
    said = {name: getattr(before, name) for name in granting.TERMS if name not in {"fields", "only", "expires_on"}}
    only = [f"{name} = {'、'.join(map(written_value, values))}" for name, values in before.only.items()]
    return said | {"vendor": before.vendor_id, "fields_given": before.fields, "only": "\n".join(only)}


def given_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def written_value(value: Any) -> str:
    """As the form takes it."""
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


@shared_table.form(
    "grant/",
    GrantForm,
    initial=as_before,
    title=_("授权别的系统读"),
    submit=_("申请授权"),
    arguments=lambda _request, table: {"table": table},
    done=_("已申请，等另一位数据管理员同意。"),
)
def ask_grant(request: PageRequest, form: GrantForm, table: SharedTable) -> None:
    said = form.cleaned_data
    terms = granting.Terms(
        fields=said["fields_given"],
        **{name: said[name] for name in granting.TERMS if name in said},
    )
    granting.ask(by=request.actor, token=said["token"], table=table, vendor=said["vendor"], terms=terms)
