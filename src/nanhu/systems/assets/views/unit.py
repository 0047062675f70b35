"""The unit's asset keeper (资产员): receive, assign, move, lend, repair, transfer, split, ask to scrap."""

from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Console, Empty, Page, PageRequest, bulk, listing
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import Seen
from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import Role
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.assets import printing
from nanhu.systems.assets.errors import FundMissingError, NotYourUnitError
from nanhu.systems.assets.forms import (
    AssignForm,
    LendForm,
    LineForm,
    PhotosForm,
    PurchaseForm,
    ReceiptForm,
    RepairedForm,
    RoomForm,
    SplitForm,
    ThingPhotoForm,
    TransferForm,
)
from nanhu.systems.assets.models import Asset, Purchase, Receipt, Transfer
from nanhu.systems.assets.models.things import GONE
from nanhu.systems.assets.policies import KEEPER, found_in, kept_by, kept_thing, supplier, units_kept_by
from nanhu.systems.assets.services import (
    disposing,
    keeping,
    lending,
    losing,
    photographing,
    purchasing,
    receiving,
    transferring,
)
from nanhu.systems.assets.views.mine import PHOTOS_PAGE, THING_PHOTO_PAGE, Receipts, show_receipt
from nanhu.systems.assets.views.papers import print_out
from nanhu.systems.assets.views.tables import Purchases, ThingFilters, Things, show_purchase, show_thing, with_funds

desk = Console(
    "assets:unit",
    _("单位资产"),
    icon="boxes",
    owner=_("国资处"),
    description=_("本单位的东西：验收入库、发放、调拨、维修、报废"),
    roles=[Role(key=KEEPER, name=_("资产员"), description=_("登记和管理任资产员的单位的资产；管哪些单位看岗位任职"))],
    order=48,
    supplier=supplier,
)


@desk.page("", title=_("单位资产"), tab=_("台账"))
def things(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("还没有资产"), icon="package", text=_("先开验收单，或看“岗位任职”里是否登记了您任哪个单位的资产员。")
    )
    rows = kept_by(request.viewer)
    return listing(request, Things, rows, ThingFilters, empty=none, export_as="单位资产", bulk="move_many")


def why_not_moved(thing: Any) -> Any:
    return "" if thing.state in keeping.MOVABLE else thing.get_state_display()


@bulk(
    things,
    "move/",
    RoomForm,
    rows=lambda request: kept_by(request.viewer),
    table=Things,
    title=_("换地点"),
    icon="map-pin",
    refuses=why_not_moved,
    to="things",
    done=lambda count: str(_("%(count)s 件已换地点。") % {"count": count}),
)
def move_many(request: PageRequest, form: RoomForm, chosen: list[Asset]) -> int:
    return keeping.put_all_elsewhere(
        by=request.actor,
        public_ids=[one.public_id for one in chosen],
        unit_ids=units_kept_by(request.viewer),
        room_id=form.cleaned_data["room"].pk,
    )


@things.page("<uuid:public_id>/", title=_("资产卡片"), subject=Seen(kept_thing))
def thing(request: PageRequest, found: Asset) -> HttpResponse:
    deeds = actions_of(found)
    if transferring.waiting_of(request.viewer.account_id, found):
        deeds = (*deeds, withdraw_transfer)
    return show_thing(request, found, deeds, print_card.address(public_id=found.public_id))


@thing.action("print/", writes_supplied=False)
def print_card(request: PageRequest, found: Asset) -> HttpResponseBase:
    return print_out(request, printing.CARD, printing.card_facts, found)


@thing.form("assign/", AssignForm, title=_("领用"), done=_("已发放，等本人确认。"))
def assign(request: PageRequest, form: AssignForm, found: Asset) -> None:
    said = form.cleaned_data
    keeping.assign(by=request.actor, asset=found, keeper_id=said["keeper"], room_id=said["room"].pk)


@thing.form("move/", RoomForm, title=_("换地点"), done=_("已换地点。"))
def move(request: PageRequest, form: RoomForm, found: Asset) -> None:
    keeping.put_elsewhere(by=request.actor, asset=found, room_id=form.cleaned_data["room"].pk)


@thing.form("photo/", ThingPhotoForm, **THING_PHOTO_PAGE)
def photograph(request: PageRequest, form: ThingPhotoForm, found: Asset) -> None:
    photographing.photograph(by=request.actor, asset=found, picture=form.cleaned_data["photo"][0])


@thing.form("return/", ReasonForm, title=_("收回"), done=_("已收回，不再在领用人名下。"))
def give_back(request: PageRequest, form: ReasonForm, found: Asset) -> None:
    keeping.take_into_stock(by=request.actor, asset=found, reason=form.cleaned_data["reason"])


@thing.form("idle/", ReasonForm, title=_("登记闲置"), done=_("已登记为闲置，国资处可以调剂给别的单位。"))
def idle(request: PageRequest, form: ReasonForm, found: Asset) -> None:
    keeping.mark_idle(by=request.actor, asset=found, reason=form.cleaned_data["reason"])


