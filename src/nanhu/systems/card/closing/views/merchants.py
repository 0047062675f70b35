"""Merchants for finance: their contracts, who sees them, their settlements."""

from datetime import date

from django.db.models import OuterRef, Q, Subquery
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import (
    Badge,
    Day,
    Empty,
    Filters,
    Link,
    Moment,
    Money,
    PageRequest,
    Person,
    Press,
    Search,
    Span,
    Table,
    Text,
    form_of,
    list_of,
    listing,
)
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.money import format_yuan
from nanhu.kernel.school import school
from nanhu.platforms.identity import api as identity
from nanhu.systems.card.closing.errors import NoAccountError
from nanhu.systems.card.closing.forms import BindForm, ContractForm, EndForm
from nanhu.systems.card.closing.models import Contract, MerchantUser, Payout, Settlement
from nanhu.systems.card.closing.policies import MERCHANT, merchants_of
from nanhu.systems.card.closing.services import contracts, settling
from nanhu.systems.card.closing.views.home import desk
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.policies import FINANCE

SHOWN = 24
CONTRACTS = record(Contract.objects.select_related("merchant"), _("这份合同"))
BINDINGS = record(MerchantUser.objects.select_related("merchant"), _("这个绑定"))


def terms_of(merchant: Merchant) -> str:
    """Of the newest contract; `merchants` has put both beside the merchant."""
    cycle, fee = merchant.cycle, merchant.fee  # type: ignore[attr-defined]
    return f"{Contract.Cycle(cycle).label} · {fee}‰" if cycle else ""


def state_of(settlement: Settlement) -> str:
    """Of its payment: nothing where there is nothing to pay."""
    return settlement.payout.state if settlement.payout else "waits" if settlement.payable_fen else ""


class Merchants(Table):
    ordering = ("canteen", "name")
    name = Link(_("商户"), to="merchant", by=("key",))
    canteen = Text(_("食堂"))
    contract = Badge(_("合同"), terms_of, names={"": _("没有合同")}, tones={"": "warn"}, tone="good")
    settled = Day(_("结算到"))


class MerchantFilters(Filters):
    q = Search("name", "canteen", "key", label=_("商户、食堂或代码"))


class Contracts(Table):
    days = Span(_("期间"))
    cycle = Text(_("周期"), "get_cycle_display")
    fee = Text(_("管理费"), lambda one: f"{one.fee_per_mille}‰", is_number=True)
    payee = Text(_("收款户名"), lambda one: f"{one.payee} **** {one.account_last4}")


class LivingContracts(Contracts):
    end = Press(_("结束"), to="end_contract", by=("merchant__key", "pk"))


class Bound(Table):
    person = Person(_("谁"), "account__person_id")
    created_at = Moment(_("绑定时间"))
    unbind = Press(_("解除绑定"), to="unbind", by=("merchant__key", "pk"))


class Settlements(Table):
    number = Link(_("结算单"), to="card:closing:settlement", by=("number",), is_number=True)
    days = Span(_("期间"), "first", "last")
    is_late = Text(_("说明"), names={True: _("补结"), False: ""})
    takings = Money(_("营业额"), "takings_fen")
    fee = Money(_("管理费"), "fee_fen")
    payable = Money(_("应付"), "payable_fen")
    payment = Badge(
        _("付款"),
        state_of,
        names={**dict(Payout.State.choices), "waits": _("待付款")},
        tones={"confirmed": "good", "made": "info", "waits": "warn"},
        tone="none",
    )


class Days(Table):
    day = Day(_("日期"), lambda row: row[0])
    sold = Money(_("消费"), lambda row: row[1])
    back = Money(_("退回"), lambda row: row[2])
    net = Money(_("合计"), lambda row: row[3])


@desk.page(
    "merchants/",
    title=_("商户与合同"),
    tab=_("商户与合同"),
    lead=_("没有合同的商户不会被结算，它的营业额一直挂在账上。"),
)
def merchants(request: PageRequest) -> HttpResponseBase:
    newest = Contract.objects.filter(merchant=OuterRef("pk")).order_by("-starts_on")
    settled = Settlement.objects.filter(merchant=OuterRef("pk")).order_by("-last")
    rows = Merchant.objects.annotate(
        cycle=Subquery(newest.values("cycle")[:1]),
        fee=Subquery(newest.values("fee_per_mille")[:1]),
        settled=Subquery(settled.values("last")[:1]),
    )
    nobody = Empty(title=_("还没有商户"), icon="store", text=_("商户随终端登记；登记后在这里写合同。"))
    return listing(request, Merchants, rows, MerchantFilters, empty=nobody, export_as="商户与合同")


