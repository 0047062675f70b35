"""A merchant's own pages (商户营业): takings as they come, settlements, and refunds of their own sales."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.kit import Clock, Console, Empty, Markup, Money, PageRequest, Table, Text, list_of
from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import ALL_FACES, Role
from nanhu.systems.card.closing.forms import RefundForm
from nanhu.systems.card.closing.policies import MERCHANT, merchants_of
from nanhu.systems.card.closing.services import contracts, settling
from nanhu.systems.card.closing.takings import last_sales, today_of
from nanhu.systems.card.closing.views.merchants import settlements_of
from nanhu.systems.card.errors import SaleNotFoundError
from nanhu.systems.card.models import Merchant, Receipt
from nanhu.systems.card.rows import line_of
from nanhu.systems.card.services.refunds import refund_sale

SALES = ("payment", "stored")
SHOWN = 20
desk = Console(
    "card:merchant",
    _("商户营业"),
    icon="store",
    owner=_("校园卡管理办公室"),
    description=_("今日营业额、时段、结算单"),
    faces=ALL_FACES,
    roles=[Role(key=MERCHANT, name=_("商户"), description=_("只看自己商户的营业额、结算单；须另外绑定商户"))],
    order=42,
    styles=["card/card.css", "card/closing.css"],
)


class LastSales(Table):
    at = Clock(_("时间"))
    fen = Money(_("金额"))


class Sales(Table):
    receipt = Markup(_("凭证号"), "card/closing/_sale.html")
    occurred_at = Clock(_("时间"))
    terminal = Text(_("终端号"), is_number=True)
    amount = Money(_("金额"), lambda line: line.owed_fen - line.signed_fen)  # what was sold, also where a part is owed


def own_merchant(request: PageRequest, key: str) -> Merchant:
    """No other's: one's own or nothing."""
    found = next((one for one in merchants_of(request.viewer) if one.key == key), None)
    if found is None:
        raise Http404
    return found


@desk.page("", title=_("商户营业"), tab=_("营业额"))
def own(request: PageRequest) -> HttpResponse:
    mine = merchants_of(request.viewer)
    return show(request, mine[0] if mine else None)


@own.page("<str:key>/", title=_("商户营业"))
def own_of(request: PageRequest, key: str) -> HttpResponse:
    return show(request, own_merchant(request, key))


def show(request: PageRequest, found: Merchant | None) -> HttpResponse:
    mine = [(one.name, own_of.address(key=one.key), one == found) for one in merchants_of(request.viewer)]
    facts: dict[str, Any] = {"mine": mine, "merchant": found, "as_of": now()}
    if found is not None:
        today = today_of(found)
        facts |= {
            "today": today,
            "yesterday_fen": takings_of_yesterday(found),
            "sales": list_of(request, LastSales, last_sales(found), caption=_("最近的交易")),
            "hour_bars": [(f"{hour:02d}", fen / 100, format_yuan(fen)) for hour, fen, _n in today.by_hour],
            "settlements": settlements_of(request, found),
            "contract": contracts.contract_on(found, campus_today()),
        }
    return render(request, "card/closing/merchant.html", facts)


def takings_of_yesterday(merchant: Merchant) -> int:
    """What to hold today against, and what there is to read before the first customer."""
    yesterday = campus_today() - timedelta(days=1)
    return sum(sold - back for _day, sold, back in settling.moved_by_day(merchant, first=yesterday, last=yesterday))


def refund_facts(request: PageRequest, key: str) -> dict[str, Any]:
    merchant = own_merchant(request, key)
    rows = Receipt.objects.filter(
        merchant=merchant, kind__in=SALES, outcome="posted", posted_at__gte=start_of(campus_today())
    )
    newest = rows.select_related("merchant", "terminal").order_by("-posted_at", "-id")[:SHOWN]
    none = Empty(title=_("今天还没有消费"), icon="receipt-text", text=_("以前的消费，填顾客凭条上的凭证号。"))
    sales = [line_of(row) for row in newest]
    return {"merchant": merchant, "list": list_of(request, Sales, sales, caption=_("今天最近的消费"), empty=none)}


@own_of.form(
    "refund/",
    RefundForm,
    title=_("退款"),
    lead=_("只能退本商户的消费，可以分几次，合起来不超过原来的金额。"),
    submit=_("退款"),
    to="refund",
    done=_("已退款，钱已回到顾客卡里。"),
    template="card/closing/refund.html",
    prefilled=("receipt",),
    facts=refund_facts,
)
def refund(request: PageRequest, form: RefundForm, key: str) -> None:
    merchant, said = own_merchant(request, key), form.cleaned_data
    sale = Receipt.objects.filter(pk=int(said["receipt"]), merchant=merchant, kind__in=SALES, outcome="posted").first()
    if sale is None:
        raise SaleNotFoundError
    refund_sale(
        by=request.actor,
        merchant=merchant,
        sale=sale,
        amount_fen=said["amount"],
        reason=said["reason"],
        key=f"page:{said['token']}",
    )
