"""Tables and the page of a thing, as person, keeper and office see them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Day,
    Filters,
    Link,
    Money,
    Number,
    Page,
    PageRequest,
    Person,
    Search,
    Table,
    Text,
    Views,
    Who,
    list_of,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.money import format_yuan
from nanhu.platforms.campus.api import PlaceSearch
from nanhu.platforms.flows import api as flows
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.assets.facts import events_of, facts_of
from nanhu.systems.assets.models import Argument, Asset, Loan, Maintenance, Purchase, Receipt, ReceiptFlag, Reversal
from nanhu.systems.assets.models.things import GONE, UNSEEN
from nanhu.systems.assets.numbers import spelled

State = Asset.State
TONES: Final[dict[str, Tone]] = {
    State.IN_USE: "good",
    State.IN_STOCK: "info",
    State.MISSING: "bad",
    State.DISPOSED: "none",
    State.VOID: "none",
}
CASE_TONES: Final[dict[str, Tone]] = {"done": "good", "posted": "good", "refused": "none", "discarded": "none"}


class Things(Table):
    ordering = ("number",)
    number = Link(_("资产编号"), to="thing")
    name = Text(_("名称"))
    model = Text(_("规格型号"), is_wide=True)
    classification = Text(_("分类"), "classification__name", is_wide=True)
    unit = Text(_("使用单位"), "unit__name", is_wide=True)
    keeper = Person(_("领用人"), "keeper_id", sort=False)
    room = Text(_("存放地点"), "room__name")
    quantity = Number(_("数量"), is_wide=True)
    value_fen = Money(_("账面原值"))
    used = Day(_("投入使用"), "put_into_use_on", is_wide=True)
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")


UNCONFIRMED: Final = "unconfirmed"
STANDING: Final = ~Q(state__in=GONE)
SOON: Final = timedelta(days=60)


def soon(field: str) -> Q:
    """That this day comes, from today on: by the campus's days and not by the database's, which begin eight hours later."""
    return Q((f"{field}__gte", campus_today()), (f"{field}__lt", campus_today() + SOON))


MENDED: Final = Q(maintenance__result=Maintenance.Result.OPEN, maintenance__request_state__in=["done", "closed"])
"""The service hall says that it is; its keeper looks, and enters what came of it."""


MISINVOICED: Final = Q(receipt_line__receipt__flags__result=ReceiptFlag.Result.OPEN)


class NumberSearch(PlaceSearch):
    """Also by what a scanner read off a label's bars."""

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        typed = super().condition(given)
        return typed and typed | Q(number=spelled(given[""]))


class ThingFilters(Filters):
    q = NumberSearch(
        "number",
        "name",
        "serial",
        "model",
        "former_number",
        "unit__name",
        places=("room__name", "room__parent__name"),
        label=_("编号、名称、地点或单位"),
    )
    state = Choice(_("状态"), State.choices)
    show = Views(
        {
            "in_stock": (_("在库待领"), Q(state=State.IN_STOCK)),
            UNCONFIRMED: (_("本人未确认"), Q(state=State.IN_USE, confirmed_at=None)),
            "out": (_("借出、维修"), Q(state__in=[State.LENT, State.IN_REPAIR])),
            "mended": (_("报修办完，待登记"), MENDED),
            "missing": (_("丢失待查"), Q(state=State.MISSING)),
            "to_scrap": (_("待报废"), Q(state=State.TO_SCRAP)),
            "idle": (_("闲置"), Q(is_idle=True) & STANDING),
            "misinvoiced": (_("发票待更正"), MISINVOICED),
            "low_value": (_("低值品"), Q(is_low_value=True) & STANDING),
            "unseen": (_("两年没见到"), UNSEEN & STANDING),
            "warranty": (_("快过保修"), lambda: soon("warranty_until") & STANDING),
        }
    )


def with_funds(rows: QuerySet[Purchase]) -> QuerySet[Purchase]:
    """Purchases with the names of their funds, as lists and pages show them."""
    return rows.select_related("unit").annotate(fund_name=Subquery(ledger.fund_name(OuterRef("fund"))))


class Purchases(Table):
    title = Link(_("采购内容"), to="purchase")
    unit = Text(_("单位"), "unit__name")
    fund = Text(_("额度"), "fund_name")
    amount_fen = Money(_("预计金额"))
    author = Who(_("登记"), "author_name", at="created_at", account="author_id")
    state = Badge(
        _("状态"),
        names=Purchase.State.choices,
        tones={"received": "good", "settled": "none", "cancelled": "none"},
        tone="warn",
    )


class PurchaseFilters(Filters):
    q = Search("title", "unit__name", "fund", "fund_name", label=_("采购内容、单位或额度"))
    show = Views(
        {
            "received": (_("入库待付款"), Q(state=Purchase.State.RECEIVED)),
            "ended": (_("已结清、已取消"), Q(state__in=[Purchase.State.SETTLED, Purchase.State.CANCELLED])),
            "all": (_("全部"), Q()),
        },
        everything=_("占用着额度的"),
        usual=Q(state__in=[Purchase.State.ORDERED, Purchase.State.RECEIVED]),
    )


