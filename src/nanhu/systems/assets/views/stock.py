"""Large instruments that others may use, for everybody on the staff; the unit's stock cards, for its keeper."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Badge,
    Empty,
    Filters,
    Link,
    Money,
    Number,
    PageRequest,
    Person,
    Search,
    Table,
    Text,
    Views,
    Who,
    list_of,
    listing,
)
from nanhu.kernel.kit.records import seen
from nanhu.kernel.registry import Viewer
from nanhu.platforms.campus.api import PlaceSearch
from nanhu.systems.assets.forms import StockForm, StockMoveForm
from nanhu.systems.assets.models import Instrument, StockItem, StockMove
from nanhu.systems.assets.models.things import HERE
from nanhu.systems.assets.policies import unit_kept, units_kept_by
from nanhu.systems.assets.services import stocking
from nanhu.systems.assets.views import mine, unit


class Instruments(Table):
    ordering = ("asset__name",)
    name = Text(_("名称"), "asset__name")
    model = Text(_("规格型号"), "asset__model")
    unit = Text(_("单位"), "asset__unit__name")
    room = Text(_("存放地点"), "asset__room__name")
    hours = Text(_("开放时间"), sort=False)
    fee_fen = Money(_("每小时收费"))
    contact = Person(_("联系人"), "contact_id", sort=False)
    conditions = Text(_("使用条件"), is_wide=True, sort=False)


class InstrumentFilters(Filters):
    q = Search("asset__name", "asset__model", "asset__unit__name", label=_("名称、型号或单位"))


@mine.desk.page(
    "instruments/",
    title=_("大型仪器共享"),
    tab=_("大型仪器"),
    lead=_("单价四十万元以上、所在单位开放共享的仪器。先和联系人说好，再在“场地申请”里约时间。"),
)
def instruments(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有开放共享的仪器"), icon="microscope")
    rows = Instrument.objects.filter(is_shared=True, asset__state__in=HERE)
    return listing(
        request, Instruments, rows.select_related("asset__unit", "asset__room"), InstrumentFilters, empty=none
    )


class Stock(Table):
    ordering = ("name",)
    name = Link(_("名称"), to="stock_item")
    kind = Text(_("种类"), names=dict(StockItem.Kind.choices))
    unit = Text(_("单位"), "unit__name", is_wide=True)
    room = Text(_("存放地点"), "room__name")
    balance = Number(_("现存"))
    measure = Text(_("计量单位"), sort=False)
    state = Badge(
        _("状态"),
        lambda one: one.balance < one.least,
        names={True: _("该补了"), False: _("够用")},
        tones={True: "warn", False: "good"},
        sort=False,
    )


class StockFilters(Filters):
    q = PlaceSearch("name", places=("room__name",))
    show = Views(
        {
            "hazardous": (_("危险品"), Q(kind=StockItem.Kind.HAZARDOUS)),
            "few": (_("该补了"), Q(balance__lt=F("least"))),
        }
    )


class StockMoves(Table):
    change = Number(_("数量"), sort=False)
    balance = Number(_("结存"), sort=False)
    person = Person(_("领用人"), "person_id", sort=False)
    reason = Text(_("说明"), sort=False)
    by = Who(_("登记"), "by_name", at="at", account="author_id")


def stock_of(viewer: Viewer) -> QuerySet[StockItem]:
    return StockItem.objects.filter(unit_id__in=units_kept_by(viewer)).select_related("unit", "room")


@unit.desk.page("stock/", title=_("库存卡"), tab=_("库存"), lead=_("耗材和危险品：不入固定资产账，只记进出和结存。"))
def stock(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有库存卡"), icon="boxes", action=_("建库存卡"), to="new_stock")
    return listing(
        request,
        Stock,
        stock_of(request.viewer),
        StockFilters,
        empty=none,
        export_as="库存",
        template="assets/stock.html",
    )


@stock.form("new/", StockForm, title=_("建库存卡"), to="stock", done=_("已建卡。"))
def new_stock(request: PageRequest, form: StockForm) -> StockItem:
    said = dict(form.cleaned_data)
    unit_id = unit_kept(request.viewer, said.pop("unit"))
    return stocking.open_item(by=request.actor, unit_id=unit_id, room_id=said.pop("room").pk, **said)


@stock.page(
    "<uuid:public_id>/", title=_("库存卡"), subject=seen(stock_of, StockItem.what), about=lambda item: item.name
)
def stock_item(request: PageRequest, found: StockItem) -> HttpResponse:
    moves = StockMove.objects.filter(item=found).order_by("-pk")
    facts: dict[str, Any] = {
        "item": found,
        "list": list_of(request, StockMoves, moves, per_page=100, caption=_("进出")),
        "put": put_stock.address(public_id=found.public_id),
    }
    return render(request, "assets/stock_item.html", facts)


@stock_item.form("put/", StockMoveForm, title=_("登记进出"), done=_("已登记。"))
def put_stock(request: PageRequest, form: StockMoveForm, found: StockItem) -> None:
    said = form.cleaned_data
    change = said["quantity"] if said["way"] == "in" else -said["quantity"]
    stocking.put(
        by=request.actor,
        token=said["token"],
        item=found,
        change=change,
        reason=said["reason"],
        person_id=said["person"],
    )