@thing.form("split/", SplitForm, title=_("拆分"), done=_("已拆成两张卡片。"), lead=_("原值和累计折旧按件数分。"))
def split(request: PageRequest, form: SplitForm, found: Asset) -> None:
    keeping.split(by=request.actor, asset=found, quantity=form.cleaned_data["quantity"])


@thing.form("lend/", LendForm, title=_("借出"), done=_("已借出。"))
def lend(request: PageRequest, form: LendForm, found: Asset) -> None:
    said = form.cleaned_data
    lending.lend(by=request.actor, asset=found, borrower_id=said["borrower"], due_on=said["due_on"])


@thing.form("returned/", ReasonForm, title=_("归还"), done=_("已归还。"))
def returned(request: PageRequest, form: ReasonForm, found: Asset) -> None:
    lending.take_back(by=request.actor, asset=found, reason=form.cleaned_data["reason"])


@thing.form("broken/", ReasonForm, title=_("报修"), done=_("已报修。"))
def broken(request: PageRequest, form: ReasonForm, found: Asset) -> None:
    lending.report_broken(by=request.actor, asset=found, fault=form.cleaned_data["reason"])


@thing.form("repaired/", RepairedForm, title=_("维修结果"), done=_("已登记维修结果。"))
def repaired(request: PageRequest, form: RepairedForm, found: Asset) -> None:
    said = form.cleaned_data
    cost, reason = said["cost"] or 0, said["reason"]
    lending.end_repair(by=request.actor, asset=found, is_repaired=said["is_repaired"], cost_fen=cost, reason=reason)


@thing.form("lost/", ReasonForm, title=_("报失"), tone="danger", done=_("已报失，等国资处调查。"))
def lost(request: PageRequest, form: ReasonForm, found: Asset) -> None:
    losing.report_lost(by=request.actor, asset=found, reason=form.cleaned_data["reason"])


@thing.form("found/", ReasonForm, title=_("找到了"), done=_("已登记找到。"))
def found_again(request: PageRequest, form: ReasonForm, found: Asset) -> None:
    losing.report_found(by=request.actor, asset=found, reason=form.cleaned_data["reason"])


@thing.form("scrap/", ReasonForm, title=_("申请报废"), tone="danger", done=_("已转待报废，等国资处处置。"))
def scrap(request: PageRequest, form: ReasonForm, found: Asset) -> None:
    disposing.ask_to_scrap(by=request.actor, asset=found, reason=form.cleaned_data["reason"])


@thing.form("transfer/", TransferForm, title=_("调拨到别的单位"), done=_("已提出调拨，等国资处确认。"), proves=True)
def transfer(request: PageRequest, form: TransferForm, found: Asset) -> Transfer:
    said = form.cleaned_data
    return transferring.ask(
        by=request.actor,
        token=said["token"],
        asset=found,
        to_unit_id=people.unit_ids_by_code([said["unit"].code])[said["unit"].code],
        to_keeper_id=said["keeper"],
        to_room_id=said["room"].pk,
        reason=said["reason"],
    )


@thing.form(
    "transfer/withdraw/",
    Form,
    title=_("撤回调拨"),
    submit=_("撤回"),
    icon="undo-2",
    lead=_("国资处还没有答复的，提出的人自己可以撤回。"),
    done=_("已撤回。"),
)
def withdraw_transfer(request: PageRequest, _form: Form, found: Asset) -> None:
    transferring.withdraw(by=request.actor, asset=found)


State = Asset.State
DEEDS = {
    State.IN_STOCK: (assign, move, transfer, lend, split, idle, broken, lost, scrap, photograph),
    State.IN_USE: (move, give_back, transfer, lend, split, idle, broken, lost, scrap, photograph),
    State.LENT: (returned, move, give_back, lost, photograph),
    State.IN_REPAIR: (repaired, move, give_back, photograph),
    State.MISSING: (found_again, photograph),
    State.TO_SCRAP: (move, give_back, photograph),
}
"""What a keeper may do with a thing, by its state."""
INSPECTING: list[Page] = []
INSPECTED: list[Page] = []
"""With what is here: to have it inspected, and what is entered where it is (`views.inspecting`)."""


def actions_of(found: Asset) -> tuple[Page, ...]:
    if found.state in GONE:
        return ()
    is_inspected = found.inspections.filter(ended_at=None).exists()
    return (*DEEDS[State(found.state)], *INSPECTING, *(INSPECTED if is_inspected else ()))


def purchases_of(request: PageRequest) -> Any:
    return with_funds(Purchase.objects.all()).filter(unit_id__in=units_kept_by(request.viewer))


def kept_purchase(request: PageRequest, public_id: UUID) -> Purchase:
    found: Purchase = found_in(purchases_of(request), public_id, Purchase.what)
    return found


