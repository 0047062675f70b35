"""The unit's asset keeper (资产员): assign, move, lend, repair, transfer, split, ask to scrap."""

from typing import Any

from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Console, Empty, Link, Page, PageRequest, Person, Table, Text, Who, bulk, listing
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import seen
from nanhu.kernel.money import plain_yuan
from nanhu.kernel.registry import Role
from nanhu.platforms.people import api as people
from nanhu.systems.assets import printing
from nanhu.systems.assets.forms import (
    AcceptForm,
    AssignForm,
    EndInspectionForm,
    ExtendForm,
    InspectedForm,
    InspectionForm,
    InstrumentForm,
    LendForm,
    LettingForm,
    ManyForm,
    PartsForm,
    RepairedForm,
    RoomForm,
    SplitForm,
    ThingPhotoForm,
    TransferForm,
)
from nanhu.systems.assets.models import Asset, Instrument, Letting, Movement, Transfer
from nanhu.systems.assets.models.things import GONE
from nanhu.systems.assets.policies import KEEPER, kept_by, supplier, to_accept, units_kept_by
from nanhu.systems.assets.services import (
    deciding,
    disposing,
    inspecting,
    keeping,
    lending,
    letting,
    losing,
    photographing,
    stocking,
    transferring,
)
from nanhu.systems.assets.views.mine import THING_PHOTO_PAGE
from nanhu.systems.assets.views.papers import print_out
from nanhu.systems.assets.views.tables import ThingFilters, Things, called, show_thing

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
    return listing(request, Things, rows, ThingFilters, empty=none, export_as="单位资产", bulk="act_on_many")


def why_not(thing: Any) -> Any:
    return "" if thing.state in keeping.MOVABLE else thing.get_state_display()


@bulk(
    things,
    "many/",
    ManyForm,
    rows=lambda request: kept_by(request.viewer),
    table=Things,
    title=_("一起办"),
    icon="list-checks",
    refuses=why_not,
    to="things",
    done=lambda count: str(_("%(count)s 件已办好。") % {"count": count}),
)
def act_on_many(request: PageRequest, form: ManyForm, chosen: list[Asset]) -> int:
    said = form.cleaned_data
    which: dict[str, Any] = {"public_ids": [one.public_id for one in chosen], "unit_ids": units_kept_by(request.viewer)}
    if said["act"] == Movement.Kind.MOVED:
        return keeping.put_all_elsewhere(by=request.actor, **which, room_id=said["room"].pk)
    return keeping.act_on_all(by=request.actor, **which, kind=said["act"], reason=said["reason"])


@things.page("<uuid:public_id>/", title=_("资产卡片"), subject=seen(kept_by, Asset.what), about=called)
def thing(request: PageRequest, found: Asset) -> HttpResponse:
    deeds = actions_of(found)
    if deciding.own_request(request.viewer.account_id, found):
        deeds = (*deeds, withdraw)
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


def said_of_sharing(_request: PageRequest, found: Asset) -> dict[str, Any]:
    """As it stands now."""
    said = Instrument.objects.filter(asset=found).first()
    if said is None:
        return {}
    return {
        "is_shared": said.is_shared,
        "hours": said.hours,
        "fee_fen": plain_yuan(said.fee_fen),
        "contact": people.person_as_typed(said.contact_id),
        "conditions": said.conditions,
    }


@thing.form(
    "sharing/",
    InstrumentForm,
    initial=said_of_sharing,
    title=_("大型仪器共享"),
    lead=_("写明谁在什么时候可以用、怎么收费。全校教职工在“我的资产 → 大型仪器”里看到。"),
    done=_("已登记。"),
)
def share(request: PageRequest, form: InstrumentForm, found: Asset) -> None:
    said = dict(form.cleaned_data)
    stocking.share(by=request.actor, asset=found, contact_id=said.pop("contact"), **said)


@thing.form("split/", SplitForm, title=_("拆分"), done=_("已拆成两张卡片。"), lead=_("原值和累计折旧按件数分。"))
def split(request: PageRequest, form: SplitForm, found: Asset) -> None:
    keeping.split(by=request.actor, asset=found, quantity=form.cleaned_data["quantity"])


@thing.form(
    "split/rooms/",
    PartsForm,
    title=_("拆到几个房间"),
    done=lambda count: str(_("已拆出 %(count)s 张卡片，各在写的房间。") % {"count": count}),
    lead=_("一批东西分到几间房：一次拆好、放好，有一份不行就都不拆。"),
)
def split_into_rooms(request: PageRequest, form: PartsForm, found: Asset) -> int:
    return keeping.split_into_rooms(by=request.actor, asset=found, parts=form.cleaned_data["parts"])


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


@thing.form(
    "transfer/",
    TransferForm,
    title=_("调拨到别的单位"),
    done=_("已提出调拨，等调入单位资产员和国资处确认。"),
    proves=True,
)
def transfer(request: PageRequest, form: TransferForm, found: Asset) -> Transfer:
    said = form.cleaned_data
    return transferring.ask(
        by=request.actor,
        token=said["token"],
        asset=found,
        to_unit_id=said["unit"].id,
        to_keeper_id=said["keeper"],
        to_room_id=said["room"].pk,
        reason=said["reason"],
    )


@thing.form(
    "let/",
    LettingForm,
    title=_("出租出借"),
    lead=_(
        "租给或借给校外的单位和个人；借给本校教职工用“借出”。国资处批准后才借出，租金从那天起一期一期开应缴：开始了的一期收全，过期不还的按天照原租金收。"
    ),
    done=_("已提出，等国资处批。"),
    proves=True,
)
def let(request: PageRequest, form: LettingForm, found: Asset) -> Letting:
    return letting.ask_to_let(by=request.actor, asset=found, **form.said())


