"""Deposits (到账登记): cash from a safe, an acquirer's settlement; registered by one, booked by another."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Choice, Day, Empty, Filters, Link, Money, PageRequest, Search, Table, Text, Who
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.money import format_yuan
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.accounts import clearing_account
from nanhu.platforms.payments.console import desk
from nanhu.platforms.payments.deposit_sources import deposit_sources
from nanhu.platforms.payments.forms import DepositForm
from nanhu.platforms.payments.models import Channel, Deposit
from nanhu.platforms.payments.policies import FINANCE_ONLY
from nanhu.platforms.payments.services import deposits as booking

State = Deposit.State
TONES: dict[str, Tone] = {State.BOOKED: "good", State.REFUSED: "none"}


class Deposits(Table):
    reference = Link(_("银行流水号"), to="case", is_number=True)
    day = Day(_("到账日"))
    source = Text(_("来源"), "source_name")
    amount_fen = Money(_("到账金额"))
    fee_fen = Money(_("手续费"))
    author = Who(_("登记"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")
    answer = Text(_("不同意的理由"))


class DepositFilters(Filters):
    q = Search("reference", "author_name")
    state = Choice(_("状态"), State.choices)


deposits = desk.proposals(
    "deposits/",
    Deposit,
    Deposits,
    on_approve=lambda by, found: booking.approve(by=by, deposit=found),
    on_refuse=lambda by, found, answer: booking.refuse(by=by, deposit=found, answer=answer),
    title=_("到账登记"),
    tab=_("到账登记"),
    lead=_(
        "保险柜的现金存进银行、银联的结算款到账，一位经办人照银行回单登记，另一位复核入账；编号与银行对账文件逐笔核对。"
    ),
    filters=DepositFilters,
    empty=Empty(
        title=_("还没有登记过到账"),
        icon="landmark",
        action=_("登记一笔到账"),
        to="deposit_new",
        text=_("银行回单上的流水号、日期和金额登记在这里，第二天与银行文件核对。"),
    ),
    found=Deposit.objects.select_related("channel", "acquirer"),
    roles=FINANCE_ONLY,
    list_template="payments/deposits.html",
    template="payments/deposit.html",
    agree=lambda found: _("同意入账 %(sum)s") % {"sum": format_yuan(found.amount_fen)},
    done={"approve": _("已入账。")},
)


def held(_request: PageRequest) -> Mapping[str, Any]:
    """What lies there by our books: nothing above it is taken."""
    acquirers = Channel.objects.filter(kind=Channel.Kind.ACQUIRER).order_by("pk")
    lying = [(str(one.name), one.account()) for one in deposit_sources]
    owed = [(str(_("%(name)s在途") % {"name": one.name}), clearing_account(one)) for one in acquirers]
    return {"held": [(name, ledger.balance_of(account)) for name, account in [*lying, *owed]]}


@deposits.list.form(
    "new/",
    DepositForm,
    title=_("登记一笔到账"),
    submit=_("登记"),
    icon="check",
    done=_("已登记，等另一位经办人复核。"),
    facts=held,
    template="payments/deposit_new.html",
)
def deposit_new(request: PageRequest, form: DepositForm) -> Deposit:
    return booking.ask(by=request.actor, arrival=form.arrival())
