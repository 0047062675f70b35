"""My things (我的资产): what is in my name, confirm it, hand it over, report it broken or lost; receipts that I inspect."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from nanhu.kernel.kit import (
    Badge,
    Console,
    Day,
    Empty,
    Filters,
    Link,
    Money,
    Number,
    PageRequest,
    Search,
    Table,
    Text,
    form_of,
    list_of,
    listing,
)
from nanhu.kernel.kit.forms import ReasonForm, RefusalForm
from nanhu.kernel.kit.pages import FormOptions
from nanhu.kernel.kit.people import person_lines
from nanhu.kernel.kit.records import seen
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui import qr
from nanhu.platforms.flows import api as flows
from nanhu.platforms.parties import api as parties
from nanhu.systems.assets.elsewhere import count_unconfirmed, unconfirmed
from nanhu.systems.assets.forms import BorrowedForm, PhotosForm, ThingPhotoForm, ThingsForm, WantForm
from nanhu.systems.assets.models import Asset, HandOver, Loan, Loss, Receipt, ReceiptFlag, ReceiptLine, Transfer
from nanhu.systems.assets.photos import LARGEST_BODY
from nanhu.systems.assets.policies import idle_things, own_things, supplier, works_here
from nanhu.systems.assets.services import (
    deciding,
    handing,
    keeping,
    lending,
    losing,
    photographing,
    receiving,
    transferring,
)
from nanhu.systems.assets.views.tables import (
    STANDING_OUT,
    TONES,
    TONES_OUT,
    UNCONFIRMED,
    called,
    show_thing,
    standing,
    standing_out,
    titled,
    where_it_is,
)

State = Asset.State


desk = Console(
    "assets:mine",
    _("我的资产"),
    icon="laptop",
    owner=_("国资处"),
    description=_("在我名下的东西：确认、移交、报修、报失"),
    allows=works_here,
    faces=frozenset({"staff"}),
    order=69,
    supplier=supplier,
)


class Mine(Table):
    ordering = ("name", "number")
    name = Link(_("名称"), to="thing")
    number = Text(_("资产编号"), is_number=True)
    model = Text(_("规格型号"), is_wide=True)
    room = Text(_("存放地点"), "room__name")
    state = Badge(
        _("状态"),
        standing,
        names={**dict(State.choices), UNCONFIRMED: _("待确认")},
        tones=TONES,
        tone="warn",
        sort="state",
    )


class Borrowed(Table):
    ordering = ("due_on",)
    name = Link(_("名称"), "asset__name", to="answer_loan")
    number = Text(_("资产编号"), "asset__number", is_number=True)
    due_on = Day(_("归还日期"))
    state = Badge(
        _("状态"),
        lambda loan: UNCONFIRMED if loan.confirmed_at is None else standing_out(loan),
        names={UNCONFIRMED: _("待确认"), **STANDING_OUT},
        tones=TONES_OUT,
        tone="warn",
        sort=False,
    )


class Receipts(Table):
    title = Link(_("采购内容"), to="receipt")
    unit = Text(_("入库单位"), "unit__name")
    invoice_fen = Money(_("发票金额"))
    state = Badge(
        _("状态"),
        names=Receipt.State.choices,
        tones={"received": "good", "refused": "none", "taken_back": "none"},
        tone="warn",
    )


class Lines(Table):
    name = Text(_("资产名称"))
    model = Text(_("规格型号"))
    classification = Text(_("分类"), "classification__name")
    quantity = Text(_("数量"), is_number=True)
    price_fen = Money(_("单价"))
    years_basis = Text(_("年限依据"), is_wide=True, sort=False)
    former_number = Text(_("原标签号"), is_number=True, is_wide=True, sort=False)
    books = Text(_("入账"), "is_low_value", names={True: _("低值品"), False: _("固定资产")}, sort=False)


@desk.page("", title=_("我的资产"), tab=_("我的东西"))
def things(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("名下没有资产"), icon="laptop", text=_("单位资产员发给您的东西会出现在这里。"))
    count = count_unconfirmed(request.viewer)
    facts = {
        "waiting": count,
        "waiting_words": ngettext("%(n)s 件东西等您确认", "%(n)s 件东西等您确认", count) % {"n": count},
        "confirm": waiting.address(),
    }
    return listing(request, Mine, own_things(request.viewer), empty=none, template="assets/mine.html", facts=facts)


@things.page("<uuid:public_id>/", title=_("资产卡片"), subject=seen(own_things, Asset.what), about=called)
def thing(request: PageRequest, found: Asset) -> HttpResponse:
    return show_thing(request, found, [decline, broken, lost, photograph])


THING_PHOTO_PAGE: FormOptions = {
    "title": _("拍照"),
    "template": "kit/photos.html",
    "icon": "camera",
    "submit": _("上传"),
    "done": _("照片已保存。"),
    "largest_file": LARGEST_BODY,
}


@thing.form("photo/", ThingPhotoForm, **THING_PHOTO_PAGE)
def photograph(request: PageRequest, form: ThingPhotoForm, found: Asset) -> None:
    photographing.photograph(by=request.actor, asset=found, picture=form.cleaned_data["photo"][0])


@thing.form("decline/", ReasonForm, title=_("不在我这里"), to="things", done=_("已退回单位资产员核实。"))
def decline(request: PageRequest, form: ReasonForm, found: Asset) -> None:
    reason = form.cleaned_data["reason"]
    keeping.decline(by=request.actor, asset=found, person_id=request.person_id, reason=reason)


@thing.form("broken/", ReasonForm, title=_("报修"), done=_("已报修。"))
def broken(request: PageRequest, form: ReasonForm, found: Asset) -> None:
    fault, me = form.cleaned_data["reason"], request.viewer.person_id
    lending.report_broken(by=request.actor, asset=found, fault=fault, person_id=me)


@thing.form(
    "lost/",
    ReasonForm,
    title=_("报失"),
    tone="danger",
    lead=_("写明什么时候、在哪里发现不见了。国资处调查后确定责任和赔偿。"),
    done=_("已报失，等国资处调查。"),
)
def lost(request: PageRequest, form: ReasonForm, found: Asset) -> None:
    reason, me = form.cleaned_data["reason"], request.viewer.person_id
    losing.report_lost(by=request.actor, asset=found, reason=reason, person_id=me)


@desk.page(
    "confirm/",
    title=_("待确认的东西"),
    tab=_("待确认"),
    waits=True,
    count=count_unconfirmed,
    lead=_("资产员发给您的东西：都在，就一次确认；不在的，先点开写“不在我这里”。"),
)
def waiting(request: PageRequest) -> HttpResponseBase:
    rows = unconfirmed(request.viewer.person_id)
    none = Empty(title=_("没有待确认的东西"), icon="check")
    facts = {"confirm": confirm.address()}
    return listing(request, Mine, rows, empty=none, template="assets/confirm.html", facts=facts)


@waiting.action("all/", done=lambda count: ngettext("已确认 %(n)s 件。", "已确认 %(n)s 件。", count) % {"n": count})
def confirm(request: PageRequest) -> int:
    """What was shown, and nothing that came meanwhile or stands on the next page."""
    shown = set(request.POST.getlist("shown"))
    ids = [
        one for one in unconfirmed(request.viewer.person_id).values_list("public_id", flat=True) if str(one) in shown
    ]
    return keeping.confirm(by=request.actor, person_id=request.person_id, public_ids=ids)


def own_loans(viewer: Viewer) -> QuerySet[Loan]:
    return lending.open_loans(viewer.person_id).select_related("asset")


@desk.page(
    "borrowed/",
    title=_("我借用的"),
    tab=_("借用"),
    waits=True,
    count=own_count("assets.unconfirmed_loans", lambda person: lending.open_loans(person).filter(confirmed_at=None)),
    lead=_("资产员借给您的东西：点开确认拿到了，或写明没有拿到。"),
)
def borrowed(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有借用的东西"), icon="laptop")
    return listing(request, Borrowed, own_loans(request.viewer), empty=none)


@borrowed.form(
    "<uuid:public_id>/",
    BorrowedForm,
    title=_("借用的东西"),
    subject=seen(own_loans, Loan.what),
    to="borrowed",
    template="assets/borrowed.html",
    done=_("已答复。"),
)
def answer_loan(request: PageRequest, form: BorrowedForm, found: Loan) -> None:
    said = form.cleaned_data
    mine: dict[str, Any] = {"by": request.actor, "loan": found, "person_id": request.person_id}
    if said["is_here"]:
        lending.confirm_loan(**mine)
    else:
        lending.decline_loan(**mine, reason=said["answer"])


def to_hand_over(request: PageRequest) -> dict[str, Any]:
    rows = own_things(request.viewer).filter(state=State.IN_USE).order_by("name", "number")
    return {"things": [(str(one.public_id), f"{one.name} {one.number}") for one in rows]}


@desk.form(
    "hand-over/",
    ThingsForm,
    title=_("当面移交"),
    tab=_("移交"),
    arguments=to_hand_over,
    submit=_("出示移交码"),
    lead=_("选好东西，让对方用手机扫码确认。对方确认以前，东西仍在您名下。"),
)
def hand_over(request: PageRequest, form: ThingsForm) -> HttpResponseRedirect:
    ids = form.cleaned_data["things"]
    offered = handing.offer(by=request.actor, person_id=request.person_id, public_ids=ids)
    return HttpResponseRedirect(code.address(code=offered.code))


@desk.page("hand-over/<str:code>/", title=_("移交码"), subject=handing.living)
def code(request: PageRequest, found: HandOver) -> HttpResponse:
    """The giver sees the code, whoever opens it otherwise the things and the button to take them."""
    address = request.build_absolute_uri(reverse("assets:mine:code", args=[found.code]))
    facts = {
        "offered": found,
        "things": found.assets.select_related("room").order_by("name"),
        "giver": person_lines([found.giver_id]).get(found.giver_id),
        "is_mine": found.giver_id == request.viewer.person_id,
        "picture": qr.picture(address, scale=6),
        "take": take.address(code=found.code),
    }
    return render(request, "assets/hand_over.html", facts)


@code.action("take/", to="things", done=_("已移交到您名下。"))
def take(request: PageRequest, found: HandOver) -> None:
    handing.take(by=request.actor, code=found.code, person_id=request.person_id)


class Idle(Table):
    name = Link(_("名称"), to="want")
    model = Text(_("规格型号"), is_wide=True)
    quantity = Number(_("数量"))
    unit = Text(_("现在的单位"), "unit__name")
    room = Text(_("存放地点"), "room__name")
    used = Day(_("投入使用"), "put_into_use_on", is_wide=True)


class IdleFilters(Filters):
    q = Search("name", "model", "unit__name", label=_("名称、型号或单位"))


@desk.page(
    "idle/",
    title=_("闲置调剂"),
    tab=_("闲置"),
    lead=_(
        "各单位暂时不用、或两年没人见到的东西。买新的以前先看看这里：点开写明用处，现在的单位和国资处同意后调到您单位、您名下。"
    ),
)
def idle(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("现在没有闲置的东西"), icon="recycle", text=_("单位资产员登记闲置以后，会出现在这里。"))
    return listing(request, Idle, idle_things(request.viewer), IdleFilters, empty=none)


def pending_requests(request: PageRequest, found: Asset) -> dict[str, Any]:
    waits = deciding.own_request(request.viewer.account_id, found)
    return {"withdraw": withdraw_want.address(public_id=found.public_id) if waits else ""}


@idle.form(
    "<uuid:public_id>/",
    WantForm,
    title=_("申请调剂"),
    subject=seen(idle_things, Asset.what),
    facts=pending_requests,
    to="idle",
    template="assets/want.html",
    done=_("已申请，等现在的单位和国资处确认。"),
    proves=True,
)
def want(request: PageRequest, form: WantForm, found: Asset) -> Transfer:
    said = form.cleaned_data
    return transferring.ask_for_idle(
        by=request.actor,
        token=said["token"],
        asset=found,
        person_id=request.person_id,
        to_room_id=said["room"].pk,
        reason=said["reason"],
    )


@want.action("withdraw/", to="idle", done=_("已撤回。"))
def withdraw_want(request: PageRequest, found: Asset) -> None:
    transferring.withdraw(by=request.actor, asset=found)


def to_sign(inspector_id: Any) -> Any:
    waits = Receipt.objects.filter(state=Receipt.State.WAITING)
    first = waits.filter(first_inspector=inspector_id or 0, first_signed_at=None)
    return first | waits.filter(second_inspector=inspector_id or 0, second_signed_at=None)


class Rulings(Table):
    name = Link(_("名称"), "asset__name", to="answer_ruling")
    number = Text(_("资产编号"), "asset__number", is_number=True)
    fault = Text(_("责任"), names=dict(Loss.Fault.choices))
    owed_fen = Money(_("赔偿"))
    findings = Text(_("调查情况"), is_wide=True)


def own_rulings(viewer: Viewer) -> QuerySet[Loss]:
    return losing.to_answer(viewer.person_id).select_related("asset")


@desk.page(
    "losses/",
    title=_("等我说明的赔偿"),
    tab=_("赔偿"),
    waits=True,
    count=own_count("assets.losses_to_answer", losing.to_answer),
    lead=_("国资处认为要您赔的。三天里可以说明情况，写一次；国资处看了再决定，决定以后才有应缴单。"),
)
def rulings(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有等您说明的赔偿"), icon="search-x")
    return listing(request, Rulings, own_rulings(request.viewer), empty=none)


@rulings.form(
    "<uuid:public_id>/",
    ReasonForm,
    title=_("说明情况"),
    subject=seen(own_rulings, Loss.what),
    to="rulings",
    template="assets/ruling.html",
    done=_("已说明，国资处决定时会看到。"),
)
def answer_ruling(request: PageRequest, form: ReasonForm, found: Loss) -> None:
    losing.answer(by=request.actor, loss=found, person_id=request.person_id, words=form.cleaned_data["reason"])


@desk.page(
    "receipts/",
    title=_("待我验收"),
    tab=_("验收"),
    count=own_count("assets.to_sign", to_sign),
    lead=_("看过实物再签字；两位验收人都签了才入库。"),
)
def receipts(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有待验收的东西"), icon="clipboard-check")
    return listing(request, Receipts, to_sign(request.viewer.person_id).select_related("unit"), empty=none)


def inspected_by(viewer: Viewer) -> QuerySet[Receipt]:
    me = viewer.person_id or 0
    return Receipt.objects.select_related("unit", "case").filter(Q(first_inspector=me) | Q(second_inspector=me))


@receipts.page("<uuid:public_id>/", title=_("验收单"), subject=seen(inspected_by, Receipt.what), about=titled)
def receipt(request: PageRequest, found: Receipt) -> HttpResponse:
    return show_receipt(
        request,
        found,
        sign=sign.address(public_id=found.public_id),
        refuse=refuse.address(public_id=found.public_id),
        photograph=photograph_receipt.address(public_id=found.public_id),
    )


def page_of_receipt(viewer: Viewer, public_id: str) -> str:
    is_there = inspected_by(viewer).filter(public_id=public_id).exists()
    return receipt.address(public_id=public_id) if is_there else ""


flows.subject_pages[Receipt.process] = page_of_receipt


def show_receipt(request: PageRequest, found: Receipt, **more: Any) -> HttpResponse:
    persons = person_lines([found.buyer_id, found.first_inspector_id, found.second_inspector_id])
    rows = ReceiptLine.objects.filter(receipt=found).select_related("classification")
    facts = {
        "receipt": found,
        "buyer": persons.get(found.buyer_id),
        "first": persons.get(found.first_inspector_id),
        "second": persons.get(found.second_inspector_id),
        "lines": list_of(request, Lines, rows, per_page=200, caption=_("明细")),
        "flag": ReceiptFlag.to_set_right().filter(receipt=found).first(),
        "photos": found.photos.select_related("file", "line").order_by("pk"),
        "may_sign": to_sign(request.viewer.person_id).filter(pk=found.pk).exists(),
        "refusal": form_of(request, RefusalForm),
        **where_it_is(request, found),
        "check": parties.check_of(found.invoice, found.invoice_fen)
        if found.acquired == Asset.Acquired.BOUGHT
        else None,
        **more,
    }
    return render(request, "assets/receipt.html", facts)


PHOTOS_PAGE: FormOptions = {
    **THING_PHOTO_PAGE,
    "arguments": lambda _request, found: {"lines": found.lines.order_by("position")},
}


@receipt.form("photos/", PhotosForm, **PHOTOS_PAGE)
def photograph_receipt(request: PageRequest, form: PhotosForm, found: Receipt) -> None:
    said = form.cleaned_data
    photographing.add_photos(by=request.actor, receipt=found, pictures=said["photos"], line=said["line"])


@receipt.action("sign/", to="receipts", done=_("已签字。"))
def sign(request: PageRequest, found: Receipt) -> None:
    lines = request.POST.get("lines", "")
    receiving.sign(by=request.actor, receipt=found, person_id=request.viewer.person_id, lines=lines)


@receipt.action("refuse/", form=RefusalForm, to="receipts", done=_("已回复验收不通过。"))
def refuse(request: PageRequest, form: RefusalForm, found: Receipt) -> None:
    answer = form.cleaned_data["answer"]
    receiving.refuse(by=request.actor, receipt=found, person_id=request.viewer.person_id, answer=answer)