class Arguments(Table):
    title = Text(_("仪器名称"))
    unit = Text(_("单位"), "unit__name")
    quantity = Number(_("数量"))
    price_fen = Money(_("单价"))
    reason = Text(_("为什么要买"), is_wide=True)
    sharing = Text(_("安装、管理和共享"), is_wide=True)
    argued = Text(
        _("专家"),
        lambda one: "agreed" if one.argued_at else "asked" if one.state == Argument.State.ASKED else "",
        names={"agreed": _("已同意"), "asked": _("等专家论证")},
        sort=False,
    )
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")
    state = Badge(_("状态"), names=Argument.State.choices, tones=CASE_TONES, tone="warn")


def reversal_of(paid: Any) -> str:
    """What is under way with a payment, of rows that know `is_asked_back`."""
    return "reversed" if paid.reversed_at else "asked" if paid.is_asked_back else "spent"


class Payments(Table):
    paid_on = Day(_("付款日期"))
    voucher = Text(_("凭证号"), is_number=True)
    amount_fen = Money(_("付款金额"))
    state = Badge(
        _("状态"),
        reversal_of,
        names={"spent": _("已付款"), "asked": _("冲回待复核"), "reversed": _("已冲回")},
        tones={"spent": "good", "reversed": "none"},
        tone="warn",
        sort=False,
    )
    author = Who(_("登记"), "author_name", at="created_at", account="author_id")


ENDS = {
    Purchase.State.ORDERED: {"cancel_purchase"},
    Purchase.State.RECEIVED: {"pay_purchase", "settle_purchase"},
}
"""What can be done with a purchase, by its state."""


def show_purchase(
    request: PageRequest, found: Any, receipts: Sequence[tuple[str, str]], pages: Sequence[Page]
) -> HttpResponse:
    """`receipts`: their titles and addresses, "" where the reader has no page of them. `pages`: what may be done with it in this console."""
    money = ledger.reservation_of(found.reservation)
    facts = [
        (_("单位"), found.unit.name),
        (_("额度"), found.fund_name),
        (_("预计金额"), format_yuan(found.amount_fen)),
        (_("还占用"), format_yuan(money.held_fen)),
        (_("已支出"), format_yuan(money.spent_fen)),
        (_("已退回"), format_yuan(money.released_fen)),
        (_("状态"), found.get_state_display()),
        *([(_("原因"), found.answer)] if found.answer else []),
    ]
    waits = Exists(Reversal.objects.filter(payment=OuterRef("pk"), state=Reversal.State.ASKED))
    payments = found.payments.annotate(is_asked_back=waits).order_by("paid_on", "pk")
    can_be = ENDS.get(Purchase.State(found.state), set())
    if any(reversal_of(one) == "spent" for one in payments):
        can_be = {*can_be, "reverse_payment"}
    shown = [page for page in pages if page.name in can_be and page.is_shown_to(request.viewer)]
    links = [(page.title, page.address(public_id=found.public_id)) for page in shown]
    paid = list_of(request, Payments, payments, per_page=100, caption=_("付款"))
    about = {"purchase": found, "facts": facts, "receipts": receipts, "links": links, "list": paid}
    return render(request, "assets/purchase.html", about)


def standing(thing: Asset) -> str:
    """Its state, as a person is concerned: first of all whether it was confirmed."""
    return UNCONFIRMED if thing.state == State.IN_USE and thing.confirmed_at is None else thing.state


def called(thing: Asset) -> str:
    return f"{thing.name} {thing.number}"


def titled(one: Purchase | Receipt) -> str:
    return one.title


def where_it_is(request: PageRequest, found: Any) -> dict[str, str]:
    """Its case among those of 待办, for who may see it."""
    if found.case is None or not flows.sees_case(request.viewer.person_id, found.case.pk):
        return {}
    return {"process": reverse("flows:case", kwargs={"public_id": found.case.public_id})}


def show_thing(request: PageRequest, thing: Asset, pages: Sequence[Page], card: str = "") -> HttpResponse:
    """`pages`: what may be done with it in this console, as links; whether it can be done now its service says. `card`: what prints it."""
    viewer = request.viewer
    facts = {
        "thing": thing,
        "facts": facts_of(thing),
        "tone": TONES.get(thing.state, "warn"),
        "links": [(page.title, page.address(public_id=thing.public_id)) for page in pages if page.is_shown_to(viewer)],
        "events": events_of(thing),
        "card": card,
    }
    return render(request, "assets/thing.html", facts)


STANDING_OUT: Final[Mapping[str, Any]] = {"out": _("借用中"), "late": _("已过期"), "missing": State.MISSING.label}
TONES_OUT: Final[dict[str, Tone]] = {"out": "info", "late": "bad", "missing": "bad"}


def standing_out(loan: Loan) -> str:
    """Of what is out: nobody can give back what was reported lost."""
    if loan.asset.state == State.MISSING:
        return "missing"
    return "late" if loan.due_on < campus_today() else "out"