def as_it_is_let(_request: PageRequest, found: Asset) -> dict[str, Any]:
    """The last terms, to go on under."""
    last = Letting.objects.filter(asset=found, state=Letting.State.DONE).order_by("-decided_at").first()
    if last is None:
        return {}
    return {
        "rent_fen": plain_yuan(last.rent_fen),
        "rent_months": last.rent_months,
        "payer": people.person_as_typed(last.payer_id) if last.payer_id else "",
        "contract": last.contract,
    }


@thing.form(
    "extend/",
    ExtendForm,
    initial=as_it_is_let,
    title=_("续租、续借"),
    lead=_("接着原来的归还日期，租给或借给原来的一方。国资处批准后算数。"),
    done=_("已提出，等国资处批。"),
    proves=True,
)
def extend(request: PageRequest, form: ExtendForm, found: Asset) -> Letting:
    return letting.ask_to_extend(by=request.actor, asset=found, **form.said())


@thing.form(
    "withdraw/",
    Form,
    title=_("撤回"),
    submit=_("撤回"),
    icon="undo-2",
    lead=_("调拨、出租出借还没有批的，提出的人自己可以撤回。"),
    done=_("已撤回。"),
)
def withdraw(request: PageRequest, _form: Form, found: Asset) -> None:
    transferring.withdraw(by=request.actor, asset=found)


@thing.form(
    "inspection/",
    InspectionForm,
    title=_("定期检验"),
    icon="clipboard-check",
    done=_("已登记，到期前会在日程和“检验”里提示。"),
)
def inspect(request: PageRequest, form: InspectionForm, found: Asset) -> None:
    inspecting.plan(by=request.actor, asset=found, **form.cleaned_data)


def living_inspections(_request: PageRequest, found: Asset) -> dict[str, Any]:
    return {"inspections": found.inspections.filter(ended_at=None).order_by("due_on", "pk")}


@thing.form(
    "inspected/", InspectedForm, title=_("登记检验结果"), arguments=living_inspections, done=_("已登记检验结果。")
)
def enter_inspection(request: PageRequest, form: InspectedForm, _found: Asset) -> None:
    inspecting.record(by=request.actor, **form.cleaned_data)


@thing.form(
    "inspection/end/",
    EndInspectionForm,
    title=_("不再检验"),
    tone="danger",
    arguments=living_inspections,
    done=_("不再检验。"),
)
def end_inspection(request: PageRequest, form: EndInspectionForm, _found: Asset) -> None:
    inspecting.end(by=request.actor, **form.cleaned_data)


State = Asset.State
DEEDS = {
    State.IN_STOCK: (assign, move, transfer, lend, let, split, split_into_rooms, idle, broken, lost, scrap, photograph),
    State.IN_USE: (
        move,
        give_back,
        transfer,
        lend,
        let,
        split,
        split_into_rooms,
        idle,
        broken,
        lost,
        scrap,
        photograph,
    ),
    State.LENT: (returned, move, give_back, lost, photograph),
    State.IN_REPAIR: (repaired, move, give_back, photograph),
    State.MISSING: (found_again, photograph),
    State.TO_SCRAP: (move, give_back, photograph),
}
"""What a keeper may do with a thing, by its state; with all that is here also to have it inspected."""


def actions_of(found: Asset) -> tuple[Page, ...]:
    if found.state in GONE:
        return ()
    is_inspected = found.inspections.filter(ended_at=None).exists()
    shares = (share,) if stocking.may_share(found) else ()
    is_let = found.state == State.LENT and found.loans.filter(returned_at=None).exclude(letting=None).exists()
    goes_on = (extend,) if is_let else ()
    return (
        *DEEDS[State(found.state)],
        *goes_on,
        *shares,
        inspect,
        *((enter_inspection, end_inspection) if is_inspected else ()),
    )


class Incoming(Table):
    number = Link(_("资产编号"), "asset__number", to="answer_transfer")
    name = Text(_("名称"), "asset__name")
    from_unit = Text(_("调出单位"), "from_unit__name")
    to_unit = Text(_("调入单位"), "to_unit__name")
    keeper = Person(_("领用人"), "to_keeper_id", sort=False)
    room = Text(_("存放地点"), "to_room__name", is_wide=True)
    reason = Text(_("原因"), is_wide=True)
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")


@desk.page(
    "transfers/",
    title=_("等我们单位答复的调拨"),
    tab=_("调拨"),
    count=lambda viewer: to_accept(viewer).count(),
    lead=_("别的单位要调来的，和申请调走的。我们同意以后，国资处再批。"),
)
def transfers(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有等答复的调拨"), icon="arrow-left-right")
    return listing(request, Incoming, to_accept(request.viewer).order_by("created_at"), empty=none)


@transfers.form(
    "<uuid:public_id>/",
    AcceptForm,
    title=_("答复调拨"),
    subject=seen(to_accept, Transfer.what),
    to="transfers",
    template="assets/accept.html",
    done=_("已答复。"),
    proves=True,
)
def answer_transfer(request: PageRequest, form: AcceptForm, found: Transfer) -> None:
    if form.cleaned_data["is_accepted"]:
        transferring.accept(by=request.actor, transfer=found)
    else:
        transferring.refuse(by=request.actor, transfer=found, answer=form.cleaned_data["answer"])