@desk.page(
    "purchases/",
    title=_("采购登记"),
    tab=_("采购"),
    lead=_("下单前先占用本单位的额度，验收入库后按验收单各行合计保留，取消的退回。"),
)
def purchases(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有登记过采购"), icon="shopping-cart", action=_("登记采购"), to="new_purchase")
    return listing(request, Purchases, purchases_of(request).order_by("-created_at"), empty=none, export_as="采购登记")


def funds_of(request: PageRequest) -> dict[str, tuple[int, str]]:
    """Of the units whose things the reader keeps: the unit and the words of each fund, by its code ("unit:12:equipment")."""
    lines = ledger.funds_under("unit:")
    units = people.unit_ids_by_code({one.code.split(":")[1] for one in lines})
    kept = units_kept_by(request.viewer)
    found = ((one, units.get(one.code.split(":")[1])) for one in lines)
    words = _("%(name)s（可用 %(left)s）")
    return {
        one.code: (unit_id, words % {"name": one.name, "left": format_yuan(one.available_fen)})
        for one, unit_id in found
        if unit_id in kept
    }


@purchases.form(
    "new/",
    PurchaseForm,
    title=_("登记采购"),
    to="purchases",
    arguments=lambda request: {"funds": [(code, words) for code, (_unit, words) in funds_of(request).items()]},
    done=_("已登记，额度已占用。"),
    writes_supplied=False,
)
def new_purchase(request: PageRequest, form: PurchaseForm) -> Purchase:
    said = form.cleaned_data
    unit_id, _words = funds_of(request).get(said["fund"]) or (None, "")
    if unit_id is None:
        raise FundMissingError
    return purchasing.order(by=request.actor, unit_id=unit_id, **said)


@purchases.page("<uuid:public_id>/", title=_("采购登记"), subject=Seen(kept_purchase))
def purchase(request: PageRequest, found: Purchase) -> HttpResponse:
    receipts = [(one.title, receipt.address(public_id=one.public_id)) for one in found.receipts.order_by("pk")]
    return show_purchase(request, found, receipts, (cancel_purchase,))


@purchase.form(
    "cancel/", ReasonForm, title=_("取消采购"), tone="danger", done=_("已取消，额度已退回。"), writes_supplied=False
)
def cancel_purchase(request: PageRequest, form: ReasonForm, found: Purchase) -> None:
    purchasing.cancel(by=request.actor, purchase=found, reason=form.cleaned_data["reason"])


def receipts_of(request: PageRequest) -> Any:
    return Receipt.objects.select_related("unit").filter(unit_id__in=units_kept_by(request.viewer))


def kept_receipt(request: PageRequest, public_id: UUID) -> Receipt:
    receipt: Receipt = found_in(receipts_of(request), public_id, Receipt.what)
    return receipt


@desk.page("receipts/", title=_("验收入库"), tab=_("验收入库"))
def receipts(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有验收单"), icon="clipboard-check", action=_("开验收单"), to="new_receipt")
    return listing(request, Receipts, receipts_of(request).order_by("-created_at"), empty=none, export_as="验收单")


@receipts.form(
    "new/",
    ReceiptForm,
    title=_("开验收单"),
    button=_("开验收单"),
    icon="plus",
    to="receipt",
    arguments=lambda request: {"purchases": purchases_of(request).filter(state=Purchase.State.ORDERED)},
    lead=_("两位验收人看过实物、各自签字后入库，系统发编号。采购经办人不能验收。"),
    done=_("验收单已开，等两位验收人签字。"),
)
def new_receipt(request: PageRequest, form: ReceiptForm) -> Receipt:
    code = form.cleaned_data["unit"].code
    unit_id = people.unit_ids_by_code([code])[code]
    if unit_id not in units_kept_by(request.viewer):
        raise NotYourUnitError
    head = form.head() | {"unit_id": unit_id}
    return receiving.open_receipt(by=request.actor, token=form.cleaned_data["token"], head=head, line=form.line())


@receipts.page("<uuid:public_id>/", title=_("验收单"), subject=Seen(kept_receipt))
def receipt(request: PageRequest, found: Receipt) -> HttpResponse:
    is_open = found.state == Receipt.State.WAITING and not (found.first_signed_at or found.second_signed_at)
    is_mine = is_open and found.author_id == request.viewer.account_id
    return show_receipt(
        request,
        found,
        add=add_line.address(public_id=found.public_id) if is_open else "",
        take_back=take_back.address(public_id=found.public_id) if is_mine else "",
        sheet=print_receipt.address(public_id=found.public_id) if found.number else "",
        photograph=photograph_receipt.address(public_id=found.public_id),
    )


@receipt.form("photos/", PhotosForm, **PHOTOS_PAGE)
def photograph_receipt(request: PageRequest, form: PhotosForm, found: Receipt) -> None:
    said = form.cleaned_data
    photographing.add_photos(by=request.actor, receipt=found, pictures=said["photos"], line=said["line"])


@receipt.action("print/", writes_supplied=False)
def print_receipt(request: PageRequest, found: Receipt) -> HttpResponseBase:
    return print_out(request, printing.RECEIPT, printing.receipt_facts, found)


@receipt.form("lines/", LineForm, title=_("再加一行"), done=_("已加一行。"))
def add_line(request: PageRequest, form: LineForm, found: Receipt) -> None:
    receiving.add_line(by=request.actor, receipt=found, line=form.line())


@receipt.action("take-back/", to="receipts", done=_("已撤回，可以重新开。"))
def take_back(request: PageRequest, found: Receipt) -> None:
    receiving.take_back(by=request.actor, receipt=found)
