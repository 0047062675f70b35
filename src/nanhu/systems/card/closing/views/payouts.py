"""Payouts: the file for the bank, and the bank's word taken in by another person."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Empty, Link, Money, Number, PageRequest, Span, Table, Text, Who, form_of, list_of
from nanhu.kernel.kit.records import record
from nanhu.kernel.kit.waiting import ACCOUNT, entered
from nanhu.kernel.sheets.writing import attachment
from nanhu.systems.card.closing.forms import ConfirmForm, UnpaidForm
from nanhu.systems.card.closing.models import Payout, Settlement
from nanhu.systems.card.closing.services import payouts as services
from nanhu.systems.card.closing.services import settling
from nanhu.systems.card.closing.views.home import desk

SHOWN, MOST_WAITING = 50, 500
ALL_UNPAID = _("银行一笔也没有付：这份文件已结束，其中的结算单回到待付款，可以生成新的文件。")


class Waiting(Table):
    number = Link(_("结算单"), to="settlement", by=("number",), is_number=True)
    merchant = Text(_("商户"), "merchant__full_name")
    days = Span(_("期间"), "first", "last")
    payable = Money(_("应付"), "payable_fen")


class Paid(Table):
    number = Link(_("结算单"), to="settlement", by=("number",), is_number=True)
    merchant = Text(_("商户"), "merchant__full_name")
    payee = Text(_("收款户名"), lambda one: f"{one.contract.payee} **** {one.contract.account_last4}")
    payable = Money(_("应付"), "payable_fen", total=True)


class Payouts(Table):
    ordering = ("-made_at",)
    number = Link(_("文件"), to="payout", by=("number",), is_number=True)
    state = Badge(_("状态"), names=Payout.State.choices, tones={"confirmed": "good", "unpaid": "bad"}, tone="warn")
    rows = Number(_("笔数"))
    total = Money(_("金额"), "total_fen")
    maker = Who(_("经办"), "maker_name", at="made_at", account="maker_id")
    confirmer = Who(_("复核"), "confirmer_name", at="confirmed_at", account="confirmer_id")


@desk.page(
    "payouts/",
    title=_("结算与付款"),
    tab=_("结算与付款"),
    lead=_("一人生成付款文件，银行付款后由另一人确认。"),
    count=entered("card.payouts", lambda: Payout.objects.filter(state="made").exclude(maker_id=ACCOUNT)),
    waits=True,
)
def payouts(request: PageRequest) -> HttpResponse:
    waiting = list(services.waiting().select_related("merchant").order_by("last"))
    none = Empty(
        title=_("没有待付款的结算"), icon="banknote", text=_("每个周期结束的次日自动结算；也可以点上面的按钮。")
    )
    facts = {
        "waiting": list_of(request, Waiting, waiting, caption=_("待付款"), per_page=MOST_WAITING, empty=none),
        "waiting_fen": sum(one.payable_fen for one in waiting),
        "payouts": list_of(request, Payouts, Payout.objects.all(), caption=_("付款文件"), per_page=SHOWN),
    }
    return render(request, "card/closing/payouts.html", facts)


@payouts.action("settle/", done=lambda made: _("新结算 %(count)s 笔。") % {"count": len(made)})
def settle(request: PageRequest) -> list[Settlement]:
    return settling.settle_due(by=request.actor)


@payouts.action("make/", to="payout", done=_("付款文件已生成，请另一位经办人在银行付款后确认。"))
def make(request: PageRequest) -> Payout:
    return services.make_payout(by=request.actor)


@payouts.page("<str:number>/", title=_("付款文件"), subject=record(Payout.objects.all(), _("这份付款文件")))
def payout(request: PageRequest, found: Payout) -> HttpResponse:
    named = Settlement.objects.select_related("merchant", "contract").order_by("number")
    rows, unpaid = list(named.filter(payout=found)), list(named.filter(number__in=found.unpaid))
    facts = {
        "payout": found,
        "list": list_of(request, Paid, rows, caption=_("结算单"), per_page=len(rows)) if rows else None,
        "unpaid": list_of(request, Paid, unpaid, caption=_("银行未付，回到待付款"), per_page=len(unpaid))
        if unpaid
        else None,
        "form": form_of(request, ConfirmForm),
        "unpaid_form": form_of(request, UnpaidForm),
        "is_mine": found.maker_id == request.viewer.account_id,
    }
    return render(request, "card/closing/payout.html", facts)


@payout.download("file.csv")
def payout_file(_request: PageRequest, found: Payout) -> HttpResponse:
    content = HttpResponse(services.file_of(found), content_type="text/csv; charset=utf-8")
    return attachment(content, f"{found.number}.csv")


@payout.action(
    "confirm/",
    form=ConfirmForm,
    done=lambda ended: str(_("已确认付款。") if ended.state == "confirmed" else ALL_UNPAID),
)
def confirm(request: PageRequest, form: ConfirmForm, found: Payout) -> Payout:
    said = form.cleaned_data
    return services.confirm(by=request.actor, payout=found, bank_reference=said["reference"], unpaid=said["unpaid"])


@payout.action("unpaid/", form=UnpaidForm, done=ALL_UNPAID)
def unpaid(request: PageRequest, form: UnpaidForm, found: Payout) -> None:
    services.returned(by=request.actor, payout=found, bank_words=form.cleaned_data["bank_words"])
