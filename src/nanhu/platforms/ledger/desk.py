"""The desk of fee items (收费项目): what may be charged from when to when, under which licence, and how much a bill at most; and of
funds (额度): what was granted to whom, and what is left of it."""

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Console, Empty, Money, PageRequest, Span, Table, Text, listing
from nanhu.kernel.kit.forms import DatedForm, reason_field
from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import Role
from nanhu.kernel.ui.money_field import YuanField
from nanhu.platforms.ledger.models import FeeItem, Fund
from nanhu.platforms.ledger.services.fees import set_fee_item
from nanhu.platforms.ledger.services.funds import grant, open_fund, refuse_unknown_unit, withdraw_grant

desk = Console(
    "ledger",
    _("收费项目"),
    icon="tags",
    owner=_("财务处"),
    description=_("各项收费的许可、上限和有效期"),
    roles=[
        Role(
            key="ledger.fees",
            name=_("收费项目管理"),
            description=_("设置各项收费的许可文号、每笔上限和有效期，下达各单位的额度；已经开出的应缴单不变"),
        )
    ],
    order=47,
)


class FeeForm(DatedForm):
    code = forms.RegexField(
        label=_("代码"), regex=r"^[a-z][a-z0-9.\-]{1,40}$", help_text=_("开单的系统所用的，例如 power.dormitory")
    )
    name = forms.CharField(label=_("名称"), max_length=40)
    licence = forms.CharField(label=_("收费许可"), max_length=80, help_text=_("批准收费的文号"))
    ceiling_fen = YuanField(label=_("每笔上限"), required=False, help_text=_("留空：不限"))
    reason = reason_field(_("依据"))
    field_order = ("code", "name", "licence", "ceiling_fen")


class Fees(Table):
    ordering = ("code", "starts_on")
    code = Text(_("代码"), is_number=True)
    name = Text(_("名称"))
    licence = Text(_("收费许可"))
    ceiling_fen = Money(_("每笔上限"))
    days = Span(_("有效期"))
    reason = Text(_("依据"), is_wide=True)


@desk.page(
    "",
    title=_("收费项目"),
    tab=_("收费项目"),
    lead=_("没有在有效期内的项目，任何系统都开不出单；超过上限的一笔也开不出。"),
)
def fees(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有收费项目"), icon="tags", text=_("设置以后，各系统才能按它开应缴单。"))
    rows = FeeItem.objects.filter(withdrawn_at=None)
    return listing(request, Fees, rows, empty=none, export_as="收费项目")


@fees.form(
    "set/",
    FeeForm,
    title=_("设置收费项目"),
    button=_("设置收费项目"),
    submit=_("设置"),
    lead=_("同一代码在这些天里原有的规定由它代替，之前和之后的不变；已经开出的应缴单不变。"),
    done=_("已设置。"),
)
def set_item(request: PageRequest, form: FeeForm) -> None:
    said = dict(form.cleaned_data)
    set_fee_item(by=request.actor, **{**said, "ceiling_fen": said["ceiling_fen"] or None})


class GrantForm(forms.Form):
    code = forms.RegexField(
        label=_("代码"),
        regex=r"^[a-z]+(:[A-Za-z0-9.\-]{1,40}){1,3}$",
        help_text=_("单位的写 unit:单位代码:用途，例如 unit:12:equipment；没有的新开"),
    )
    name = forms.CharField(label=_("名称"), max_length=60)
    amount_fen = YuanField(label=_("下达金额（元）"))
    reason = forms.CharField(label=_("依据"), max_length=120)


def all_funds() -> QuerySet[Fund]:
    return Fund.objects.order_by("code")


class WithdrawGrantForm(forms.Form):
    fund = forms.ChoiceField(
        label=_("额度"), choices=lambda: [(one.code, f"{one.name} {one.code}") for one in all_funds()]
    )
    amount_fen = YuanField(label=_("收回金额（元）"), help_text=_("最多收回可用的；已占用和已支出的收不回"))
    reason = forms.CharField(label=_("依据"), max_length=120)


class Funds(Table):
    ordering = ("code",)
    code = Text(_("代码"), is_number=True)
    name = Text(_("名称"))
    budget_fen = Money(_("额度"), total=True)
    available_fen = Money(_("可用额度"), total=True)
    reserved_fen = Money(_("已占用"), total=True)
    spent_fen = Money(_("已支出"), total=True)


@desk.page(
    "funds/",
    title=_("额度"),
    tab=_("额度"),
    lead=_("采购下单前占用，支付时支出，取消的退回；可用的任何时候都不会小于零。"),
)
def funds(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有额度"), icon="wallet", action=_("下达额度"), to="grant_fund")
    facts = {"grant": grant_fund.address(), "withdraw": withdraw_fund.address()}
    return listing(
        request, Funds, Fund.objects.all(), empty=none, export_as="额度", template="ledger/funds.html", facts=facts
    )


def grant_effect(_request: PageRequest, form: GrantForm) -> dict[str, Any]:
    """Which fund it meets: one that is there, under the name that it has, or a new one."""
    said = form.cleaned_data
    sum_, found = format_yuan(said["amount_fen"]), Fund.objects.filter(code=said["code"]).first()
    if found is None:
        refuse_unknown_unit(said["code"])
        words = _("没有这个代码的额度：新开“%(name)s”，下达 %(sum)s。") % {"name": said["name"], "sum": sum_}
        return {"tone": "warn", "title": _("新开 %(code)s") % {"code": said["code"]}, "words": words}
    named = {"name": found.name, "left": format_yuan(found.available_fen), "sum": sum_}
    words = _("加到已有的“%(name)s”（现可用 %(left)s），下达 %(sum)s。") % named
    return {"tone": "info", "title": _("已有 %(code)s") % {"code": found.code}, "words": words}


def withdrawal_effect(_request: PageRequest, form: WithdrawGrantForm) -> dict[str, Any]:
    found, sum_ = Fund.objects.get(code=form.cleaned_data["fund"]), format_yuan(form.cleaned_data["amount_fen"])
    named = {"name": found.name, "left": format_yuan(found.available_fen), "sum": sum_}
    words = _("从“%(name)s”（现可用 %(left)s）收回 %(sum)s。") % named
    return {"tone": "warn", "title": _("已有 %(code)s") % {"code": found.code}, "words": words}


@funds.form(
    "grant/",
    GrantForm,
    title=_("下达额度"),
    submit=_("下达"),
    done=_("已下达。"),
    preview=grant_effect,
    template="ledger/moved_fund.html",
    proves=True,
)
def grant_fund(request: PageRequest, form: GrantForm) -> None:
    said = form.cleaned_data
    open_fund(by=request.actor, code=said["code"], name=said["name"])
    key = f"ledger.desk:{uuid4()}"
    grant(by=request.actor, fund=said["code"], amount_fen=said["amount_fen"], key=key, reason=said["reason"])


@funds.form(
    "withdraw/",
    WithdrawGrantForm,
    title=_("收回额度"),
    submit=_("收回"),
    done=_("已收回。"),
    tone="danger",
    lead=_("下达错了的，在这里收回没有占用、没有支出的部分。"),
    preview=withdrawal_effect,
    template="ledger/moved_fund.html",
    proves=True,
)
def withdraw_fund(request: PageRequest, form: WithdrawGrantForm) -> None:
    said = form.cleaned_data
    key = f"ledger.desk:{uuid4()}"
    withdraw_grant(by=request.actor, key=key, **said)