@merchants.page(
    "<str:key>/", title=_("商户"), subject=record(Merchant.objects.all(), _("这个商户")), about=lambda one: one.name
)
def merchant(request: PageRequest, found: Merchant) -> HttpResponse:
    bound = MerchantUser.objects.filter(merchant=found).select_related("account", "merchant").order_by("pk")
    contracts_of = Contract.objects.filter(merchant=found).select_related("merchant").order_by("-starts_on")
    over = Q(ends_on__lt=campus_today())
    none = Empty(title=_("没有有效的合同"), icon="file-text", text=_("登记合同后，每个周期结束的次日自动结算。"))
    facts = {
        "merchant": found,
        "contracts": list_of(request, LivingContracts, contracts_of.exclude(over), caption=_("合同"), empty=none),
        "former": list_of(request, Contracts, contracts_of.filter(over), caption=_("以前的合同")),
        "settlements": settlements_of(request, found),
        "form": form_of(request, ContractForm),
        "bind_form": form_of(request, BindForm),
        "people": list_of(
            request, Bound, bound, caption=_("谁能看这个商户"), empty=Empty(title=_("还没有人。"), icon="users")
        ),
    }
    return render(request, "card/closing/merchant_office.html", facts)


def settlements_of(request: PageRequest, merchant: Merchant) -> object:
    none = Empty(title=_("还没有结算单"), icon="file-text", text=_("第一个周期结束的次日会出现在这里。"))
    rows = Settlement.objects.filter(merchant=merchant).select_related("payout").order_by("-last")
    return list_of(request, Settlements, rows, caption=_("结算单"), per_page=SHOWN, empty=none)


@merchant.action("contract/", form=ContractForm, done=_("合同已登记。"))
def agree(request: PageRequest, form: ContractForm, found: Merchant) -> None:
    contracts.agree(by=request.actor, merchant=found, terms=form.terms())


@merchant.form(
    "contracts/<int:pk>/end/",
    EndForm,
    title=_("结束合同"),
    lead=_("到这一天为止的消费按这份合同结算。换人经营或改条件，从次日起另登记一份合同。"),
    submit=_("结束合同"),
    tone="danger",
    done=_("已写明合同的最后一天。"),
    subject=lambda key, pk: CONTRACTS(merchant__key=key, pk=pk),
)
def end_contract(request: PageRequest, form: EndForm, found: Contract) -> None:
    contracts.end(by=request.actor, contract=found, on=form.cleaned_data["on"])


@merchant.action("people/", form=BindForm, done=_("已绑定；还须在账号管理里授予“商户”角色。"))
def bind(request: PageRequest, form: BindForm, found: Merchant) -> None:
    account = identity.account_of(form.cleaned_data["campus_no"])
    if account is None:
        raise NoAccountError
    contracts.let_see(by=request.actor, account_id=account.pk, merchant=found)


@merchant.form(
    "people/<int:pk>/unbind/",
    ReasonForm,
    title=_("解除绑定"),
    lead=_("从此看不到这个商户的营业额和结算单，也不能替它退款。"),
    submit=_("解除绑定"),
    tone="danger",
    done=_("已解除绑定。"),
    subject=lambda key, pk: BINDINGS(merchant__key=key, pk=pk),
)
def unbind(request: PageRequest, form: ReasonForm, found: MerchantUser) -> None:
    contracts.unbind(by=request.actor, bound=found, reason=form.cleaned_data["reason"])


@desk.page(
    "settlements/<str:number>/",
    title=_("结算单"),
    roles={FINANCE, MERCHANT},
    subject=record(Settlement.objects.select_related("merchant", "contract", "payout"), _("这张结算单")),
)
def settlement(request: PageRequest, found: Settlement) -> HttpResponse:
    """For finance, and for the merchant's own people."""
    is_finance = FINANCE in request.viewer.roles
    if not is_finance and found.merchant not in merchants_of(request.viewer):
        raise Http404
    days = [] if found.is_late else settled_days(found)
    others_fen = found.takings_fen - sum(row[3] for row in days)
    facts = {
        "settlement": found,
        "is_finance": is_finance,
        "school": school(),
        "list": list_of(request, Days, days, caption=_("每天"), per_page=len(days) or 1),
        "day_bars": [(f"{day.month}.{day.day}", net / 100, format_yuan(net)) for day, _sold, _back, net in days],
        "others_fen": others_fen,
        "less_fen": -others_fen,
    }
    return render(request, "card/closing/settlement.html", facts)


def settled_days(found: Settlement) -> list[tuple[date, int, int, int]]:
    """Sales, refunds and both together of each day; the settlement's own entry stands on the day it was posted and is left out."""
    days = settling.moved_by_day(found.merchant, first=found.first, last=found.last)
    return [(day, credit, debit, credit - debit) for day, credit, debit in days]
