"""What a unit buys and receives: purchases, the case for a large instrument, receipts and their invoices."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Empty, Link, Moment, PageRequest, Table, Text, listing
from nanhu.kernel.kit.columns import Reader
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import seen
from nanhu.kernel.money import format_yuan
from nanhu.kernel.proposals import WITHDRAWN
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui import dates
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.assets import printing
from nanhu.systems.assets.errors import FundMissingError
from nanhu.systems.assets.forms import (
    ArgumentForm,
    ContestForm,
    InvoiceFileForm,
    LineForm,
    PhotosForm,
    PurchaseForm,
    ReceiptForm,
)
from nanhu.systems.assets.models import Argument, Contest, InvoiceFile, Purchase, Receipt
from nanhu.systems.assets.models.receiving import EXPERTS
from nanhu.systems.assets.policies import unit_kept, units_kept_by
from nanhu.systems.assets.services import arguing, contesting, invoicing, photographing, purchasing, receiving
from nanhu.systems.assets.views.mine import PHOTOS_PAGE, Receipts, show_receipt
from nanhu.systems.assets.views.papers import print_out
from nanhu.systems.assets.views.tables import CASE_TONES, Arguments, Purchases, show_purchase, titled, with_funds
from nanhu.systems.assets.views.unit import desk


def purchases_of(viewer: Viewer) -> QuerySet[Purchase]:
    return with_funds(Purchase.objects.all()).filter(unit_id__in=units_kept_by(viewer))


@desk.page(
    "purchases/",
    title=_("采购登记"),
    tab=_("采购"),
    lead=_("下单前先占用本单位的额度，验收入库后按验收单各行合计保留，取消的退回。"),
)
def purchases(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有登记过采购"), icon="shopping-cart", action=_("登记采购"), to="new_purchase")
    return listing(
        request, Purchases, purchases_of(request.viewer).order_by("-created_at"), empty=none, export_as="采购登记"
    )


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


@purchases.page("<uuid:public_id>/", title=_("采购登记"), subject=seen(purchases_of, Purchase.what), about=titled)
def purchase(request: PageRequest, found: Purchase) -> HttpResponse:
    receipts = [(one.title, receipt.address(public_id=one.public_id)) for one in found.receipts.order_by("pk")]
    return show_purchase(request, found, receipts, (cancel_purchase,))


@purchase.form(
    "cancel/", ReasonForm, title=_("取消采购"), tone="danger", done=_("已取消，额度已退回。"), writes_supplied=False
)
def cancel_purchase(request: PageRequest, form: ReasonForm, found: Purchase) -> None:
    purchasing.cancel(by=request.actor, purchase=found, reason=form.cleaned_data["reason"])


def contests_of(viewer: Viewer) -> QuerySet[Contest]:
    return Contest.objects.filter(author=viewer.account_id)


JUDGES: Final = _("国资处或资产会计")


class OwnContests(Table):
    number = Link(_("发票号"), to="own_contest")
    state = Badge(_("状态"), names=Contest.State.choices, tones=CASE_TONES, tone="warn")
    created_at = Moment(_("提出"))
    judge = Text(_("谁核对"), lambda one: one.ended_by or JUDGES, sort="approver_name")
    decided_at = Moment(_("核对于"))
    answer = Text(_("答复"), is_wide=True)
    reason = Text(_("理由"), is_wide=True)


@desk.page(
    "contests/",
    title=_("发票争议"),
    tab=_("发票争议"),
    lead=_("您提出的发票争议。由国资处或资产会计里没有经手过的人核对；没核对的您可以撤回。"),
)
def contests(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("您没有提出过发票争议"), icon="scale", text=_("发票号被别人占用时，在“验收入库”里提出。"))
    return listing(request, OwnContests, contests_of(request.viewer).order_by("-created_at"), empty=none)


@contests.page("<uuid:public_id>/", title=_("发票争议"), subject=seen(contests_of, Contest.what))
def own_contest(request: PageRequest, found: Contest) -> HttpResponse:
    reader = Reader(request, request.viewer.account_id)
    facts = [(one.head, one.shown(found, reader)) for one in OwnContests.columns[1:]]
    withdraw = withdraw_contest.address(public_id=found.public_id) if found.state == Contest.State.ASKED else ""
    mine = found.claimed.files.filter(author=found.author_id, invoice__state="standing").first()
    begin = f"{new_receipt.address()}?invoice_file={mine.public_id}" if mine else ""
    return render(
        request, "assets/own_contest.html", {"case": found, "facts": facts, "withdraw": withdraw, "begin": begin}
    )


@own_contest.action("withdraw/", to="contests", done=_("已撤回。"))
def withdraw_contest(request: PageRequest, found: Contest) -> None:
    contesting.refuse(by=request.actor, contest=found, answer=WITHDRAWN)


def receipts_of(viewer: Viewer) -> QuerySet[Receipt]:
    return Receipt.objects.select_related("unit").filter(unit_id__in=units_kept_by(viewer))


@desk.page("receipts/", title=_("验收入库"), tab=_("验收入库"))
def receipts(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有验收单"), icon="clipboard-check", action=_("开验收单"), to="new_receipt")
    return listing(
        request, Receipts, receipts_of(request.viewer).order_by("-created_at"), empty=none, export_as="验收单"
    )


def as_the_invoice_says(request: PageRequest, *receipt: Receipt) -> dict[str, Any]:
    """What a form begins with: the head of a receipt and the first line that is not entered, or the line that is asked for."""
    found = invoicing.handed_in_by(request.viewer, request.GET.get("invoice_file", ""))
    if found is None:
        return {}
    left, at = invoicing.items_left(found), request.GET.get("line", "")
    items = [one for place, one in left if not at or str(place) == at]
    head = {} if receipt else invoicing.head_of(found)
    return head | (invoicing.line_of(items[0]) if items else {})


@receipts.form(
    "new/",
    ReceiptForm,
    initial=as_the_invoice_says,
    template="assets/by_invoice.html",
    title=_("开验收单"),
    button=_("开验收单"),
    icon="plus",
    to="receipt",
    arguments=lambda request: {
        "purchases": purchases_of(request.viewer).filter(state=Purchase.State.ORDERED),
        "argued": arguments_of(request.viewer).filter(state=Argument.State.DONE),
    },
    lead=_("两位验收人看过实物、各自签字后入库，系统发编号。采购经办人不能验收。"),
    done=_("验收单已开，等两位验收人签字。"),
)
def new_receipt(request: PageRequest, form: ReceiptForm) -> Receipt:
    head = form.head() | {"unit_id": unit_kept(request.viewer, form.cleaned_data["unit"])}
    return receiving.open_receipt(by=request.actor, token=form.cleaned_data["token"], head=head, line=form.line())


@receipts.form(
    "invoice/",
    InvoiceFileForm,
    title=_("用数电票开验收单"),
    button=_("用数电票开验收单"),
    icon="upload",
    submit=_("读出来"),
    template="assets/by_invoice.html",
    largest_file=InvoiceFileForm.largest + 100_000,
)
def read_invoice(request: PageRequest, form: InvoiceFileForm) -> HttpResponseBase:
    found, before = invoicing.hand_in(by=request.actor, content=form.cleaned_data["file"], name=form.file_name)
    number = found.invoice.number
    used = list(invoicing.receipts_with(number).order_by("pk"))
    if before:
        told = "、".join(f"{one.author_name} {dates.time_words(one.created_at)}" for one in before)
        titles = "、".join(one.title for one in used) or _("没有")
        said = {"number": number, "who": told, "receipts": titles}
        messages.warning(request, _("发票 %(number)s 以前交过：%(who)s。已开的验收单：%(receipts)s。") % said)
    return redirect(f"{new_receipt.address()}?invoice_file={found.public_id}")


@receipts.form(
    "contest/",
    ContestForm,
    title=_("发票号被占用"),
    button=_("发票号被占用"),
    icon="scale",
    to="contests",
    lead=_(
        "这个发票号已经用过、内容与您的原件不同，或者被别人手填在他的验收单上时，交您的原件和理由，由国资处核对以哪份为准，结果用消息告诉您。一个号码每种情况只核对一次。"
    ),
    largest_file=ContestForm.largest + 100_000,
    done=_("已提出，等国资处核对。"),
    proves=True,
)
def contest(request: PageRequest, form: ContestForm) -> Contest:
    said = form.cleaned_data
    return contesting.contest(
        by=request.actor, token=said["token"], content=said["file"], name=form.file_name, reason=said["reason"]
    )


@purchases.form(
    "new/",
    PurchaseForm,
    title=_("登记采购"),
    button=_("登记采购"),
    icon="plus",
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


def arguments_of(viewer: Viewer) -> QuerySet[Argument]:
    return Argument.objects.select_related("unit").filter(unit_id__in=units_kept_by(viewer))


@desk.page(
    "arguments/",
    title=_("大型仪器论证"),
    tab=_("论证"),
    lead=_("单价到了“规定的数”里大型仪器起点的设备，先论证、后购置；验收单上选它的论证。"),
)
def arguments(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有大型仪器论证"), icon="microscope", action=_("提出论证"), to="argue")
    rows = arguments_of(request.viewer).order_by("-created_at")
    return listing(request, Arguments, rows, empty=none, export_as="大型仪器论证")


@arguments.form(
    "new/",
    ArgumentForm,
    title=_("提出论证"),
    button=_("提出论证"),
    icon="plus",
    to="arguments",
    done=_("已提出，等三位专家论证。"),
    proves=True,
)
def argue(request: PageRequest, form: ArgumentForm) -> Argument:
    said = dict(form.cleaned_data)
    unit_id, experts = unit_kept(request.viewer, said.pop("unit")), [said.pop(one) for one in EXPERTS]
    return arguing.argue(by=request.actor, unit_id=unit_id, experts=experts, **said)


@receipts.page("<uuid:public_id>/", title=_("验收单"), subject=seen(receipts_of, Receipt.what), about=titled)
def receipt(request: PageRequest, found: Receipt) -> HttpResponse:
    is_open = found.state == Receipt.State.WAITING and not found.is_signed
    is_mine = is_open and found.author_id == request.viewer.account_id
    return show_receipt(
        request,
        found,
        add=add_line.address(public_id=found.public_id) if is_open else "",
        take_back=take_back.address(public_id=found.public_id) if is_mine else "",
        sheet=print_receipt.address(public_id=found.public_id) if found.number else "",
        photograph=photograph_receipt.address(public_id=found.public_id),
        **by_invoice(request, found, is_open=is_open),
    )


def by_invoice(request: PageRequest, found: Receipt, *, is_open: bool) -> dict[str, Any]:
    """The original as the reader handed it in, else as who opened the receipt did, and the reader's lines of it that no receipt has yet."""
    authors = [request.viewer.account_id, found.author_id]
    rows = InvoiceFile.objects.filter(invoice__number=found.invoice, invoice__state="standing", author__in=authors)
    handed_in = {one.author_id: one for one in rows.select_related("file", "invoice")}
    mine = handed_in.get(request.viewer.account_id or 0)
    address = add_line.address(public_id=found.public_id)
    left = invoicing.items_left(mine) if mine and is_open else []
    return {
        "original": mine or handed_in.get(found.author_id),
        "left": [(f"{address}?invoice_file={mine.public_id}&line={at}", one) for at, one in left] if mine else [],
    }


@receipt.form("photos/", PhotosForm, **PHOTOS_PAGE)
def photograph_receipt(request: PageRequest, form: PhotosForm, found: Receipt) -> None:
    said = form.cleaned_data
    photographing.add_photos(by=request.actor, receipt=found, pictures=said["photos"], line=said["line"])


@receipt.action("print/", writes_supplied=False)
def print_receipt(request: PageRequest, found: Receipt) -> HttpResponseBase:
    return print_out(request, printing.RECEIPT, printing.receipt_facts, found)


@receipt.form(
    "lines/",
    LineForm,
    initial=as_the_invoice_says,
    template="assets/by_invoice.html",
    title=_("再加一行"),
    done=_("已加一行。"),
)
def add_line(request: PageRequest, form: LineForm, found: Receipt) -> None:
    receiving.add_line(by=request.actor, receipt=found, line=form.line())


@receipt.action("take-back/", to="receipts", done=_("已撤回，可以重新开。"))
def take_back(request: PageRequest, found: Receipt) -> None:
    receiving.take_back(by=request.actor, receipt=found)
